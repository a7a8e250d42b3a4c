import type { YieldedSample } from './decision.ts'
import type { Operator, Threshold } from './monitor-config.ts'
import type { ThresholdState } from './state.ts'
import { numberText, spanText } from './text.ts'
import { addSample, aggregateOf, countOf } from './windows.ts'

/** The state of a threshold that no sample was held against yet. */
export function initialThreshold(at: number): ThresholdState {
  return {
    phase: 'clear',
    since: at,
    heardAt: at,
    newest: null,
    value: null,
    run: 0,
    runSince: null,
    window: null,
    breach: null,
  }
}

/**
 * Holds a sample against a threshold. A late sample still counts in its window; in a row only what
 * comes in order counts, and a repeat counts nowhere.
 * @param at time of the decision, not before the sample's
 */
export function followSample(
  state: ThresholdState,
  threshold: Threshold,
  sample: YieldedSample,
  at: number,
): ThresholdState {
  const { newest } = state
  if (newest && isSame(newest, sample)) return state
  const { condition } = threshold
  const heard = withSample(state, threshold, sample)
  const late = newest !== null && sample.time < newest.time
  if (condition.kind !== 'aggregate')
    return late ? state : judge(heard, threshold, sample.value, sample.time, at)
  if (countOf(heard.window, at) < condition.minSamples) return heard
  const value = aggregateOf(heard.window, condition.aggregate, at)
  return value === null ? heard : judge(heard, threshold, value, sample.time, at)
}

/** What follows from time alone: a breach has lasted long enough, or samples have stayed away. */
export function passTime(state: ThresholdState, threshold: Threshold, at: number): ThresholdState {
  const lasting = lastsLongEnoughAt(state, threshold) ?? Number.POSITIVE_INFINITY
  const missing = dataMissingAt(state, threshold) ?? Number.POSITIVE_INFINITY
  if (Math.min(lasting, missing) > at) return state
  const next = lasting < missing ? breached(state, at) : withoutData(state, threshold, missing)
  return passTime(next, threshold, at)
}

/** When {@link passTime} has something to say; null: never, without another sample. */
export function nextChangeAt(state: ThresholdState, threshold: Threshold): number | null {
  const lasting = lastsLongEnoughAt(state, threshold)
  const missing = dataMissingAt(state, threshold)
  if (lasting === null || missing === null) return lasting ?? missing
  return Math.min(lasting, missing)
}

/** What nobody could see does not count: neither as lasting nor as missing. */
export function afterBlindness(state: ThresholdState, until: number): ThresholdState {
  return { ...state, heardAt: Math.max(state.heardAt, until), run: 0, runSince: null }
}

/** As if no sample had been on the bad side. The window stays: what is still bad is seen by the next sample. */
export function forgetBreach(state: ThresholdState, at: number): ThresholdState {
  return { ...state, phase: 'clear', since: at, heardAt: at, run: 0, runSince: null }
}

/** What is wrong, in words. */
export function summaryOf(state: ThresholdState, threshold: Threshold): string {
  const { metric, condition, noData } = threshold
  if (state.phase === 'no_data') return `no data for ${metric} for ${spanText(noData?.afterMs ?? 0)}`
  const value = state.value === null ? '' : ` (${numberText(state.value)})`
  const what =
    condition.kind === 'aggregate'
      ? `${condition.aggregate} of ${metric} over ${spanText(condition.windowMs)}`
      : metric
  const span = condition.kind === 'duration' ? ` for ${spanText(condition.durationMs)}` : ''
  const row = condition.kind === 'in_a_row' && condition.count > 1 ? ` ${condition.count} times in a row` : ''
  return `${what} is ${threshold.operator} ${numberText(threshold.level)}${span}${row}${value}`
}

function judge(
  state: ThresholdState,
  threshold: Threshold,
  value: number,
  time: number,
  at: number,
): ThresholdState {
  const { operator, level, clearLevel, condition } = threshold
  const bad = isBad(value, operator, level)
  const next = { ...state, value }
  if (state.phase === 'breached') {
    const stays = bad || (clearLevel !== null && isBad(value, operator, clearLevel))
    return stays ? next : cleared(next, time)
  }
  if (!bad) return state.phase === 'clear' ? { ...next, run: 0, runSince: null } : cleared(next, time)
  const counted = { ...next, run: state.run + 1, runSince: state.runSince ?? time }
  if (condition.kind === 'aggregate') return breached(counted, at)
  if (condition.kind === 'in_a_row' && counted.run >= condition.count) return breached(counted, at)
  if (condition.kind === 'duration' && at - counted.runSince >= condition.durationMs)
    return breached(counted, at)
  return state.phase === 'clear' ? counted : { ...counted, phase: 'clear', since: time }
}

function withSample(state: ThresholdState, threshold: Threshold, sample: YieldedSample): ThresholdState {
  const { condition } = threshold
  const { time, value, region } = sample
  const late = state.newest !== null && time < state.newest.time
  return {
    ...state,
    heardAt: Math.max(state.heardAt, time),
    newest: late ? state.newest : { time, value, region },
    window:
      condition.kind === 'aggregate'
        ? addSample(state.window, condition.windowMs, time, value, condition.aggregate === 'p95')
        : null,
  }
}

function breached(state: ThresholdState, at: number): ThresholdState {
  return { ...state, phase: 'breached', since: state.runSince ?? at, run: 0, runSince: null }
}

function cleared(state: ThresholdState, at: number): ThresholdState {
  return { ...state, phase: 'clear', since: at, run: 0, runSince: null }
}

function withoutData(state: ThresholdState, { noData }: Threshold, since: number): ThresholdState {
  const phase = noData?.means === 'breach' ? 'no_data' : noData?.means === 'unknown' ? 'unknown' : 'clear'
  return { ...state, phase, since, value: null, run: 0, runSince: null }
}

function isBad(value: number, operator: Operator, level: number): boolean {
  switch (operator) {
    case '>':
      return value > level
    case '>=':
      return value >= level
    case '<':
      return value < level
    case '<=':
      return value <= level
  }
}

function isSame(newest: NonNullable<ThresholdState['newest']>, sample: YieldedSample): boolean {
  return newest.time === sample.time && newest.value === sample.value && newest.region === sample.region
}

function lastsLongEnoughAt(state: ThresholdState, { condition }: Threshold): number | null {
  if (condition.kind !== 'duration' || state.phase === 'breached' || state.runSince === null) return null
  return state.runSince + condition.durationMs
}

function dataMissingAt(state: ThresholdState, { noData }: Threshold): number | null {
  if (noData === null || state.phase === 'no_data' || state.phase === 'unknown') return null
  if (noData.means === 'clear' && state.phase === 'clear') return null
  return state.heardAt + noData.afterMs
}
