import { Client, type ClientConfig, type QueryResultRow } from 'pg'
import type { Part } from '../ground/lifecycle.ts'
import type { Queryable, Statement } from './database.ts'

/** A statement that takes longer than this has met a database that hangs: the connection is given up. */
const STATEMENT_TIMEOUT_MS = 15_000
/** The server gives up first, so that what we gave up does not come true a minute later. */
const SERVER_TIMEOUT_MS = 14_000

/**
 * A lane's statements are few, prepared, and made for their indexes. They are planned once, not each
 * time anew (planning costs more than running them), and by their indexes alone: statistics of a
 * day's partition say nothing in its first minutes.
 */
const SETTINGS = [
  'set plan_cache_mode = force_generic_plan',
  'set enable_seqscan = off',
  'set enable_hashjoin = off',
  'set enable_mergejoin = off',
  'set enable_material = off',
  'set jit = off',
  `set statement_timeout = ${SERVER_TIMEOUT_MS}`,
].join('; ')

/** The database could not be reached: the statement was not sent, and nothing of it can be kept. */
export class NotSent extends Error {
  /** The driver's. */
  readonly code: unknown

  constructor(cause: Error) {
    super(cause.message, { cause })
    this.code = (cause as { code?: unknown }).code
  }
}

/**
 * One connection with pipelining: statements are sent without waiting for the answers before
 * them, each its own transaction. A broken connection rejects what is under way; the next
 * statement connects anew.
 */
export class Lane implements Part, Queryable {
  readonly #config: ClientConfig
  #client: Promise<Client> | null = null

  constructor(config: ClientConfig) {
    this.#config = { ...config, pipeline: true, query_timeout: STATEMENT_TIMEOUT_MS }
  }

  async start(): Promise<void> {
    await this.#connected()
  }

  async stop(): Promise<void> {
    const client = this.#client
    this.#client = null
    await client?.then(connected => connected.end()).catch(() => {})
  }

  async query<R extends QueryResultRow>(statement: Statement, values: readonly unknown[] = []) {
    const client = await this.#connected().catch(error => {
      throw new NotSent(error)
    })
    const config = typeof statement === 'string' ? { text: statement } : { ...statement }
    const result = await client.query<R>({ ...config, values: values as unknown[] })
    return { rows: result.rows, rowCount: result.rowCount ?? 0 }
  }

  #connected(): Promise<Client> {
    if (this.#client) return this.#client
    const client = new Client(this.#config)
    const connecting = client
      .connect()
      .then(() => client.query(SETTINGS))
      .then(() => client)
    const forget = () => {
      if (this.#client === connecting) this.#client = null
    }
    client.on('error', forget)
    client.on('end', forget)
    connecting.catch(forget)
    this.#client = connecting
    return connecting
  }
}
