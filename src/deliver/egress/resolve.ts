import { lookup as systemLookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { messageOf } from '../../ground/errors.ts'
import { checkAddress } from './address.ts'
import { EgressError } from './egress-error.ts'
import type { EgressPolicy } from './policy.ts'
import type { Target } from './target.ts'

/** All addresses of a name, in the order in which they should be tried. */
export type Lookup = (hostname: string) => Promise<readonly { address: string }[]>

/** More are not tried: a DNS answer may hold hundreds. */
const MOST_ADDRESSES = 8

/** The machine's resolver (hosts file included), both families, its order kept. */
const lookupAll: Lookup = hostname => systemLookup(hostname, { all: true, order: 'verbatim' })

/**
 * Names to allowed addresses. Look-ups of one name at the same time are one look-up: the machine's
 * resolver works on a few threads that everything else in the process shares.
 */
export class Resolver {
  readonly #policy: EgressPolicy
  readonly #lookup: Lookup
  readonly #running = new Map<string, Promise<readonly string[]>>()

  constructor(policy: EgressPolicy, lookup: Lookup = lookupAll) {
    this.#policy = policy
    this.#lookup = lookup
  }

  /**
   * The addresses to try, families taking turns (RFC 8305, section 4); at least one.
   * @throws EgressError `dns` when the name has none, `address_refused` when none is allowed
   */
  async addressesOf(target: Pick<Target, 'hostname' | 'label'>): Promise<readonly string[]> {
    const found = isIP(target.hostname) ? [target.hostname] : await this.#find(target.hostname)
    if (this.#policy.ownServers?.includes(target.label)) return found
    const allowed: string[] = []
    let why: string | null = null
    for (const address of found) {
      const refusal = checkAddress(address, this.#policy)
      if (refusal === null) allowed.push(address)
      else why ??= refusal
    }
    if (allowed.length === 0) throw new EgressError('address_refused', `${target.label} is refused: ${why}`)
    return takingTurns(allowed).slice(0, MOST_ADDRESSES)
  }

  #find(hostname: string): Promise<readonly string[]> {
    let running = this.#running.get(hostname)
    if (!running) {
      running = this.#ask(hostname).finally(() => this.#running.delete(hostname))
      this.#running.set(hostname, running)
    }
    return running
  }

  async #ask(hostname: string): Promise<readonly string[]> {
    let answers: readonly { address: string }[]
    try {
      answers = await this.#lookup(hostname)
    } catch (error) {
      throw new EgressError('dns', lookupFailure(hostname, error), error)
    }
    if (answers.length === 0) throw new EgressError('dns', `The name ${hostname} has no address`)
    return answers.map(answer => answer.address)
  }
}

function lookupFailure(hostname: string, error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code
  if (code === 'ENOTFOUND') return `The name ${hostname} does not exist or has no address`
  if (code === 'EAI_AGAIN') return `The DNS servers gave no answer for ${hostname}`
  return `Looking up ${hostname} failed: ${code ?? messageOf(error)}`
}

function takingTurns(addresses: readonly string[]): string[] {
  const first = isIP(addresses[0] ?? '')
  const same = addresses.filter(address => isIP(address) === first)
  const other = addresses.filter(address => isIP(address) !== first)
  const turns: string[] = []
  for (let index = 0; index < Math.max(same.length, other.length); index++) {
    if (index < same.length) turns.push(same[index]!)
    if (index < other.length) turns.push(other[index]!)
  }
  return turns
}
