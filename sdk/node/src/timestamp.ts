const RFC_3339_UTC = /^([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]{1,9}))?Z$/

/** An RFC 3339 time in UTC, cut to the millisecond; null for anything else, such as a 30th of February. */
export function parseTimestamp(value: unknown): Date | null {
  const match = typeof value === 'string' ? RFC_3339_UTC.exec(value) : null
  if (match === null) return null
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  const ms = Number((match[7] ?? '').padEnd(3, '0').slice(0, 3))
  const time = new Date(Date.UTC(year, month - 1, day, hour, minute, second, ms))
  // Date.UTC carries over what is out of range: a date that exists comes back as it went in.
  return time.toISOString().slice(0, 19) === match[0].slice(0, 19) ? time : null
}
