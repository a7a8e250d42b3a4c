import { type LabelledAlert, mapAlerts, timeOf } from './alerts.ts'
import { fingerprintOf } from './fingerprint.ts'
import type { Taken } from './intake.ts'
import type { Labels } from './labels.ts'
import type { Mapping } from './mapping.ts'

/** Alertmanager's webhook, version 4 (and Grafana's, which is made after it): what of it is read. */
export interface NotifiedAlerts {
  readonly alerts: readonly {
    readonly status: 'firing' | 'resolved'
    readonly labels: Labels
    readonly annotations?: Labels | undefined
    readonly startsAt?: string | undefined
    readonly fingerprint?: string | undefined
  }[]
}

/** What Prometheus posts to Alertmanager's API: what of it is read. */
export type PostedAlerts = readonly {
  readonly labels: Labels
  readonly annotations?: Labels | undefined
  readonly startsAt?: string | undefined
  readonly endsAt?: string | undefined
}[]

/** Alertmanager's own default, where an alert does not say when it ends. */
const RESOLVE_TIMEOUT_MS = 5 * 60_000

/** Alerts of a webhook. They stay until their sender says that they are resolved. */
export function takeNotified(
  body: NotifiedAlerts,
  source: 'alertmanager' | 'grafana',
  mapping: Mapping,
  time: number,
): Taken {
  const alerts = body.alerts.map(
    (alert, index): LabelledAlert => ({
      path: `alerts[${index}]`,
      fingerprint: alert.fingerprint || fingerprintOf(alert.labels),
      state: alert.status,
      labels: alert.labels,
      says: withAnnotations(alert.labels, alert.annotations),
      startedAt: timeOf(alert.startsAt) ?? time,
      expiresAt: null,
    }),
  )
  return mapAlerts(alerts, mapping, source, time)
}

/** Alerts that Prometheus repeats as long as they fire, and that are over when it stops: each says until when it counts. */
export function takePosted(body: PostedAlerts, mapping: Mapping, time: number): Taken {
  const alerts = body.map((alert, index): LabelledAlert => {
    const endsAt = timeOf(alert.endsAt) ?? time + RESOLVE_TIMEOUT_MS
    const firing = endsAt > time
    return {
      path: `[${index}]`,
      fingerprint: fingerprintOf(alert.labels),
      state: firing ? 'firing' : 'resolved',
      labels: alert.labels,
      says: withAnnotations(alert.labels, alert.annotations),
      startedAt: timeOf(alert.startsAt) ?? time,
      expiresAt: firing ? endsAt : null,
    }
  })
  return mapAlerts(alerts, mapping, 'prometheus', time)
}

/** Annotations stand beside the labels as `annotations.summary`. */
function withAnnotations(labels: Labels, annotations: Labels = {}): Labels {
  const renamed = Object.entries(annotations).map(([name, value]) => [`annotations.${name}`, value] as const)
  return { ...Object.fromEntries(renamed), ...labels }
}
