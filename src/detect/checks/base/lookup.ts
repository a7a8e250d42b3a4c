import { Resolver } from 'node:dns/promises'
import { readFile } from 'node:fs/promises'
import type { Lookup } from '../../../deliver/egress/index.ts'

/** How long an answer of one family is kept back for the other one: RFC 8305, section 3. */
const OTHER_FAMILY_MS = 50
/** How long what the files say is taken as unchanged. */
const FRESH_MS = 5_000
const TRIES = { timeout: 1_000, tries: 3, maxTimeout: 4_000 }
/** The name does not exist, or has no address of this family. */
const NO_ADDRESS = new Set(['ENOTFOUND', 'ENODATA'])

/** What the machine's files say. */
interface Settings {
  readonly source: string
  readonly hosts: ReadonlyMap<string, readonly string[]>
  readonly search: readonly string[]
  /** Names with fewer dots are looked for in the search domains first. */
  readonly dots: number
  readonly resolver: Resolver
}

/**
 * Look-ups that occupy no thread. The machine's own resolver (`getaddrinfo`) works on the process's four
 * threads, where a few names with dead servers would hold up every other check and delivery for seconds;
 * this one asks the name servers itself, any number of names at once. It goes by the hosts file, and the
 * servers and search domains of resolv.conf, and notices within 5 s when these change.
 */
export class DnsLookup {
  readonly #files: { hosts: string; resolvConf: string }
  readonly #servers: readonly string[] | null
  #settings: Settings | null = null
  #readAt = Number.NEGATIVE_INFINITY
  #reading: Promise<Settings> | null = null

  /** @param options.servers `address` or `address:port`, in place of resolv.conf's */
  constructor(options: { hosts?: string; resolvConf?: string; servers?: readonly string[] } = {}) {
    this.#files = {
      hosts: options.hosts ?? '/etc/hosts',
      resolvConf: options.resolvConf ?? '/etc/resolv.conf',
    }
    this.#servers = options.servers ?? null
  }

  /** @throws Error with `code`: `ENOTFOUND`, `EAI_AGAIN` when no server answers, or c-ares' own */
  readonly lookup: Lookup = async hostname => {
    const settings = await this.#current()
    const fixed = settings.hosts.get(hostname.toLowerCase()) ?? loopbackOf(hostname)
    if (fixed) return fixed.map(address => ({ address }))
    let failure: unknown
    for (const name of candidates(hostname, settings)) {
      try {
        return (await bothFamilies(settings.resolver, name)).map(address => ({ address }))
      } catch (error) {
        failure = error
        if (!NO_ADDRESS.has(codeOf(error))) break
      }
    }
    throw Object.assign(new Error(String(failure)), { code: publicCode(codeOf(failure)) })
  }

  async #current(): Promise<Settings> {
    if (this.#settings && performance.now() - this.#readAt < FRESH_MS) return this.#settings
    this.#reading ??= this.#read().finally(() => {
      this.#reading = null
    })
    // Reading takes one of the threads, and may have to wait for it: what was known last will do.
    return this.#settings ?? this.#reading
  }

  async #read(): Promise<Settings> {
    const [hosts, resolvConf] = await Promise.all([textOf(this.#files.hosts), textOf(this.#files.resolvConf)])
    const source = `${hosts}\0${resolvConf}`
    this.#readAt = performance.now()
    if (this.#settings?.source === source) return this.#settings
    // Made anew with the files: it reads its servers only then.
    const resolver = new Resolver(TRIES)
    if (this.#servers) resolver.setServers(this.#servers)
    this.#settings = { source, hosts: parseHosts(hosts), ...parseResolvConf(resolvConf), resolver }
    return this.#settings
  }
}

/** The names that a host name may stand for, in the order in which they are tried: see resolv.conf(5). */
function candidates(hostname: string, settings: Pick<Settings, 'search' | 'dots'>): string[] {
  if (hostname.endsWith('.')) return [hostname]
  const searched = settings.search.map(domain => `${hostname}.${domain}`)
  const dots = hostname.split('.').length - 1
  return dots >= settings.dots ? [hostname, ...searched] : [...searched, hostname]
}

/** Addresses of both families, IPv6 first; one family is enough if the other is late or fails. */
async function bothFamilies(resolver: Resolver, name: string): Promise<string[]> {
  const found: { 4: string[]; 6: string[] } = { 4: [], 6: [] }
  const failures: unknown[] = []
  await new Promise<void>(done => {
    let left = 2
    let timer: NodeJS.Timeout | undefined
    const settle = () => {
      left--
      if (left === 0) {
        clearTimeout(timer)
        done()
      } else if (found[4].length + found[6].length > 0) timer = setTimeout(done, OTHER_FAMILY_MS)
    }
    const take = (family: 4 | 6, asked: Promise<string[]>) =>
      asked
        .then(
          addresses => {
            found[family] = addresses
          },
          error => {
            failures.push(error)
          },
        )
        .then(settle)
    take(6, resolver.resolve6(name))
    take(4, resolver.resolve4(name))
  })
  const addresses = [...found[6], ...found[4]]
  // That one family does not exist is the less telling failure.
  if (addresses.length === 0) throw failures.find(error => !NO_ADDRESS.has(codeOf(error))) ?? failures[0]
  return addresses
}

function parseHosts(text: string): Map<string, string[]> {
  const hosts = new Map<string, string[]>()
  for (const line of linesOf(text)) {
    const [address, ...names] = line
    for (const name of names.map(name => name.toLowerCase())) {
      const addresses = hosts.get(name)
      if (addresses) addresses.push(address!)
      else hosts.set(name, [address!])
    }
  }
  return hosts
}

function parseResolvConf(text: string): { search: string[]; dots: number } {
  let search: string[] = []
  let dots = 1
  for (const [keyword, ...words] of linesOf(text)) {
    // The last one counts.
    if (keyword === 'search' || keyword === 'domain') search = words.filter(word => word !== '.')
    for (const word of keyword === 'options' ? words : []) {
      const given = /^ndots:(\d+)$/.exec(word)
      if (given) dots = Number(given[1])
    }
  }
  return { search, dots }
}

/** The words of each line that has some; comments left out. */
function linesOf(text: string): string[][] {
  return text
    .split('\n')
    .map(line => line.replace(/[#;].*/, '').trim())
    .filter(line => line !== '')
    .map(line => line.split(/\s+/))
}

/** RFC 6761, section 6.3: these never leave the machine. */
function loopbackOf(hostname: string): readonly string[] | null {
  return /(?:^|\.)localhost\.?$/i.test(hostname) ? ['127.0.0.1', '::1'] : null
}

async function textOf(file: string): Promise<string> {
  return readFile(file, 'utf8').catch(() => '')
}

function codeOf(error: unknown): string {
  return String((error as NodeJS.ErrnoException | undefined)?.code)
}

/** The codes of the machine's resolver, which messages are made of. */
function publicCode(code: string): string {
  if (NO_ADDRESS.has(code)) return 'ENOTFOUND'
  return code === 'ETIMEOUT' || code === 'ECONNREFUSED' ? 'EAI_AGAIN' : code
}
