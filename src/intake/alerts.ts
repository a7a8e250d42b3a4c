import type { ForeignAlert } from '../decide/observation.ts'
import type { FieldError } from '../ground/errors.ts'
import { checkMonitorName, type Taken } from './intake.ts'
import { cleanText, type Labels } from './labels.ts'
import type { Mapping, Meaning } from './mapping.ts'
import type { Source } from './rules.ts'

const MAX_LABELS = 64
const MAX_LABEL_NAME = 200
const MAX_LABEL_VALUE = 500

/** An alert of any system, read but not mapped yet. */
export interface LabelledAlert {
  /** Its place in the body: `alerts[3]`. */
  readonly path: string
  /** null: the rules say (`fingerprint`). */
  readonly fingerprint: string | null
  /** null: the rules say (`state`). */
  readonly state: 'firing' | 'resolved' | null
  /** What silences match. */
  readonly labels: Labels
  /** What the rules are held against: the labels and whatever else it says. */
  readonly says: Labels
  /** ms since the epoch */
  readonly startedAt: number
  /** When it is over if it is not heard of again; null: it stays until it is resolved. */
  readonly expiresAt: number | null
}

/**
 * Maps alerts that came together: each monitor's become one observation, in their order.
 * @param time when they came; ms since the epoch
 */
export function mapAlerts(
  alerts: readonly LabelledAlert[],
  mapping: Mapping,
  source: Source,
  time: number,
): Taken {
  const byMonitor = new Map<string, ForeignAlert[]>()
  const rejected: FieldError[] = []
  let ignored = 0
  for (const alert of alerts) {
    const meaning = mapping.read(source, alert.says)
    if (!meaning) {
      ignored++
      continue
    }
    const message = whyNot(alert, meaning)
    if (message !== null) {
      rejected.push({ path: alert.path, message })
      continue
    }
    const name = meaning.monitor as string
    const known = byMonitor.get(name)
    const mapped = foreignAlert(alert, meaning, source)
    if (known) known.push(mapped)
    else byMonitor.set(name, [mapped])
  }
  const sightings = [...byMonitor].map(([monitorName, found]) => ({
    monitorName,
    observation: { kind: 'alerts' as const, time, alerts: found },
  }))
  return { sightings, rejected, ignored }
}

/** A time of another system (RFC 3339); null: it says none. Go's zero time (year 1) is none. */
export function timeOf(text: string | undefined): number | null {
  const time = text === undefined ? Number.NaN : Date.parse(text)
  return Number.isNaN(time) || time <= 0 ? null : time
}

function whyNot(alert: LabelledAlert, meaning: Meaning): string | null {
  if (meaning.monitor === null) return 'neither its labels nor a rule name a monitor'
  if ((alert.state ?? meaning.state) === null)
    return 'neither it nor a rule says whether it is firing or resolved'
  if ((alert.fingerprint ?? meaning.fingerprint) === null)
    return 'neither it nor a rule says what it is known again by (fingerprint)'
  return checkMonitorName(meaning.monitor)
}

function foreignAlert(alert: LabelledAlert, meaning: Meaning, way: Source): ForeignAlert {
  return {
    way,
    fingerprint: (alert.fingerprint ?? meaning.fingerprint) as string,
    state: (alert.state ?? meaning.state) as ForeignAlert['state'],
    severity: meaning.severity,
    ...(meaning.status === null ? {} : { status: meaning.status }),
    summary: meaning.summary,
    labels: keptLabels(alert.labels),
    region: meaning.region,
    affectedEndpoints: meaning.affectedEndpoints,
    startedAt: alert.startedAt,
    expiresAt: alert.expiresAt,
  }
}

function keptLabels(labels: Labels): Labels {
  return Object.fromEntries(
    Object.entries(labels)
      .slice(0, MAX_LABELS)
      .map(([name, value]) => [cleanText(name, MAX_LABEL_NAME), cleanText(value, MAX_LABEL_VALUE)]),
  )
}
