const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1_000],
] as const

/** A span of time for people: its two largest units, `2 h 5 min`; under a second, `300 ms`. */
export function spanText(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`
  const parts: string[] = []
  let rest = ms
  for (const [unit, length] of UNITS) {
    const count = Math.floor(rest / length)
    rest -= count * length
    if (count > 0) parts.push(`${count} ${unit}`)
    if (count === 0 && parts.length > 0) break
    if (parts.length === 2) break
  }
  return parts.join(' ')
}

/** RFC 3339 in UTC, the fraction only where there is one. */
export function timeText(ms: number): string {
  return new Date(ms).toISOString().replace('.000Z', 'Z')
}

/** A number for people: up to four significant digits. */
export function numberText(value: number): string {
  return String(Number(value.toPrecision(4)))
}
