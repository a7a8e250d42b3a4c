import type { Threshold } from '../../api/types.ts'

/** `> 800` */
export function levelOf({ operator, value }: Threshold): string {
  return `${operator} ${value}`
}

/** When it counts: `3 in a row`, `for 60 s`, `avg of 300 s`. */
export function whenOf({ in_a_row, for_s, aggregate, window_s }: Threshold): string {
  if (aggregate) return `${aggregate} of ${window_s} s`
  if (for_s) return `for ${for_s} s`
  return in_a_row && in_a_row > 1 ? `${in_a_row} in a row` : 'at once'
}
