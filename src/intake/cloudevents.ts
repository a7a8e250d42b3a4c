import { type LabelledAlert, mapAlerts, timeOf } from './alerts.ts'
import type { Taken } from './intake.ts'
import type { Labels } from './labels.ts'
import type { Mapping } from './mapping.ts'

/** A CloudEvents 1.0 event whose data is JSON. */
export interface CloudEvent {
  readonly id: string
  readonly source: string
  readonly type: string
  /** All attributes as texts, those above among them. */
  readonly attributes: Labels
  /** undefined: it has none. */
  readonly data: unknown
  /** Its place in the body; the empty text: it is the body. */
  readonly path: string
}

/** What a type of ours begins with; the rest is an event type, or `event`: its data says. */
const OURS = 'com.statuspulse.'

/** Data beyond this is not looked at by rules. */
const MAX_DEPTH = 4
const MAX_ENTRIES = 300

/** Whether the event is one of ours: an event as `POST /v1/events` takes it, to be kept as it is. */
export function isOurs({ type }: CloudEvent): boolean {
  return type.startsWith(OURS)
}

/** Of one of ours: its event type; null: its data says. */
export function eventTypeOf({ type }: CloudEvent): string | null {
  const rest = type.slice(OURS.length)
  return rest === 'event' ? null : rest
}

/**
 * Events of other programs, as alerts: the rules say which monitor, whether firing or resolved, and what an
 * alert is known again by. Labels are the attributes, and the data's texts, numbers and booleans as `data.a.b`.
 * @param time when they came; ms since the epoch
 */
export function takeCloudEvents(events: readonly CloudEvent[], mapping: Mapping, time: number): Taken {
  const alerts = events.map(({ attributes, data, path }): LabelledAlert => {
    const says = { ...flatten(data), ...attributes }
    const { id, specversion, datacontenttype, time: at, ...labels } = attributes
    return {
      path,
      fingerprint: null,
      state: null,
      labels,
      says,
      startedAt: timeOf(at) ?? time,
      expiresAt: null,
    }
  })
  return mapAlerts(alerts, mapping, 'cloudevents', time)
}

function flatten(data: unknown): Labels {
  const labels: Record<string, string> = Object.create(null)
  let left = MAX_ENTRIES
  const visit = (value: unknown, name: string, depth: number) => {
    if (left <= 0 || value === null || value === undefined) return
    if (typeof value !== 'object') {
      left--
      labels[name] = String(value)
    } else if (Array.isArray(value)) {
      const texts = value.filter(one => typeof one !== 'object')
      if (texts.length > 0) visit(texts.join(','), name, depth)
    } else if (depth < MAX_DEPTH) {
      for (const [key, inner] of Object.entries(value)) visit(inner, `${name}.${key}`, depth + 1)
    }
  }
  visit(data, 'data', 0)
  return labels
}
