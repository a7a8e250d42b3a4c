import type { Blindness, ForeignAlert } from './observation.ts'
import { statusOfSeverity } from './severity.ts'
import type { AlertState } from './state.ts'

type Alerts = Readonly<Record<string, AlertState>>

/** What a delivery of alerts changes, and which of them said nothing new. */
export interface AlertsFollowed {
  readonly alerts: Alerts
  readonly repeated: readonly ForeignAlert[]
}

/** Takes up firing alerts and drops resolved ones, each by its fingerprint: a repeat changes nothing. */
export function followAlerts(before: Alerts, incoming: readonly ForeignAlert[], at: number): AlertsFollowed {
  const alerts = new Map(Object.entries(before))
  const repeated: ForeignAlert[] = []
  for (const alert of incoming) {
    const known = alerts.get(alert.fingerprint)
    if (alert.state === 'resolved') {
      if (!alerts.delete(alert.fingerprint)) repeated.push(alert)
      continue
    }
    const status = alert.status ?? statusOfSeverity(alert.severity)
    if (known && known.severity === alert.severity && known.status === status) repeated.push(alert)
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
  return { alerts: Object.fromEntries(alerts), repeated }
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
