import { LRUCache } from 'lru-cache'
import { followGiven, type GivenIncident, type GivenWord } from '../decide/given.ts'
import { bucketOf } from '../ground/bucket.ts'
import type { Clock } from '../ground/clock.ts'
import { messageOf } from '../ground/errors.ts'
import { newId } from '../ground/ids.ts'
import type { Part } from '../ground/lifecycle.ts'
import type { Logger } from '../ground/log.ts'
import type { Event } from '../ground/vocabulary.ts'
import { type Database, sqlState } from '../store/database.ts'
import {
  changeGivenIncidents,
  decidedAmong,
  type GivenMonitor,
  listExternal,
  OWN_MONITORS,
} from '../store/given-incidents.ts'
import { wordOf, wordOfKept } from './given-word.ts'

const REMEMBERED = 100_000
const TRUSTED_MS = 30_000
/** Monitors in one transaction. */
const AT_ONCE = 500
/** Of one monitor, while the database does not answer: the oldest go, its latest event tells how it stands. */
const MAX_WORDS = 1_000
/** From the end of a write to the next: under load what comes meanwhile is written together. */
const PACE_MS = 100
const RETRY_MS = 1_000
/** Another node wrote of the same monitors at the same moment. */
const COLLIDED = '23505'
const TRIES = 5

interface Waiting {
  readonly workspaceId: string
  readonly name: string
  readonly words: GivenWord[]
}

/**
 * Keeps the incidents of monitors that are watched elsewhere, by what their events say. Nobody waits for it: an event
 * that says the same as the one before costs a look into memory, another one a share of a transaction in the background.
 * What a crash lost of that is made up for at the next start, from the latest event of every such monitor.
 */
export class IncidentNotes implements Part {
  readonly #database: Database
  readonly #clock: Clock
  readonly #log: Logger
  #alone: boolean
  readonly #said = new LRUCache<string, string>({ max: REMEMBERED, ttl: TRUSTED_MS })
  #waiting = new Map<string, Waiting>()
  #writing: Promise<void> | null = null
  #cancel: (() => void) | null = null
  #review: Promise<void> = Promise.resolve()
  #stopped = false

  /** @param options.alone no other node takes events, until {@link setPeers} says more: one that repeats the last is passed over */
  constructor(options: { database: Database; clock: Clock; log: Logger; alone: boolean }) {
    this.#database = options.database
    this.#clock = options.clock
    this.#log = options.log
    this.#alone = options.alone
  }

