import { decide } from '../../src/decide/decide.ts'
import type { Decision, NextOccurrence, Surroundings } from '../../src/decide/decision.ts'
import { type MonitorConfig, monitorConfig, type Threshold } from '../../src/decide/monitor-config.ts'
import { nextTickAt } from '../../src/decide/next-tick.ts'
import type { CheckResult, ForeignAlert, HeartbeatSignal, Observation } from '../../src/decide/observation.ts'
import { initialState, type MonitorState } from '../../src/decide/state.ts'

export const SECOND = 1_000
export const MINUTE = 60 * SECOND
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR

/** Midnight UTC, so that times in tests read as times of day. */
export const START = Date.parse('2024-05-14T00:00:00Z')

export const CALM: Surroundings = { maintenance: null, silences: [], parentsDown: [] }

/** Once a day at the hour that the expression's second field names; every zone is UTC. */
export const daily: NextOccurrence = (expression, _timeZone, after) => {
  const hour = Number(expression.split(' ')[1])
  const today = Math.floor(after / DAY) * DAY + hour * HOUR
  return today > after ? today : today + DAY
}

/** A monitor that is watched: its state goes through JSON before every decision, as a restart would have it. */
export class Watched {
  state: MonitorState
  monitor: MonitorConfig
  surroundings: Surroundings = CALM
  #incidents = 0

  constructor(settings: Partial<MonitorConfig> = {}, startedAt = START) {
    this.monitor = monitorConfig('checkout', settings)
    this.state = initialState(startedAt)
  }

  /** Decides on the observation at `START + after`. */
  see(after: number, observation: Observation): Decision {
    const decision = decide(JSON.parse(JSON.stringify(this.state)), observation, START + after, {
      monitor: this.monitor,
      surroundings: this.surroundings,
      newIncidentId: () => `inc_${++this.#incidents}`,
      nextOccurrence: daily,
    })
    this.state = decision.state
    return decision
  }

  /** As {@link see}, and says what was sent, and what was not and why, in short. */
  tell(after: number, observation: Observation): string[] {
    return inShort(this.see(after, observation))
  }

  check(after: number, ok: boolean, more: Partial<CheckResult> = {}): string[] {
    return this.tell(after, checkAt(after, ok, more))
  }

  ping(after: number, signal: HeartbeatSignal['signal'], exitStatus?: number): string[] {
    const ping: HeartbeatSignal = { kind: 'heartbeat', time: START + after, signal, region: null }
    return this.tell(after, exitStatus === undefined ? ping : { ...ping, exitStatus })
  }

  sample(after: number, value: number, metric = 'queue_length'): string[] {
    return this.tell(after, { kind: 'sample', time: START + after, metric, value, region: null })
  }

  alert(after: number, ...alerts: Partial<ForeignAlert>[]): string[] {
    return this.tell(after, {
      kind: 'alerts',
      time: START + after,
      alerts: alerts.map(one => alertOf(after, one)),
    })
  }

  tick(after: number): string[] {
    return this.tell(after, { kind: 'tick' })
  }

  /** The next tick asked for, counted from `START`. */
  get nextTick(): number | null {
    const at = nextTickAt(this.state, this.monitor)
    return at === null ? null : at - START
  }

  operator(
    after: number,
    action: 'acknowledge' | 'comment' | 'resolve',
    comment: string | null = null,
    incidentId: string | null = null,
  ): Decision {
    return this.see(after, { kind: 'operator', time: START + after, action, incidentId, by: 'ana', comment })
  }
}

export function checkAt(after: number, ok: boolean, more: Partial<CheckResult> = {}): CheckResult {
  const error = ok ? null : 'connection refused'
  return { kind: 'check', time: START + after, ok, error, latencyMs: ok ? 40 : null, region: null, ...more }
}

export function alertOf(after: number, alert: Partial<ForeignAlert>): ForeignAlert {
  return {
    fingerprint: 'f1',
    state: 'firing',
    severity: 'critical',
    summary: 'disk full',
    labels: {},
    region: null,
    affectedEndpoints: [],
    startedAt: START + after,
    expiresAt: null,
    ...alert,
  }
}

export function thresholdOf(settings: Partial<Threshold> = {}): Threshold {
  return {
    id: 'backlog',
    metric: 'queue_length',
    operator: '>',
    level: 100,
    clearLevel: null,
    condition: { kind: 'in_a_row', count: 1 },
    severity: 'warning',
    status: 'degraded',
    noData: null,
    ...settings,
  }
}

/** `incident.opened critical down` for what was sent; with `, not sent: silence` for what was not. */
export function inShort({ events, suppressed }: Decision): string[] {
  const short = (event: Decision['events'][number]) => `${event.eventType} ${event.severity} ${event.status}`
  return [
    ...events.map(short),
    ...suppressed.map(({ event, reason }) => `${short(event)}, not sent: ${reason}`),
  ]
}
