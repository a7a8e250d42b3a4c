/** What a cut text ends with. */
const MARK = '…'

/** Controls, line breaks, and marks that turn the direction of all that follows. */
const UNPRINTABLE = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]+/gu

/** Longer texts are looked at no further: no service shows so much. */
const MOST_LOOKED_AT = 16_384

/** Text as one line of well-formed Unicode, free of controls; cut at 16,384 UTF-16 units. */
export function oneLine(text: string): string {
  const bounded = text.length > MOST_LOOKED_AT ? `${text.slice(0, MOST_LOOKED_AT)}${MARK}` : text
  return bounded.toWellFormed().replace(UNPRINTABLE, ' ').trim()
}

/**
 * Text that is at most `max` UTF-16 units long (so never more code points either) once it is written
 * with `encode`; a longer one is cut between two code points and ends with "…".
 * @param encode how one code point is written, e.g. escaped
 */
export function cut(text: string, max: number, encode: (codePoint: string) => string = same): string {
  let written = ''
  let end = 0
  for (const codePoint of text) {
    const piece = encode(codePoint)
    if (written.length + piece.length > max) return `${written.slice(0, end)}${MARK}`
    written += piece
    // The longest that leaves room for the mark.
    if (written.length + MARK.length <= max) end = written.length
  }
  return written
}

/**
 * As many lines as fit into `max` UTF-16 units, joined by line breaks; the last says how many are left out.
 * @param max room for one such last line at least: 40 or more
 */
export function linesWithin(lines: readonly string[], max: number): string {
  const whole = lines.join('\n')
  if (whole.length <= max) return whole
  const roomForRest = restOf(lines.length).length + 1
  let text = ''
  let taken = 0
  for (const line of lines) {
    if (text.length + line.length + 1 + roomForRest > max) break
    text += `${line}\n`
    taken++
  }
  return `${text}${restOf(lines.length - taken)}`
}

function restOf(count: number): string {
  return `${MARK} and ${count} more`
}

function same(codePoint: string): string {
  return codePoint
}
