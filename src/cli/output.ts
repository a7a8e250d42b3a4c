import { stripVTControlCharacters, styleText } from 'node:util'

type Style = Parameters<typeof styleText>[0]

/** Styled on a terminal, plain everywhere else (and with NO_COLOR). */
export function paint(style: Style, text: string, stream: NodeJS.WriteStream = process.stdout): string {
  return styleText(style, text, { stream })
}

/** Writes lines to stdout. */
export function print(...lines: readonly string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`)
}

/** Writes lines to stderr: what is for people only, and no part of the result. */
export function note(...lines: readonly string[]): void {
  process.stderr.write(`${lines.join('\n')}\n`)
}

/** Writes a command's result: as it is (`--json`), or as lines for people. */
export function present<T>(
  value: T,
  options: { readonly json?: boolean },
  describe: (value: T) => readonly string[],
): void {
  print(...(options.json ? [JSON.stringify(value, null, 2)] : describe(value)))
}

/** Text of others (a receiver, a producer) for a terminal: no control characters, so it cannot steer it. */
export function safe(text: string): string {
  return stripVTControlCharacters(text).replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/g, '�')
}

/** Rows as aligned columns under their headings; what is null is shown as a dash. */
export function table(
  headings: readonly string[],
  rows: readonly (readonly (string | number | boolean | null)[])[],
): string {
  const cells = rows.map(row =>
    row.map(cell => (cell === null || cell === '' ? '–' : safeCell(String(cell)))),
  )
  const widths = headings.map((heading, column) =>
    Math.max(heading.length, ...cells.map(row => widthOf(row[column] ?? ''))),
  )
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => cell + ' '.repeat(Math.max(0, (widths[column] ?? 0) - widthOf(cell))))
      .join('  ')
      .trimEnd()
  return [paint('dim', line(headings)), ...cells.map(line)].join('\n')
}

/** Name and value, one a line, the values aligned. */
export function fields(pairs: readonly (readonly [string, string | number | boolean | null])[]): string {
  const width = Math.max(...pairs.map(([name]) => name.length))
  return pairs.map(([name, value]) => `${paint('dim', name.padEnd(width))}  ${value ?? '–'}`).join('\n')
}

/** A status or an outcome in its colour. */
export function paintOutcome(word: string): string {
  return paint(OUTCOME_STYLES[word] ?? 'reset', word)
}

const OUTCOME_STYLES: Readonly<Record<string, Style>> = {
  delivered: 'green',
  done: 'green',
  enabled: 'green',
  operational: 'green',
  pending: 'yellow',
  retry: 'yellow',
  waiting: 'yellow',
  running: 'yellow',
  degraded: 'yellow',
  failed: 'red',
  down: 'red',
  critical: 'red',
  warning: 'yellow',
  cancelled: 'dim',
}

/** `8.4 ms`, `1.24 s`, `3 min`, `2.7 h`: a span of milliseconds for people. */
export function duration(ms: number): string {
  if (ms < 10) return `${ms.toFixed(1)} ms`
  if (ms < 1_000) return `${Math.round(ms)} ms`
  if (ms < 60_000) return `${(ms / 1_000).toFixed(ms < 10_000 ? 2 : 1)} s`
  if (ms < 3_600_000) return `${(ms / 60_000).toFixed(1)} min`
  return `${(ms / 3_600_000).toFixed(2)} h`
}

/** RFC 3339 of the API, as it is sorted and searched for, to the second: `2024-05-14 09:23:11Z`. */
export function when(time: string | null): string | null {
  return time === null ? null : `${time.slice(0, 19).replace('T', ' ')}Z`
}

function widthOf(text: string): number {
  return stripVTControlCharacters(text).length
}

/** Our own colours may stay; everything else that steers a terminal goes. */
function safeCell(text: string): string {
  return text.replace(/\x1b(?!\[\d+(;\d+)*m)/g, '�').replace(/[\x00-\x1a\x1c-\x1f\x7f-\x9f]/g, ' ')
}
