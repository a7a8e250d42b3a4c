import type { EgressPolicy } from '../deliver/egress/index.ts'
import type { Clock } from '../ground/clock.ts'
import type { Part } from '../ground/lifecycle.ts'
import type { Logger } from '../ground/log.ts'
import type { Rulings } from '../keep/rulings.ts'
import type { Catalog } from '../store/catalog.ts'
import type { Database } from '../store/database.ts'
import type { Sealer } from '../store/seal.ts'
import { Checking } from './checking.ts'
import { CheckNetwork, type Host } from './checks/index.ts'
import { Detection } from './detection.ts'
import { ParentsDown } from './parents-down.ts'
import { Relay } from './relay.ts'
import { Scheduler } from './scheduler.ts'
import { NetworkJudge } from './scheduler-network.ts'
import { operatorNetwork, probeOver } from './scheduler-probe.ts'
import { Ticker } from './ticker.ts'
import { Trials } from './trials.ts'
import type { Watch } from './watch.ts'
import { WatchedBuckets } from './watched-buckets.ts'
import { Watcher } from './watcher.ts'
import { Watchlist } from './watchlist.ts'

/** Whoever is told of checks. */
export interface CheckMeter {
  /** A check begins, so long after its time; ms. */
  started(lagMs: number): void
  ended(ok: boolean): void
}

/** Detection, put together. */
export interface DetectionParts {
  readonly watchlist: Watchlist
  readonly detection: Detection
  readonly trials: Trials
  /** To be told which buckets are ours. */
  readonly buckets: Pick<WatchedBuckets, 'gained' | 'lost' | 'release' | 'suspended' | 'resumed'>
  /** What must have started before buckets come, in order; {@link detection} starts after them. */
  readonly first: readonly Part[]
  /** For metrics: read when they are asked for. */
  readonly figures: readonly { name: string; help: string; read: () => number }[]
}

/** @param options.references hosts that always answer, to tell our own lack of a network by */
export function assembleDetection(options: {
  database: Database
  catalog: Catalog
  sealer: Sealer
  rulings: Rulings
  policy: EgressPolicy
  version: string
  region: string | null
  references: readonly Host[]
  meter: CheckMeter
  clock: Clock
  random: () => number
  log: Logger
}): DetectionParts {
  const { policy, version, clock, random, meter } = options
  const watchlist = new Watchlist(options)
  const parentsDown = new ParentsDown(options)
  const relay = new Relay(options)
  const ticker = new Ticker<Watch>({
    clock,
    onDue: watch => {
      // Where nobody watches just now, whoever does next looks at everything.
      if (watch.bucket.isOpen) watcher.note(watch, { kind: 'tick' })
    },
    onBlind: (from, until) => buckets.wasBlind(from, until),
  })
  const watcher = new Watcher({ ...options, watchlist, parentsDown, ticker })
  const network = new CheckNetwork({ policy, version })
  const judge = new NetworkJudge({
    clock,
    random,
    probe: probeOver(network),
    references: { hosts: options.references, probe: probeOver(operatorNetwork(version)) },
  })
  const scheduler = new Scheduler({
    clock,
    judge,
    onResult: (id, result) => {
      meter.ended(result.ok)
      checking.result(id, result)
    },
    onStart: lagMs => meter.started(lagMs),
  })
  const checking = new Checking({ ...options, scheduler, network, watcher })
  const buckets = new WatchedBuckets({ ...options, watchlist, watcher, checking })
  parentsDown.connect(keys => buckets.parentsChanged(keys))
  const detection = new Detection({ ...options, watchlist, watcher, buckets, relay, scheduler, ticker })
  return {
    watchlist,
    detection,
    trials: new Trials({ network }),
    buckets,
    first: [watchlist, parentsDown, relay],
    figures: [
      {
        name: 'statuspulse_monitors_watched',
        help: 'Monitors that this node watches.',
        read: () => count(buckets.watches(), () => true),
      },
      {
        name: 'statuspulse_incidents_open',
        help: 'Open incidents of the monitors that this node watches.',
        read: () => count(buckets.watches(), watch => watch.state.incident !== null),
      },
      {
        name: 'statuspulse_checks_running',
        help: 'Checks under way.',
        read: () => scheduler.counts.running,
      },
      {
        name: 'statuspulse_checks_left_out',
        help: 'Checks since the start that came to nothing for a reason of our own: skipped, stalled, cut off.',
        read: () => scheduler.counts.skipped + scheduler.counts.stalled + scheduler.counts.cutOff,
      },
    ],
  }
}

function count<T>(items: Iterable<T>, counts: (item: T) => boolean): number {
  let sum = 0
  for (const item of items) if (counts(item)) sum++
  return sum
}
