/** What a cut text ends with. */
const MARK = '…'

/** Controls, line breaks, and marks that turn the direction of all that follows. */
const UNPRINTABLE = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]+/gu

/** Longer texts are looked at no further: no service shows so much. */
const MOST_LOOKED_AT = 16_384

/** How one code point is written in a service's markup: escaped, or as it is. */
export type Write = (codePoint: string) => string

/** Text as one line of well-formed Unicode, free of controls; cut at 16,384 UTF-16 units. */
export function oneLine(text: string): string {
  const bounded = text.length > MOST_LOOKED_AT ? `${text.slice(0, MOST_LOOKED_AT)}${MARK}` : text
  return bounded.toWellFormed().replace(UNPRINTABLE, ' ').trim()
}

/**
 * Text that is at most `max` UTF-16 units long (so never more code points either) once it is written
 * with `write`; a longer one is cut between two code points (and never in an escape), and ends with "…".
 */
export function cut(text: string, max: number, write: Write = same): string {
  let written = ''
  let end = 0
  for (const codePoint of text) {
    const piece = write(codePoint)
    if (written.length + piece.length > max) return `${written.slice(0, end)}${MARK}`
    written += piece
    // The longest that leaves room for the mark.
    if (written.length + MARK.length <= max) end = written.length
  }
  return written
}

/**
 * As many lines as fit into `max` UTF-16 units, their line breaks included; the last says how many are left out.
 * @param max room for that last line at least: 40 or more
 * @param most lines, beside that last one
 */
export function linesWithin(
  lines: readonly string[],
  max: number,
  most = Number.POSITIVE_INFINITY,
): string[] {
  const last = restOf(lines.length)
  const taken: string[] = []
  let room = max - last.length
  for (const line of lines) {
    room -= line.length + 1
    if (room < 0 || taken.length === most) return [...taken, restOf(lines.length - taken.length)]
    taken.push(line)
  }
  return taken
}

function restOf(count: number): string {
  return `${MARK} and ${count} more`
}

function same(codePoint: string): string {
  return codePoint
}
