import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'
import { LRUCache } from 'lru-cache'
import type { Clock } from '../ground/clock.ts'
import type { CheckResult, Host } from './checks/index.ts'

/** Whether anything answers there within `timeoutMs`; a refusal is an answer. Never rejects. */
export type Probe = (host: Host, timeoutMs: number) => Promise<boolean>

/** This machine itself, a private network, the Internet. */
type Reach = 'self' | 'near' | 'far'

/** A host as something to compare with. */
interface Known {
  readonly host: Host
  reach: Reach
  /** When the last check that it answered began; ms since the epoch. */
  answeredAt: number
  /** Whether its last check found nobody there. */
  isSilent: boolean
}

/** What a silent host must be compared with. */
interface Silence {
  readonly hostname: string
  readonly reach: Reach
  readonly isDns: boolean
  /** When its check began; ms since the epoch. */
  readonly since: number
}

interface Round {
  readonly startedAt: number
  /** null: there was nobody to ask. */
  readonly answered: Promise<boolean | null>
}

const WITNESSES = 3
const ROUND_TIMEOUT_MS = 2_000
/** Without references, that long everybody may be silent before it is believed. */
const MOST_SILENCE_MS = 60_000
const MOST_KNOWN = 20_000
const MOST_RECENT = 64

/** Whether nobody was there: what a host that is down has in common with a network of ours that is. */
export function isSilent(result: CheckResult): boolean {
  const errorClass = result.error?.class
  return errorClass === 'timeout' || errorClass === 'dns' || errorClass === 'other'
}

/**
 * Tells a target that is down from a node that has no network. The rule: *that nobody answers is believed
 * as soon as somebody else does.*
 *
 * - Only silence is in question (no answer in time, no DNS, no route). A refusal, a wrong status, a bad
 *   certificate came over a working network, and is believed at once; so is all that this machine itself
 *   answers or fails to.
 * - Silence is believed if any other host answered a check that began after the silent one did. On a busy
 *   node there is one within milliseconds.
 * - Else somebody is asked right then, by a connection that sends nothing: the operator's references
 *   (`host:port` that are always there, such as a public resolver or the gateway), or where none are set, up
 *   to three other monitored hosts that answered their last check. Does any of them answer, the silence is
 *   believed; do all of them fail, we are cut off, and it says nothing about the target. Nor does, once
 *   somebody answers again, what began before that.
 * - Whom to ask depends on the silence: a failed look-up is compared with hosts that have a name to look up
 *   too, and a host on the Internet with others on the Internet.
 * - With nobody to compare with (a single monitor, no references), silence is believed.
 * - References have the last word. Without them, a minute in which everybody stays silent is believed too:
 *   it may be the one rack that everything runs in, and a monitor that says nothing then is worse than one
 *   that blames the wrong end of the cable.
 */
export class NetworkJudge {
  readonly #clock: Clock
  readonly #random: () => number
  readonly #probe: Probe
  readonly #references: { readonly known: readonly Known[]; readonly probe: Probe }
  readonly #known = new LRUCache<string, Known>({ max: MOST_KNOWN })
  /** Hosts that answered last, the latest at the end. */
  #recent: Known[] = []
  readonly #rounds = new Map<string, Round>()
  /** When everybody was first found silent; ms since the epoch; null: somebody answers. */
  #silentSince: number | null = null
  /** When somebody answered again after that; ms since the epoch. */
  #backAt = Number.NEGATIVE_INFINITY

  /**
   * @param options.probe how monitored hosts are asked: guarded, for their addresses are their owners' word
   * @param options.references what the operator named, and how it is asked
   */
  constructor(options: {
    clock: Clock
    random: () => number
    probe: Probe
    references?: { hosts: readonly Host[]; probe: Probe }
  }) {
    this.#clock = options.clock
    this.#random = options.random
    this.#probe = options.probe
    const { hosts = [], probe = options.probe } = options.references ?? {}
    // A reference serves for everything but a failed look-up, which only names can be compared with.
    const known = hosts.map(host => ({ host, reach: 'far', answeredAt: 0, isSilent: false }) as const)
    this.#references = { known, probe }
  }

  /** When the node was found to be cut off, ms since the epoch; null: it is not, as far as is known. */
  get cutOffSince(): number | null {
    return this.#silentSince
  }

