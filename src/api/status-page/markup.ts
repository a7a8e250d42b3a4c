import escapeHtml from 'escape-html'

/** Text that is HTML or XML already. */
export class Markup {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

type Value = string | number | Markup | readonly Value[] | null | false

/**
 * HTML or XML with values in it: every one is escaped, for text and quoted attributes alike, but for other markup. Lists
 * are put together, null and false are nothing. What XML cannot hold is left out.
 */
export function markup(strings: TemplateStringsArray, ...values: readonly Value[]): Markup {
  return new Markup(
    strings.map((text, index) => (index === 0 ? '' : write(values[index - 1]!)) + text).join(''),
  )
}

function write(value: Value): string {
  if (value === null || value === false) return ''
  if (value instanceof Markup) return value.text
  if (typeof value === 'object') return value.map(write).join('')
  return escapeHtml(clean(String(value)))
}

/** XML 1.0 §2.2; directions of writing that would go on past their text are left out too. */
function clean(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff\u202a-\u202e\u2066-\u2069]/g, '')
}
