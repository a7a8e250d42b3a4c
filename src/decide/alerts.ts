import type { Blindness, ForeignAlert } from './observation.ts'
import { statusOfSeverity } from './severity.ts'
import type { AlertState, EndedAlert } from './state.ts'

type Alerts = Readonly<Record<string, AlertState>>
type Ended = Readonly<Record<string, EndedAlert>>

/** An alert that says nothing new, and what was known of it. */
export interface RepeatedAlert {
  readonly alert: ForeignAlert
  readonly known: 'firing' | 'over'
}

/** What a delivery of alerts changes, and which of them said nothing new. */
export interface AlertsFollowed {
  readonly alerts: Alerts
  readonly ended: Ended
  readonly repeated: readonly RepeatedAlert[]
}

/** Another way may still bring an alert so long after its end: Prometheus itself repeats ends for as long. */
const REMEMBERED_MS = 15 * 60_000
const REMEMBERED = 200

/**
 * Takes up firing alerts and drops resolved ones, each by its fingerprint: a repeat changes nothing. Nor does one that
 * another way brings late: Alertmanager may have sent it off before Prometheus told us that it is over.
 */
export function followAlerts(
  before: { readonly alerts: Alerts; readonly ended: Ended },
  incoming: readonly ForeignAlert[],
  at: number,
): AlertsFollowed {
  const alerts = new Map(Object.entries(before.alerts))
  const ended = new Map(Object.entries(before.ended).filter(([, one]) => one.at > at - REMEMBERED_MS))
  const repeated: RepeatedAlert[] = []
  for (const alert of incoming) {
    const known = alerts.get(alert.fingerprint)
    if (alert.state === 'resolved') {
      if (!alerts.delete(alert.fingerprint)) repeated.push({ alert, known: 'over' })
      else if (alert.way !== undefined)
        ended.set(alert.fingerprint, { startedAt: alert.startedAt, way: alert.way, at })
      continue
    }
    if (isLate(alert, ended.get(alert.fingerprint))) {
      repeated.push({ alert, known: 'over' })
      continue
    }
    const status = alert.status ?? statusOfSeverity(alert.severity)
    if (known && known.severity === alert.severity && known.status === status)
      repeated.push({ alert, known: 'firing' })
    alerts.set(alert.fingerprint, {
      severity: alert.severity,
      status,
      summary: alert.summary,
      labels: alert.labels,
      region: alert.region,
      affectedEndpoints: alert.affectedEndpoints,
      since: known?.since ?? Math.min(alert.startedAt, at),
      expiresAt: alert.expiresAt,
    })
  }
  const kept = [...ended].slice(-REMEMBERED)
  return { alerts: Object.fromEntries(alerts), ended: Object.fromEntries(kept), repeated }
}

/** The same occurrence of the alert, by its beginning, is over by the word of another way. */
function isLate(alert: ForeignAlert, ended: EndedAlert | undefined): boolean {
  if (ended === undefined || alert.way === undefined) return false
  return alert.way !== ended.way && alert.startedAt === ended.startedAt
}

/** Drops the alerts that their sender let run out. */
export function expireAlerts(alerts: Alerts, at: number): Alerts {
  const entries = Object.entries(alerts)
  const current = entries.filter(([, alert]) => alert.expiresAt === null || alert.expiresAt > at)
  return current.length === entries.length ? alerts : Object.fromEntries(current)
}

/** Alerts that run out count the time in which their sender could not have told us of them for nothing. */
export function excuseAlerts(alerts: Alerts, { from, until }: Blindness): Alerts {
  const entries = Object.entries(alerts).map(([fingerprint, alert]) => {
    const isWaitedFor = alert.expiresAt !== null && alert.expiresAt > from
    return [
      fingerprint,
      isWaitedFor ? { ...alert, expiresAt: alert.expiresAt! + until - from } : alert,
    ] as const
  })
  return Object.fromEntries(entries)
}
