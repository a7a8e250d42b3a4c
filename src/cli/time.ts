import { InvalidArgumentError } from 'commander'

const UNIT_MS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

/**
 * A time as people give it, `2h` (ago) or `2024-05-14T09:00:00Z`, as the API takes it (RFC 3339).
 * @throws InvalidArgumentError for anything else
 */
export function toTime(text: string): string {
  const ago = /^(\d+(?:\.\d+)?)([smhd])$/.exec(text)
  if (ago) {
    const span = Number(ago[1]) * UNIT_MS[ago[2] as keyof typeof UNIT_MS]
    const time = new Date(Date.now() - span)
    if (!Number.isNaN(time.getTime())) return time.toISOString()
  } else if (/^\d{4}-\d{2}-\d{2}/.test(text) && !Number.isNaN(Date.parse(text))) {
    return new Date(text).toISOString()
  }
  throw new InvalidArgumentError(
    'must be a span such as 30m, 2h, 7d, or a time such as 2024-05-14T09:00:00Z.',
  )
}
