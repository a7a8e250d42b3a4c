import { Problem } from '../ground/errors.ts'

/** A place in a list as an opaque text: what the last entry was sorted by. */
export function toCursor(place: readonly string[]): string {
  return Buffer.from(JSON.stringify(place)).toString('base64url')
}

/**
 * The place that a cursor names, null for none.
 * @param length how many values a place of this list has
 * @throws Problem 400 when it is not one of our cursors
 */
export function fromCursor(cursor: string | undefined, length: number): string[] | null {
  if (cursor === undefined) return null
  try {
    const place: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString())
    const isPlace = Array.isArray(place) && place.length === length && place.every(isKeepable)
    if (isPlace) return place
  } catch {
    // Not JSON: the same to whoever sent it.
  }
  const message = "must be the next_cursor of this list's last page"
  throw new Problem(400, 'invalid-request', 'Invalid request', `cursor ${message}.`, {
    errors: [{ path: 'cursor', message }],
  })
}

function isKeepable(value: unknown): value is string {
  return typeof value === 'string' && value.length <= 200 && !value.includes('\0') && value.isWellFormed()
}

/**
 * One page of rows that were read with one more than `limit`: the extra one says that there is more.
 * @param placeOf what a row is sorted by
 */
export function pageOf<R, T>(
  rows: readonly R[],
  limit: number,
  placeOf: (row: R) => readonly string[],
  show: (row: R) => T,
): { data: T[]; next_cursor: string | null } {
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  return {
    data: shown.map(show),
    next_cursor: rows.length > limit && last !== undefined ? toCursor(placeOf(last)) : null,
  }
}
