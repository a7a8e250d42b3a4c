import {
  type MonitorConfig,
  monitorConfig,
  type Threshold,
  type ThresholdCondition,
} from '../decide/monitor-config.ts'
import { statusOfSeverity } from '../decide/severity.ts'
import { bucketOf } from '../ground/bucket.ts'
import type { MonitorKind } from '../ground/vocabulary.ts'
import type { Monitor } from '../store/monitors.ts'
import { isCheckKind } from './checks/index.ts'
import * as heartbeat from './heartbeat-spec.ts'
import {
  type MonitorDescription,
  type MonitorSettings,
  monitorSchema,
  type ThresholdSettings,
  thresholdId,
} from './monitor-settings.ts'

/** A monitor as a running node holds it: secrets are in the clear here. */
export interface WatchedMonitor {
  readonly id: string
  readonly workspaceId: string
  readonly name: string
  readonly bucket: number
  readonly kind: MonitorKind
  readonly slug: string | null
  readonly enabled: boolean
  /** How it is judged. */
  readonly config: MonitorConfig
  readonly region: string | null
  /** How it is checked; null: it is not. */
  readonly check: CheckPlan | null
  readonly pingToken: string | null
  readonly createdAt: number
}

/** A check that is made again and again. */
export interface CheckPlan {
  readonly intervalMs: number
  readonly timeoutMs: number
  readonly spec: unknown
}

/** @throws ZodError when the settings are none that this version knows */
export function watchedMonitor(monitor: Monitor): WatchedMonitor {
  const { id, workspaceId, name, kind, slug, createdAt } = monitor
  const settings = describedAs(monitor)
  const { spec } = settings
  return {
    id,
    workspaceId,
    name,
    bucket: bucketOf(workspaceId, name),
    kind,
    slug,
    enabled: settings.enabled,
    config: configOf(name, kind, settings, spec),
    region: settings.region,
    check:
      isCheckKind(kind) && settings.enabled
        ? { intervalMs: settings.interval_s! * 1_000, timeoutMs: settings.timeout_ms!, spec }
        : null,
    pingToken: monitor.secrets.ping_token ?? null,
    createdAt,
  }
}

/** A monitor as it was described, defaults filled in. @throws ZodError when this version does not understand it */
export function describedAs({
  name,
  kind,
  settings,
  secrets,
}: Pick<Monitor, 'name' | 'kind' | 'settings' | 'secrets'>): MonitorDescription {
  const { spec } = secrets
  return monitorSchema(kind).parse({ ...settings, name, kind, ...(spec === undefined ? {} : { spec }) })
}

/** How a monitor is judged that is not watched, or no longer: nothing is wrong with it. */
export function idleConfig(name: string): MonitorConfig {
  return monitorConfig(name, { check: null })
}

function configOf(name: string, kind: MonitorKind, settings: MonitorSettings, spec: unknown): MonitorConfig {
  const { severity, failure_status: status, flapping } = settings
  const about = {
    labels: settings.labels,
    affectedEndpoints: settings.affected_endpoints,
    parents: settings.parents,
    parentWaitMs: settings.parent_wait_s * 1_000,
    flapping: flapping && {
      changes: flapping.changes,
      windowMs: flapping.window_s * 1_000,
      calmMs: flapping.calm_s * 1_000,
    },
  }
  const config = { ...idleConfig(name), ...about, flapping: null }
  // Not watched, it is in no trouble, flapping neither.
  if (!settings.enabled) return config
  return {
    ...config,
    flapping: about.flapping || null,
    check: isCheckKind(kind)
      ? {
          failuresToOpen: settings.failures_to_open!,
          successesToClose: settings.successes_to_close!,
          severity,
          status,
          errorRateWindowMs: settings.error_rate_window_s! * 1_000,
        }
      : null,
    heartbeat:
      kind === 'heartbeat'
        ? { ...heartbeat.ruleOf(spec as heartbeat.HeartbeatSpec), severity, status }
        : null,
    thresholds: [...settings.thresholds.map(thresholdOf), ...expiryThreshold(spec)],
    staleAfterMs: settings.stale_after_s === null ? null : settings.stale_after_s * 1_000,
  }
}

function thresholdOf(settings: ThresholdSettings): Threshold {
  return {
    id: thresholdId(settings),
    metric: settings.metric,
    operator: settings.operator,
    level: settings.value,
    clearLevel: settings.clear_value,
    condition: conditionOf(settings),
    severity: settings.severity,
    status: settings.status ?? statusOfSeverity(settings.severity),
    noData: settings.no_data ? { afterMs: settings.no_data_after_s * 1_000, means: settings.no_data } : null,
  }
}

function conditionOf(settings: ThresholdSettings): ThresholdCondition {
  if (settings.for_s !== undefined) return { kind: 'duration', durationMs: settings.for_s * 1_000 }
  if (settings.aggregate === undefined) return { kind: 'in_a_row', count: settings.in_a_row ?? 1 }
  return {
    kind: 'aggregate',
    aggregate: settings.aggregate,
    windowMs: settings.window_s * 1_000,
    minSamples: settings.min_samples,
  }
}

/** What a check warns of is a threshold like any other. */
function expiryThreshold(spec: unknown): Threshold[] {
  const days = warningDaysOf(spec)
  if (days === 0) return []
  return [
    {
      id: 'tls_expiry',
      metric: 'tls_days_left',
      operator: '<',
      level: days,
      clearLevel: null,
      condition: { kind: 'in_a_row', count: 1 },
      severity: 'warning',
      status: 'degraded',
      noData: null,
    },
  ]
}

function warningDaysOf(spec: unknown): number {
  const { tls, expiry_warning_days } = (spec ?? {}) as {
    tls?: { expiry_warning_days?: number }
    expiry_warning_days?: number
  }
  return tls?.expiry_warning_days ?? expiry_warning_days ?? 0
}
