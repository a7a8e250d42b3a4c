import type { Observation } from '../decide/observation.ts'
import type { MonitorState } from '../decide/state.ts'
import type { Due } from './scheduler-heap.ts'
import type { Series } from './series.ts'
import type { WatchedMonitor } from './watched-monitor.ts'

/** A bucket that is ours, with its monitors. */
export interface WatchedBucket {
  readonly bucket: number
  readonly epoch: number
  /** By monitor id. */
  readonly watches: Map<string, Watch>
  /** Its states are loaded, and it is not being given back. */
  isOpen: boolean
  /** false: it is another's, or may be. What is decided for it does not count. */
  isOurs: boolean
  /** Ids of the kept observations that were read and are not committed yet. */
  readonly inHand: Set<string>
}

/** A monitor of ours: what is known of it, and what was seen and is not judged yet. */
export interface Watch extends Due {
  readonly bucket: WatchedBucket
  monitor: WatchedMonitor
  state: MonitorState
  /** How often the state was written; 0: never. */
  version: number
  /** Since when the state, or samples, wait to be written; null: they do not. */
  dirtySince: number | null
  /** The latest check's result, as the API shows it. */
  lastCheck: unknown
  readonly series: Series
  readonly sights: Sight[]
  /** Judging, or committing; resolves when it is over. */
  busy: Promise<void> | null
  /** The monitor was deleted: its state goes with the next ruling. */
  isGone: boolean
}

/** Something that was seen, on its way to be judged. */
export interface Sight {
  readonly observation: Observation | null
  /** Whoever saw it was promised, or will be, that it is kept. */
  readonly isPromised: boolean
  /** Its id, if it waited in the table; null: it did not. */
  readonly takenId: string | null
  /** Told once: judged, and committed where that was promised. `refused`: why, or null. */
  readonly onKept?: (refused: string | null) => void
  /** Told once in place of that: the bucket is gone, or the database will not take it. */
  readonly onLost?: (error: unknown) => void
}

/** Writes what waits to be written, and judges nothing. */
export const FLUSH: Sight = { observation: null, isPromised: true, takenId: null }

export function ownSight(observation: Observation): Sight {
  return { observation, isPromised: false, takenId: null }
}
