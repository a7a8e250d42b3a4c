import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import type { Clock } from '../../ground/clock.ts'
import type { Database } from '../../store/database.ts'
import { loadStatusPages, type StatusPage } from '../../store/status-pages.ts'
import { gatherFacts } from './facts.ts'
import { writeFeed } from './feed.ts'
import { writeHtml } from './html.ts'
import { writeJson } from './json.ts'

/** So often a page is looked up and written anew, however many ask for it. */
export const FRESH_MS = 5_000

const packGzip = promisify(gzip)
const packBrotli = promisify(brotliCompress)

/** A page is told in three ways. */
export type Form = 'html' | 'atom' | 'json'

/** One of them, ready to be sent. */
export interface Written {
  /** Of what it says, whatever its encoding. */
  readonly etag: string
  readonly plain: Buffer
  readonly gzip: Buffer
  readonly br: Buffer
}

type Forms = Readonly<Record<Form, Written>>

/**
 * The status pages, in memory: answered from there, and written anew at most every {@link FRESH_MS}, so that no
 * number of readers is felt by the database or by deliveries. While the database cannot be had, the last ones stay.
 */
export class PublicPages {
  readonly #database: Database
  readonly #clock: Clock
  readonly #base: string
  readonly #directory: Kept<ReadonlyMap<string, { workspaceId: string; page: StatusPage }>>
  readonly #pages = new Map<string, Kept<Forms>>()

  /** @param options.base where the program is for the public; empty: not known */
  constructor(options: { database: Database; clock: Clock; base: string }) {
    this.#database = options.database
    this.#clock = options.clock
    this.#base = options.base
    this.#directory = new Kept(options.clock, async () => {
      const all = await loadStatusPages(this.#database)
      const bySlug = new Map(all.map(one => [one.page.slug, one]))
      for (const slug of this.#pages.keys()) if (!bySlug.has(slug)) this.#pages.delete(slug)
      return bySlug
    })
  }

  /** The page of a slug, at most seconds old; null: there is none, or it is switched off. @throws the driver's error when it never could be had */
  async find(slug: string, form: Form): Promise<Written | null> {
    const directory = await this.#directory.get()
    if (!directory.has(slug)) return null
    let kept = this.#pages.get(slug)
    if (!kept) {
      kept = new Kept(this.#clock, () => this.#write(slug))
      this.#pages.set(slug, kept)
    }
    return (await kept.get())[form]
  }

  /** Somebody changed one: nothing that was kept is answered any more. */
  changed(): void {
    this.#directory.forget()
    for (const kept of this.#pages.values()) kept.forget()
  }

  async #write(slug: string): Promise<Forms> {
    const found = (await this.#directory.get()).get(slug)
    if (!found) throw new Error(`the status page ${slug} is gone`)
    const facts = await gatherFacts(this.#database, found.workspaceId, found.page, this.#clock.now())
    const [html, atom, json] = await Promise.all([
      pack(writeHtml(facts)),
      pack(writeFeed(facts, this.#base)),
      pack(writeJson(facts)),
    ])
    return { html, atom, json }
  }
}

/** A value that is made again when it is asked for and old: by one, whom all others wait for. */
class Kept<T> {
  readonly #clock: Clock
  readonly #make: () => Promise<T>
  #value: T | undefined
  #freshUntil = 0
  #making: Promise<T> | null = null

  constructor(clock: Clock, make: () => Promise<T>) {
    this.#clock = clock
    this.#make = make
  }

  async get(): Promise<T> {
    if (this.#value !== undefined && this.#clock.now() < this.#freshUntil) return this.#value
    if (!this.#making) {
      const making = this.#renew(() => this.#making === making)
      this.#making = making
    }
    return this.#making
  }

  forget(): void {
    this.#value = undefined
    this.#making = null
  }

  /** @param isWanted whether nobody has said since that it changed */
  async #renew(isWanted: () => boolean): Promise<T> {
    const before = this.#value
    try {
      const value = await this.#make()
      if (isWanted()) this.#value = value
      return value
    } catch (error) {
      if (before === undefined) throw error
      return before
    } finally {
      if (isWanted()) {
        this.#making = null
        this.#freshUntil = this.#clock.now() + FRESH_MS
      }
    }
  }
}

async function pack(text: string): Promise<Written> {
  const plain = Buffer.from(text)
  const [gzipped, br] = await Promise.all([
    packGzip(plain),
    packBrotli(plain, { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } }),
  ])
  const hash = createHash('sha256').update(plain).digest('base64url').slice(0, 22)
  return { etag: hash, plain, gzip: gzipped, br }
}
