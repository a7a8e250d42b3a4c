import { addToBins, quantile } from './histogram.ts'
import type { Aggregate } from './monitor-config.ts'

/** A window slides by a twentieth of its length: that is how exact it is, and how little it keeps. */
const SLICES = 20

/** The samples of the last while, summed up by slices of time. Bounded, whatever the rate of samples. */
export interface SampleWindow {
  readonly windowMs: number
  /** Oldest first, no two of the same index. */
  readonly slices: readonly Slice[]
}

interface Slice {
  /** Time divided by the slice's length. */
  readonly index: number
  readonly count: number
  readonly sum: number
  readonly min: number
  readonly max: number
  /** Sorted pairs of bin and count, flat; empty where no quantile is asked for. */
  readonly bins: readonly number[]
}

/**
 * The window with one more sample. A late sample goes where it belongs; one older than the window
 * is dropped. A window of another length begins anew.
 */
export function addSample(
  window: SampleWindow | null,
  windowMs: number,
  time: number,
  value: number,
  withQuantiles: boolean,
): SampleWindow {
  const before = window?.windowMs === windowMs ? window.slices : []
  const index = Math.floor(time / sliceLength(windowMs))
  const newest = Math.max(index, before.at(-1)?.index ?? index)
  const slices = before.filter(slice => slice.index > newest - SLICES)
  if (index <= newest - SLICES) return { windowMs, slices }
  let at = slices.length
  while (at > 0 && slices[at - 1]!.index > index) at--
  const found = slices[at - 1]?.index === index ? slices[at - 1] : undefined
  const slice = withValue(found, index, value, withQuantiles)
  if (found) slices[at - 1] = slice
  else slices.splice(at, 0, slice)
  return { windowMs, slices }
}

/** Samples in the window as of `now`. */
export function countOf(window: SampleWindow | null, now: number): number {
  let count = 0
  for (const slice of current(window, now)) count += slice.count
  return count
}

/** The aggregate of the window as of `now`; null: no sample is in it. `p95` is exact to 2 %. */
export function aggregateOf(window: SampleWindow | null, aggregate: Aggregate, now: number): number | null {
  const slices = current(window, now)
  if (slices.length === 0) return null
  switch (aggregate) {
    case 'avg': {
      let sum = 0
      let count = 0
      for (const slice of slices) {
        sum += slice.sum
        count += slice.count
      }
      return sum / count
    }
    case 'max':
      return slices.reduce((max, slice) => Math.max(max, slice.max), Number.NEGATIVE_INFINITY)
    case 'min':
      return slices.reduce((min, slice) => Math.min(min, slice.min), Number.POSITIVE_INFINITY)
    case 'p95':
      return quantile(
        slices.map(slice => slice.bins),
        0.95,
      )
  }
}

function current(window: SampleWindow | null, now: number): readonly Slice[] {
  if (window === null) return []
  const oldest = Math.floor(now / sliceLength(window.windowMs)) - SLICES
  const { slices } = window
  return slices[0] !== undefined && slices[0].index > oldest
    ? slices
    : slices.filter(slice => slice.index > oldest)
}

function sliceLength(windowMs: number): number {
  return windowMs / SLICES
}

function withValue(slice: Slice | undefined, index: number, value: number, withQuantiles: boolean): Slice {
  return {
    index,
    count: (slice?.count ?? 0) + 1,
    sum: (slice?.sum ?? 0) + value,
    min: Math.min(slice?.min ?? value, value),
    max: Math.max(slice?.max ?? value, value),
    bins: withQuantiles ? addToBins(slice?.bins ?? [], value) : [],
  }
}
