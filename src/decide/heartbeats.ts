import type { NextOccurrence, YieldedSample } from './decision.ts'
import type { HeartbeatRule } from './monitor-config.ts'
import type { Blindness, HeartbeatSignal } from './observation.ts'
import type { HeartbeatState } from './state.ts'
import { spanText } from './text.ts'

export function isRepeat(state: HeartbeatState, ping: HeartbeatSignal): boolean {
  const { lastPing } = state
  if (lastPing === null || ping.time > lastPing.time) return false
  return ping.time < lastPing.time || signalText(ping) === lastPing.signal
}

/** A ping begins a run, or ends one well or badly; whatever ends it sets when the next is due. */
export function followPing(
  state: HeartbeatState,
  ping: HeartbeatSignal,
  rule: HeartbeatRule,
  nextOccurrence: NextOccurrence,
): HeartbeatState {
  const lastPing = { time: ping.time, signal: signalText(ping) }
  if (ping.signal === 'start') {
    return { ...state, lastPing, startedAt: ping.time, unfinishedSince: state.unfinishedSince ?? ping.time }
  }
  const trouble = isSuccess(ping)
    ? null
    : { summary: `the job reported a failure${statusText(ping)}`, since: state.trouble?.since ?? ping.time }
  const dueAt = nextDue(rule, ping.time, nextOccurrence)
  return { lastPing, dueAt, startedAt: null, unfinishedSince: null, trouble }
}

/** How long the run took that the ping ends, as a sample `run_time_ms`; null: it ends none. */
export function runTimeOf(state: HeartbeatState, ping: HeartbeatSignal): YieldedSample | null {
  if (ping.signal === 'start' || state.startedAt === null) return null
  const { time, region } = ping
  return { metric: 'run_time_ms', value: time - state.startedAt, time, region }
}

/** When the wait for the next ping ends; null: nothing is waited for. A run that has begun has its own time. */
export function deadlineOf(state: HeartbeatState, rule: HeartbeatRule): number | null {
  if (state.trouble !== null) return null
  if (state.unfinishedSince !== null) return state.unfinishedSince + rule.maxRunMs
  return state.dueAt === null ? null : state.dueAt + rule.graceMs
}

/** Raises the cause when the deadline has passed. */
export function passDeadline(state: HeartbeatState, rule: HeartbeatRule, at: number): HeartbeatState {
  const deadline = deadlineOf(state, rule)
  if (deadline === null || at < deadline) return state
  const summary =
    state.unfinishedSince === null
      ? `no ping came within ${spanText(rule.graceMs)} of its time`
      : `the job did not finish within ${spanText(rule.maxRunMs)}`
  return { ...state, trouble: { summary, since: deadline } }
}

/**
 * A ping that we could not hear is no missed one: where the one waited for may have come in the
 * blind time, the next one after it is waited for instead.
 */
export function excuse(
  state: HeartbeatState,
  rule: HeartbeatRule,
  blind: Blindness,
  nextOccurrence: NextOccurrence,
): HeartbeatState {
  const deadline = deadlineOf(state, rule)
  const earliest = state.unfinishedSince ?? (state.dueAt ?? 0) - rule.graceMs
  if (deadline === null || blind.until < earliest || blind.from > deadline) return state
  return {
    ...state,
    dueAt: nextDue(rule, blind.until, nextOccurrence),
    startedAt: null,
    unfinishedSince: null,
  }
}

/** Forgets what is wrong: the next ping is waited for from now. */
export function forgetTrouble(
  state: HeartbeatState,
  rule: HeartbeatRule,
  at: number,
  nextOccurrence: NextOccurrence,
): HeartbeatState {
  const dueAt = state.dueAt === null ? null : nextDue(rule, at, nextOccurrence)
  return { ...state, dueAt, startedAt: null, unfinishedSince: null, trouble: null }
}

function nextDue(rule: HeartbeatRule, after: number, nextOccurrence: NextOccurrence): number | null {
  const { schedule } = rule
  if (schedule.kind === 'period') return after + schedule.periodMs
  return nextOccurrence(schedule.expression, schedule.timeZone, after)
}

function isSuccess(ping: HeartbeatSignal): boolean {
  return ping.signal === 'success' || (ping.signal === 'exit' && ping.exitStatus === 0)
}

function statusText(ping: HeartbeatSignal): string {
  return ping.signal === 'exit' ? ` (exit status ${ping.exitStatus ?? 'unknown'})` : ''
}

function signalText(ping: HeartbeatSignal): string {
  return `${ping.signal}${statusText(ping)}`
}
