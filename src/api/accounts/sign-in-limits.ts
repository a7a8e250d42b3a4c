import { isIPv6 } from 'node:net'
import type { Clock } from '../../ground/clock.ts'
import { Problem } from '../../ground/errors.ts'
import { RateLimit } from '../rate-limit.ts'

/** Failures in a row, and a second after that. */
const OF_ADDRESS = { perSecond: 0.2, burst: 20, names: 10_000 }
const OF_ACCOUNT = { perSecond: 1 / 30, burst: 10, names: 10_000 }

/** How often somebody may guess: from one address, and at one account from anywhere. */
export class SignInLimits {
  readonly #clock: Clock
  readonly #ofAddress = new RateLimit(OF_ADDRESS)
  readonly #ofAccount = new RateLimit(OF_ACCOUNT)

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /**
   * Counts an attempt, before its password is looked at.
   * @param account whatever names it, whether it exists or not; null: a secret link or token names it
   * @throws Problem 429
   */
  attempt(address: string, account: string | null): void {
    const now = this.#clock.now()
    const wait = this.#ofAddress.take(subnetOf(address), now)
    if (wait > 0) throw tooMany('from this address', wait)
    const more = account === null ? 0 : this.#ofAccount.take(account, now)
    if (more > 0) throw tooMany('to this account', more)
  }

  /** It was no guess: the attempt does not count. */
  succeeded(address: string, account: string | null): void {
    this.#ofAddress.giveBack(subnetOf(address))
    if (account !== null) this.#ofAccount.giveBack(account)
  }
}

/** An IPv6 client has a whole /64 to call from. */
export function subnetOf(address: string): string {
  return isIPv6(address) && !address.includes('.') ? address.split(':').slice(0, 4).join(':') : address
}

function tooMany(what: string, wait: number): Problem {
  const detail = `Too many failed attempts to sign in ${what}. Try again in ${wait} s.`
  return new Problem(429, 'too-many-requests', 'Too many requests', detail, { retryAfter: wait })
}