  async start(): Promise<void> {
    this.#review = this.#reviewAll().catch(error => {
      this.#log.warn(`incidents of external monitors were not looked through: ${messageOf(error)}`)
    })
  }

  /** How many other nodes there are. */
  setPeers(peers: number): void {
    this.#alone = peers === 0
  }

  /** Writes what waits. */
  async stop(): Promise<void> {
    this.#stopped = true
    await this.#review
    await this.written()
  }

  /** An event was kept that came from outside. */
  note(event: Event, metadata: Readonly<Record<string, unknown>> | undefined): void {
    const { workspaceId, monitorName, eventType, status, severity, incidentId } = event
    if (monitorName.startsWith(OWN_MONITORS) || eventType.startsWith('metric.')) return
    const key = `${workspaceId} ${monitorName}`
    const says = `${eventType} ${status} ${severity} ${incidentId}`
    if (this.#alone && this.#said.get(key) === says) return
    this.#said.set(key, says)
    this.#add(key, { workspaceId, name: monitorName, words: [wordOf(event, metadata)] })
    this.#writeSoon(0)
  }

  /** Resolves when what was noted so far is written, or could not be just now. */
  async written(): Promise<void> {
    await this.#writing
    if (this.#waiting.size === 0) return
    this.#cancel?.()
    this.#cancel = null
    await this.#write()
  }

  #add(key: string, more: Waiting): void {
    const waiting = this.#waiting.get(key)
    if (!waiting) {
      this.#waiting.set(key, more)
      return
    }
    waiting.words.push(...more.words)
    if (waiting.words.length > MAX_WORDS) waiting.words.splice(0, waiting.words.length - MAX_WORDS)
  }

  #writeSoon(delayMs: number): void {
    if (this.#writing || this.#cancel) return
    if (delayMs === 0) {
      void this.#write()
      return
    }
    this.#cancel = this.#clock.after(delayMs, () => {
      this.#cancel = null
      void this.#write()
    })
  }

  #write(): Promise<void> {
    // In the next microtask: what is noted together is written together.
    this.#writing ??= Promise.resolve()
      .then(() => this.#writeAll())
      .then(delayMs => {
        this.#writing = null
        if (this.#waiting.size > 0 && !this.#stopped) this.#writeSoon(delayMs)
      })
    return this.#writing
  }

  /** Resolves with how long the next write waits. */
  async #writeAll(): Promise<number> {
    const waiting = this.#waiting
    this.#waiting = new Map()
    const entries = [...waiting]
    for (let at = 0; at < entries.length; at += AT_ONCE) {
      const some = entries.slice(at, at + AT_ONCE)
      try {
        await this.#bring(some.map(([, one]) => one))
      } catch (error) {
        this.#log.warn(`incidents of given events are not written yet: ${messageOf(error)}`)
        this.#putBack(entries.slice(at))
        return RETRY_MS
      }
    }
    return PACE_MS
  }

  #putBack(entries: readonly [string, Waiting][]): void {
    const newer = this.#waiting
    this.#waiting = new Map(entries)
    for (const [key, more] of newer) this.#add(key, more)
  }

  async #bring(waiting: readonly Waiting[]): Promise<void> {
    const byKey = new Map(waiting.map(one => [`${one.workspaceId} ${one.name}`, one]))
    const decided = await this.#decidedOf(waiting)
    for (let tries = 1; ; tries++) {
      try {
        return await changeGivenIncidents(this.#database, waiting, monitor => {
          const key = `${monitor.workspaceId} ${monitor.name}`
          const words = byKey.get(key)?.words ?? []
          return changesOf(monitor, this.#isLatest(key, words) ? words : withLatest(monitor, words), decided)
        })
      } catch (error) {
        if (sqlState(error) !== COLLIDED || tries === TRIES) throw error
      }
    }
  }

  /** Whether nothing can have been said after these words that this node does not come to anyway. */
  #isLatest(key: string, words: readonly GivenWord[]): boolean {
    return words.length > 0 && (this.#alone || this.#waiting.has(key))
  }

  /** Incidents that were decided on here are not opened a second time by events that name them. */
  async #decidedOf(waiting: readonly Waiting[]): Promise<ReadonlySet<string>> {
    const decided = new Set<string>()
    for (const [workspaceId, some] of Map.groupBy(waiting, one => one.workspaceId)) {
      const named = some.flatMap(({ words }) => words.flatMap(({ incidentId }) => incidentId ?? []))
      const ids = [...new Set(named)].filter(id => id.startsWith('inc_'))
      for (const id of await decidedAmong(this.#database, workspaceId, ids)) decided.add(id)
    }
    return decided
  }

  async #reviewAll(): Promise<void> {
    let after = { workspaceId: '', name: '' }
    for (;;) {
      const monitors = await listExternal(this.#database, after, AT_ONCE)
      const last = monitors.at(-1)
      if (!last || this.#stopped) return
      await this.#bring(monitors.map(one => ({ ...one, words: [] })))
      after = last
    }
  }
}

/** With what the monitor's latest event says, whichever node took it. */
function withLatest({ name, latest }: GivenMonitor, words: readonly GivenWord[]): readonly GivenWord[] {
  return latest === null || latest.eventId === words.at(-1)?.eventId
    ? words
    : [...words, wordOfKept(name, latest)]
}

/** What words make of a monitor's incidents. */
function changesOf(
  monitor: GivenMonitor,
  words: readonly GivenWord[],
  decided: ReadonlySet<string>,
): GivenIncident[] {
  const bucket = bucketOf(monitor.workspaceId, monitor.name)
  const changed = new Map<string, GivenIncident>()
  let open: readonly GivenIncident[] = monitor.open
  for (const word of words) {
    if (word.incidentId !== null && decided.has(word.incidentId)) continue
    for (const incident of followGiven(open, word, at => newId('inc', at, bucket))) {
      changed.set(incident.id, incident)
      open = [...open.filter(({ id }) => id !== incident.id), incident].filter(one => one.resolvedAt === null)
    }
  }
  return [...changed.values()]
}