  /**
   * Takes note of a result.
   * @returns whether it says nothing about the target, because it is us who have no network
   */
  async isCutOff(host: Host | null, result: CheckResult): Promise<boolean> {
    const known = host === null ? null : this.#note(host, result)
    if (!isSilent(result)) return false
    const silence: Silence = {
      hostname: host?.hostname ?? '',
      reach: known?.reach ?? 'far',
      isDns: result.error?.class === 'dns',
      since: result.startedAt,
    }
    if (silence.reach === 'self') return false
    if (silence.since < this.#backAt) return true
    if (this.#someoneAnswered(silence)) return false
    const answered = await this.#ask(silence)
    if (silence.since < this.#backAt) return true
    if (answered !== false) return false
    if (this.#references.known.some(reference => isComparable(reference, silence))) return true
    return this.#clock.now() - this.#silentSince! < MOST_SILENCE_MS
  }

  /** What is known of a host, its new result included. */
  #note(host: Host, result: CheckResult): Known {
    const key = `${host.hostname}:${host.port}`
    const known = this.#known.get(key) ?? unseen(host)
    if (isSilent(result)) {
      known.isSilent = true
      return known
    }
    // It ended before it got to anybody: refused by policy, called off.
    if (result.remoteAddress === null && result.error?.class !== 'connection_refused') return known
    if (result.remoteAddress) known.reach = reachOf(result.remoteAddress)
    known.isSilent = false
    known.answeredAt = result.startedAt
    this.#known.set(key, known)
    if (known.reach === 'self') return known
    this.#someoneIsThere()
    this.#recent.push(known)
    if (this.#recent.length >= 2 * MOST_RECENT) this.#recent = this.#recent.slice(-MOST_RECENT)
    return known
  }

  #someoneAnswered(silence: Silence): boolean {
    return this.#recent.some(known => known.answeredAt >= silence.since && isComparable(known, silence))
  }

  #someoneIsThere(): void {
    if (this.#silentSince !== null) this.#backAt = this.#clock.now()
    this.#silentSince = null
  }

  /** Whether anybody answers now; one round serves everybody whose check began before it. */
  #ask(silence: Silence): Promise<boolean | null> {
    const key = `${silence.reach} ${silence.isDns}`
    const running = this.#rounds.get(key)
    if (running && running.startedAt >= silence.since) return running.answered
    const startedAt = this.#clock.now()
    const round: Round = {
      startedAt,
      answered: this.#askAround(silence).then(answered => {
        if (answered) this.#someoneIsThere()
        else if (answered === false) this.#silentSince ??= startedAt
        if (this.#rounds.get(key) === round) this.#rounds.delete(key)
        return answered
      }),
    }
    this.#rounds.set(key, round)
    return round.answered
  }

  async #askAround(silence: Silence): Promise<boolean | null> {
    const references = this.#references.known.filter(reference => isComparable(reference, silence))
    const asked = references.length > 0 ? references : this.#witnessesOf(silence)
    const probe = references.length > 0 ? this.#references.probe : this.#probe
    if (asked.length === 0) return null
    // The first answer settles it.
    return Promise.any(
      asked.map(async ({ host }) => {
        if (!(await probe(host, ROUND_TIMEOUT_MS))) throw new Error('silent')
        return true
      }),
    ).catch(() => false)
  }

  /** A few that answered last time, at random: not always the same ones, which may share a fate. */
  #witnessesOf(silence: Silence): Known[] {
    const chosen: Known[] = []
    let seen = 0
    for (const known of this.#known.values()) {
      if (known.isSilent || !isComparable(known, silence)) continue
      seen++
      if (chosen.length < WITNESSES) chosen.push(known)
      else {
        const place = Math.floor(this.#random() * seen)
        if (place < WITNESSES) chosen[place] = known
      }
    }
    return chosen
  }
}

/** Whether an answer of the one says that the other's silence is its own. */
function isComparable(known: Known, silence: Silence): boolean {
  if (known.reach === 'self' || known.host.hostname === silence.hostname) return false
  if (silence.isDns && isIP(known.host.hostname) !== 0) return false
  return known.reach === 'far' || silence.reach === 'near'
}

/** A host of which no more is known than its name. */
function unseen(host: Host): Known {
  return { host, reach: reachOf(host.hostname), answeredAt: 0, isSilent: true }
}

function reachOf(hostname: string): Reach {
  if (isIP(hostname) === 0) return /(?:^|\.)localhost\.?$/.test(hostname) ? 'self' : 'far'
  const range = ipaddr.process(hostname).range()
  if (range === 'loopback') return 'self'
  return range === 'unicast' ? 'far' : 'near'
}
