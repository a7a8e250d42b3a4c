import { Fifo } from '../deliver/fifo.ts'
import type { Clock } from '../ground/clock.ts'
import type { Part } from '../ground/lifecycle.ts'
import type { CheckResult, Host } from './checks/index.ts'
import { type Due, DueHeap } from './scheduler-heap.ts'
import { LoopWatch } from './scheduler-lag.ts'
import type { NetworkJudge } from './scheduler-network.ts'
import { slotAfter } from './scheduler-slots.ts'

/** A check that is to be run again and again. */
export interface ScheduledCheck {
  /** The monitor's; fixes when in its interval the check runs. */
  readonly id: string
  /** ms, whole; 5 s to 1 day. */
  readonly intervalMs: number
  /** ms over one run. */
  readonly timeoutMs: number
  /** Whom it depends on; null: nobody that could be asked for a comparison. */
  readonly host: Host | null
  /** Never rejects, and ends soon after `timeoutMs` or the signal. */
  readonly run: (options: { timeoutMs: number; signal: AbortSignal }) => Promise<CheckResult>
}

/** What the scheduler has done since its start, and is at. */
export interface SchedulerCounts {
  readonly monitors: number
  readonly running: number
  /** Due, but as many as may be are running. */
  readonly waiting: number
  readonly started: number
  /** Times that passed without a run: the last one was not over, or we were away. */
  readonly skipped: number
  /** Runs that said nothing because our event loop was stuck. */
  readonly stalled: number
  /** Results that said nothing because our network was gone. */
  readonly cutOff: number
}

interface Entry extends Due {
  check: ScheduledCheck
  /** Aborts the run under way; null: none waits or runs. */
  busy: AbortController | null
}

/** Timers of the machine are not exact, and its clock may be set: never wait longer than this. */
const LONGEST_WAIT_MS = 1_000
/** So many are started before others get their turn at the event loop. */
const STARTED_AT_ONCE = 16
/** Of a check's timeout: for long ones, a stall must be that long to matter. */
const STALLED_SHARE = 0.2

/**
 * Runs the checks of a node, each at its own times (see `slotAfter`), never two of one monitor at once. One
 * timer serves all. A run whose time comes while the last one is under way is skipped and counted, and so
 * is one that comes a whole interval late, after the machine was suspended.
 *
 * Our own trouble is kept apart from the targets':
 * - *The event loop was stuck.* A run during which it stood still for more than `stallMs` (and a fifth of the
 *   run's timeout) has neither a failure nor a latency to tell: answers may have lain there unread when the
 *   timer fired. It is run again at once; if that is no better, its turn is left out.
 * - *We have no network.* The {@link NetworkJudge} decides; such results are left out.
 * What is left out is counted, and nothing else happens: the monitor keeps its status until we know better.
 */
export class Scheduler implements Part {
  readonly #clock: Clock
  readonly #judge: NetworkJudge | null
  readonly #onResult: (id: string, result: CheckResult) => void
  readonly #onStart: (lagMs: number) => void
  readonly #concurrency: number
  readonly #stallMs: number
  readonly #watch: LoopWatch
  readonly #entries = new Map<string, Entry>()
  readonly #heap = new DueHeap<Entry>()
  readonly #waiting = new Fifo<() => void>()
  readonly #running = new Set<Promise<void>>()
  readonly #counts = { waiting: 0, started: 0, skipped: 0, stalled: 0, cutOff: 0 }
  #isOn = false
  #lookedAt = 0
  #timerAt = Number.POSITIVE_INFINITY
  #cancelTimer: () => void = () => {}

  /**
   * @param options.onResult gets every result that says something about its target; must not throw
   * @param options.onStart told how long after its time each run started, ms
   * @param options.concurrency runs at once, 2000 by default; more wait
   * @param options.stallMs 250 by default
   */
  constructor(options: {
    clock: Clock
    judge: NetworkJudge | null
    onResult: (id: string, result: CheckResult) => void
    onStart?: (lagMs: number) => void
    concurrency?: number
    stallMs?: number
  }) {
    this.#clock = options.clock
    this.#judge = options.judge
    this.#onResult = options.onResult
    this.#onStart = options.onStart ?? (() => {})
    this.#concurrency = options.concurrency ?? 2_000
    this.#stallMs = options.stallMs ?? 250
    this.#watch = new LoopWatch(options.clock)
  }

