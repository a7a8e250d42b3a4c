import { isDeepStrictEqual } from 'node:util'
import type { Clock } from '../ground/clock.ts'
import { observationOf, shownCheck } from './check-result.ts'
import { type CheckKind, type CheckNetwork, type CheckResult, prepareCheck } from './checks/index.ts'
import type { Scheduler } from './scheduler.ts'
import type { Watch } from './watch.ts'
import type { CheckPlan } from './watched-monitor.ts'
import type { Watcher } from './watcher.ts'

/** A monitor that was made, or changed, less than that ago is checked at once. */
const NEW_MS = 60_000
/** Whose turn passed while nobody watched, and comes no sooner than that, is checked at once. */
const LONG_MS = 300_000

/** Has the checks of our monitors run, and what they find judged. */
export class Checking {
  readonly #scheduler: Pick<Scheduler, 'put' | 'remove' | 'runSoon'>
  readonly #network: CheckNetwork
  readonly #watcher: Watcher
  readonly #clock: Clock
  readonly #region: string | null
  readonly #planned = new Map<string, { readonly watch: Watch; readonly plan: CheckPlan }>()

  /** @param options.region of this node */
  constructor(options: {
    scheduler: Pick<Scheduler, 'put' | 'remove' | 'runSoon'>
    network: CheckNetwork
    watcher: Watcher
    clock: Clock
    region: string | null
  }) {
    this.#scheduler = options.scheduler
    this.#network = options.network
    this.#watcher = options.watcher
    this.#clock = options.clock
    this.#region = options.region
  }

  /** Has the monitor checked as its settings say from now on: not at all, perhaps. */
  put(watch: Watch): void {
    const { id, kind, check } = watch.monitor
    if (!check) {
      this.remove(id)
      return
    }
    const planned = this.#planned.get(id)
    this.#planned.set(id, { watch, plan: check })
    if (planned?.watch === watch && isDeepStrictEqual(planned.plan, check)) return
    const { host, run } = prepareCheck(kind as CheckKind, check.spec, this.#network)
    this.#scheduler.put({ id, intervalMs: check.intervalMs, timeoutMs: check.timeoutMs, host, run })
    if (planned || this.#isOverdue(watch, check)) this.#scheduler.runSoon(id)
  }

  remove(id: string): void {
    if (this.#planned.delete(id)) this.#scheduler.remove(id)
  }

  /** A check of ours has ended. */
  result(id: string, result: CheckResult): void {
    const watch = this.#planned.get(id)?.watch
    if (!watch) return
    const region = watch.monitor.region ?? this.#region
    watch.lastCheck = shownCheck(result, region)
    this.#watcher.note(watch, observationOf(result, region, this.#clock.now()))
  }

  #isOverdue({ monitor, state }: Watch, { intervalMs }: CheckPlan): boolean {
    const now = this.#clock.now()
    const { lastAt } = state.check
    if (lastAt === null) return now - monitor.createdAt < NEW_MS
    return intervalMs > LONG_MS && now - lastAt > intervalMs
  }
}
