/** What another system says of an alert, a series or an event, by name. What is not there counts as the empty text. */
export type Labels = Readonly<Record<string, string>>

/** Long enough for every name and every path; what is longer is cut. */
const MAX_VALUE = 1_000

/** A label's value; the empty text: it has none. */
export function labelOf(labels: Labels, name: string): string {
  return Object.hasOwn(labels, name) ? (labels[name] as string).slice(0, MAX_VALUE).trim() : ''
}

/** Text as the rest of the program takes it: whole characters only, no NUL, at most `max` long. */
export function cleanText(text: string, max: number): string {
  return text.toWellFormed().replaceAll('\0', '\u{fffd}').slice(0, max).toWellFormed()
}
