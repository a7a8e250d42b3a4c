import type { Status } from '../ground/vocabulary.ts'
import type { Cause } from './causes.ts'
import type { DecidedEvent, SuppressedEvent, Surroundings } from './decision.ts'
import type { MonitorConfig } from './monitor-config.ts'
import type { MonitorState } from './state.ts'

/** What the parts of one decision share, once the observation is taken in. */
export interface Scene {
  /** With the observation in it, and with what was told before. */
  readonly state: MonitorState
  readonly monitor: MonitorConfig
  readonly surroundings: Surroundings
  readonly at: number
  /** Flapping included; the worst first. */
  readonly causes: readonly Cause[]
  readonly status: Status
}

/** What a part has to tell, and what it holds back. */
export interface Telling {
  readonly events: readonly DecidedEvent[]
  readonly suppressed: readonly SuppressedEvent[]
}

export const NOTHING_TOLD: Telling = { events: [], suppressed: [] }
