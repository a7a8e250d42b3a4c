import { compareIds } from '../ground/ids.ts'
/**
 * Tables that the feed is read from, in the order in which rows of one transaction stand in it:
 * events, attempts, delivery changes.
 */
export const SOURCES = ['event', 'attempt', 'delivery'] as const
export type Source = (typeof SOURCES)[number]

/** A place in a workspace's feed: everything up to and including it was seen. */
export interface FeedCursor {
  /** A number exactly: transaction ids stay far below 2^53. */
  readonly position: number
  readonly source: Source
  /** '': before all rows of the position. */
  readonly id: string
  /** The row was seen up to this one of its items; null: whole. */
  readonly part: number | null
  /** The UTC day of the row, by which retention drops it. */
  readonly day: string
}

/** The place before the first row of a position. */
export function placeBefore(position: number, day: string): FeedCursor {
  return { position, source: 'event', id: '', part: null, day }
}

/** Negative: `left` is the earlier place. */
export function compareCursors(left: FeedCursor, right: FeedCursor): number {
  return (
    left.position - right.position ||
    SOURCES.indexOf(left.source) - SOURCES.indexOf(right.source) ||
    compareIds(left.id, right.id) ||
    (left.part ?? Number.POSITIVE_INFINITY) - (right.part ?? Number.POSITIVE_INFINITY) ||
    0
  )
}

/** The cursor as an opaque text. */
export function formatCursor({ position, source, id, part, day }: FeedCursor): string {
  return Buffer.from(`${position}:${SOURCES.indexOf(source)}:${part ?? ''}:${day}:${id}`).toString(
    'base64url',
  )
}

const CURSOR = /^(\d{1,15}):([0-2]):(\d{0,9}):(\d{4}-\d{2}-\d{2}):([A-Za-z0-9_.-]{0,100})$/

/** The cursor of a text that {@link formatCursor} made; null for any other. */
export function parseCursor(text: string): FeedCursor | null {
  const match = CURSOR.exec(Buffer.from(text, 'base64url').toString('latin1'))
  if (!match) return null
  const [, position, source, part, day, id] = match as unknown as [
    string,
    string,
    string,
    string,
    string,
    string,
  ]
  return {
    position: Number(position),
    source: SOURCES[Number(source)] as Source,
    id,
    part: part === '' ? null : Number(part),
    day,
  }
}
