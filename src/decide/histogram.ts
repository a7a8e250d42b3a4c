/**
 * A histogram whose bins grow by 4 %, so that a quantile is within 2 % of the true one at any scale.
 * Kept as sorted pairs of bin and count in one flat list. At most {@link MAX_BINS}: the lowest are
 * thrown together, which high quantiles do not notice.
 */
const GROWTH = Math.log(1.04)
const MAX_BINS = 128

/** Smaller values are as good as 0. */
const SMALLEST = 1e-9
/** Bin 0 is zero; the bin of the smallest value is 1, and -1 that of its negative. */
const OFFSET = 1 - Math.floor(Math.log(SMALLEST) / GROWTH)

/** The bins with one more value. */
export function addToBins(bins: readonly number[], value: number): number[] {
  const bin = binOf(value)
  const next = [...bins]
  let at = 0
  while (at < next.length && next[at]! < bin) at += 2
  if (next[at] === bin) next[at + 1]! += 1
  else next.splice(at, 0, bin, 1)
  if (next.length > 2 * MAX_BINS) {
    next[3]! += next[1]!
    next.splice(0, 2)
  }
  return next
}

/** The value that `share` (0 to 1) of all values in the lists of bins are at or under; null: they hold none. */
export function quantile(lists: readonly (readonly number[])[], share: number): number | null {
  const counts = new Map<number, number>()
  let total = 0
  for (const bins of lists) {
    for (let at = 0; at < bins.length; at += 2) {
      counts.set(bins[at]!, (counts.get(bins[at]!) ?? 0) + bins[at + 1]!)
      total += bins[at + 1]!
    }
  }
  const rank = Math.ceil(share * total)
  let passed = 0
  for (const bin of [...counts.keys()].sort((a, b) => a - b)) {
    passed += counts.get(bin)!
    if (passed >= rank) return middleOf(bin)
  }
  return null
}

function binOf(value: number): number {
  const size = Math.abs(value)
  if (size < SMALLEST) return 0
  return Math.sign(value) * (Math.floor(Math.log(size) / GROWTH) + OFFSET)
}

/** The value in a bin that is off from none of its others by more than 2 %. */
function middleOf(bin: number): number {
  if (bin === 0) return 0
  return Math.sign(bin) * Math.exp((Math.abs(bin) - OFFSET + 0.5) * GROWTH)
}