  get counts(): SchedulerCounts {
    return { ...this.#counts, monitors: this.#entries.size, running: this.#running.size }
  }

  async start(): Promise<void> {
    this.#isOn = true
    this.#lookedAt = this.#clock.now()
    this.#watch.start()
    this.#arm()
  }

  /** Calls off what is under way, and waits for its end. Nothing is reported any more. */
  async stop(): Promise<void> {
    this.#isOn = false
    this.#cancelTimer()
    this.#timerAt = Number.POSITIVE_INFINITY
    this.#watch.stop()
    for (const entry of this.#entries.values()) this.#callOff(entry)
    await Promise.all(this.#running)
  }

  /** Adds a check, or replaces the one of the same id: a run of that is called off, and not reported. */
  put(check: ScheduledCheck): void {
    const { id, intervalMs } = check
    let entry = this.#entries.get(id)
    if (entry) this.#callOff(entry)
    else {
      entry = { check, dueAt: 0, place: -1, busy: null }
      this.#entries.set(id, entry)
    }
    entry.check = check
    entry.dueAt = slotAfter(this.#clock.now(), id, intervalMs)
    this.#heap.put(entry)
    this.#arm()
  }

  /** Takes a check out; a run under way is called off, and not reported. */
  remove(id: string): void {
    const entry = this.#entries.get(id)
    if (!entry) return
    this.#callOff(entry)
    this.#entries.delete(id)
    this.#heap.delete(entry)
  }

  /** Runs a check now, beside its times: for a new monitor, which would wait for up to a day. */
  runSoon(id: string): void {
    const entry = this.#entries.get(id)
    if (!entry) return
    entry.dueAt = this.#clock.now()
    this.#heap.put(entry)
    this.#arm()
  }

  #arm(): void {
    const { top } = this.#heap
    if (!this.#isOn || !top) return
    const now = this.#clock.now()
    const at = Math.min(top.dueAt, now + LONGEST_WAIT_MS)
    if (at >= this.#timerAt) return
    this.#cancelTimer()
    this.#timerAt = at
    this.#cancelTimer = this.#clock.after(Math.max(at - now, 0), () => {
      this.#timerAt = Number.POSITIVE_INFINITY
      this.#look()
      this.#arm()
    })
  }

  /** Starts what is due. */
  #look(): void {
    const now = this.#clock.now()
    if (now < this.#lookedAt - LONGEST_WAIT_MS) this.#replan(now)
    this.#lookedAt = now
    for (let started = 0; started < STARTED_AT_ONCE; started++) {
      const entry = this.#heap.top
      if (!entry || entry.dueAt > now) return
      const { dueAt } = entry
      const { id, intervalMs } = entry.check
      entry.dueAt = slotAfter(now, id, intervalMs)
      this.#heap.put(entry)
      const missed = Math.floor((now - dueAt) / intervalMs)
      if (missed > 0) this.#counts.skipped += missed + 1
      else if (entry.busy) this.#counts.skipped++
      else this.#begin(entry, dueAt)
    }
  }

  /** The clock was set back: without this, everything would wait for it to catch up. */
  #replan(now: number): void {
    for (const entry of this.#entries.values()) {
      entry.dueAt = slotAfter(now, entry.check.id, entry.check.intervalMs)
      this.#heap.put(entry)
    }
  }

  #begin(entry: Entry, dueAt: number): void {
    const busy = new AbortController()
    entry.busy = busy
    const go = () => {
      this.#counts.started++
      this.#onStart(this.#clock.now() - dueAt)
      const run = this.#run(entry.check, busy.signal).finally(() => {
        this.#running.delete(run)
        if (entry.busy === busy) entry.busy = null
        this.#next()
      })
      this.#running.add(run)
    }
    if (this.#running.size < this.#concurrency) {
      go()
      return
    }
    this.#counts.waiting++
    this.#waiting.push(() => {
      this.#counts.waiting--
      if (!busy.signal.aborted) go()
    })
  }

  #next(): void {
    while (this.#running.size < this.#concurrency) {
      const go = this.#waiting.shift()
      if (!go) return
      go()
    }
  }

  /** One turn of a check, to its report. */
  async #run(check: ScheduledCheck, signal: AbortSignal): Promise<void> {
    const result = (await this.#runUnstalled(check, signal)) ?? (await this.#runUnstalled(check, signal))
    if (result === null || signal.aborted) return
    const isCutOff = this.#judge !== null && (await this.#judge.isCutOff(check.host, result))
    if (signal.aborted) return
    if (isCutOff) this.#counts.cutOff++
    else this.#onResult(check.id, result)
  }

  /** null: the event loop was stuck, and the result says nothing. */
  async #runUnstalled(check: ScheduledCheck, signal: AbortSignal): Promise<CheckResult | null> {
    if (signal.aborted) return null
    const { timeoutMs } = check
    const before = this.#watch.stuckMs
    const result = await check.run({ timeoutMs, signal })
    const stuckMs = this.#watch.stuckMs - before
    if (stuckMs <= Math.max(this.#stallMs, STALLED_SHARE * timeoutMs)) return result
    if (!signal.aborted) this.#counts.stalled++
    return null
  }

  #callOff(entry: Entry): void {
    entry.busy?.abort()
    entry.busy = null
  }
}
