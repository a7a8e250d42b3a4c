import type { EventType, Severity } from '../ground/vocabulary.ts'
import type { Cause } from './causes.ts'
import type { DecidedEvent } from './decision.ts'
import type { Hold } from './hold.ts'
import type { Scene, Telling } from './scene.ts'
import { timeText } from './text.ts'

/** More causes than these are counted, not listed. */
const MAX_CAUSES = 20

/** What one event says beside what every event of the scene says. */
export interface Say {
  readonly eventType: EventType
  readonly severity: Severity
  readonly incidentId: string | null
  readonly message: string
  /** When what it is about began; null: it is about no span. */
  readonly startedAt: number | null
  /** How long that lasted; null: it is not over. */
  readonly durationMs?: number
  /** Left out: the worst cause's. What a filter took by its region must end in the same region. */
  readonly region?: string | null
  /** Left out: those of all causes. */
  readonly affectedEndpoints?: readonly string[]
  /** More metadata, snake_case. */
  readonly more?: Readonly<Record<string, unknown>>
}

/** Sends it, or keeps it back with the reason. */
export function tell(scene: Scene, say: Say, hold: Hold | null): Telling {
  const event = eventOf(scene, say)
  return hold ? { events: [], suppressed: [{ ...hold, event }] } : { events: [event], suppressed: [] }
}

export function eventOf(scene: Scene, say: Say): DecidedEvent {
  const { state, monitor, at, status, causes } = scene
  return {
    monitorName: monitor.name,
    status,
    severity: say.severity,
    eventType: say.eventType,
    incidentId: say.incidentId,
    timestamp: timeText(at),
    metadata: {
      region: say.region === undefined ? regionOf(scene) : say.region,
      affected_endpoints: say.affectedEndpoints ?? affectedBy(causes, monitor.affectedEndpoints),
      response_time_ms: state.readings.responseTimeMs,
      error_rate_pct: state.readings.errorRatePct,
      message: say.message,
      started_at: say.startedAt === null ? null : timeText(say.startedAt),
      duration_s: say.durationMs === undefined ? null : Math.round(say.durationMs) / 1_000,
      causes: causes.slice(0, MAX_CAUSES).map(asMetadata),
      ...(causes.length > MAX_CAUSES ? { causes_total: causes.length } : {}),
      ...say.more,
    },
  }
}

export function regionOf({ causes, state }: Scene): string | null {
  return causes[0]?.region ?? state.readings.region
}

/** The endpoints that the causes name, each once; where they name none, the ones given. */
export function affectedBy(causes: readonly Cause[], otherwise: readonly string[]): readonly string[] {
  const named = new Set(causes.flatMap(cause => cause.affectedEndpoints))
  return named.size > 0 ? [...named] : otherwise
}

function asMetadata({ key, kind, status, severity, summary, since, region }: Cause) {
  return { key, kind, status, severity, summary, since: timeText(since), region }
}
