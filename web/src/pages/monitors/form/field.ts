/** Texts of a form by the paths of its fields. */
export type Texts = Readonly<Record<string, string>>

/** One field of a monitor's form: where it stands in the API's words, and how it is read and written as text. */
export interface MonitorField {
  /** As in the API: `spec.url`, `interval_s`. */
  readonly path: string
  readonly label: string
  readonly hint?: string
  readonly placeholder?: string
  readonly input: 'text' | 'url' | 'number' | 'lines' | 'choice' | 'secret'
  /** Of a choice: values as they are, or with the words that stand for them. */
  readonly options?: readonly (string | readonly [value: string, words: string])[]
  readonly required?: boolean
  /** Shown on request. */
  readonly advanced?: boolean
  /** Of no meaning with what else the form says: not shown then. */
  readonly onlyIf?: (texts: Texts) => boolean
  /** What a new monitor begins with. */
  readonly initial?: string
  /** Text of what the API shows; left out: as it is. null: it is never shown. */
  readonly read?: ((shown: unknown) => string) | null
  /**
   * What the API is given for the text (undefined: its default). Left out: by `input`. false: the field whose
   * `parts` it is one of writes it.
   */
  readonly write?: ((text: string, form: { texts: Texts; before: Texts }) => unknown) | false
  /** Paths of fields that this one writes with its own. */
  readonly parts?: readonly string[]
}

/** What stands where a secret is; given back, the secret stays. */
export const HIDDEN = '********'

/** One in a line, without empty ones. */
export const lines = (text: string) => text.split('\n').flatMap(line => line.trim() || [])

/** Separated by commas or lines, and how such a list is shown. */
export const LIST: Pick<MonitorField, 'read' | 'write'> = {
  read: shown => (Array.isArray(shown) ? shown.join(', ') : ''),
  write: text => text.split(/[,\n]/).flatMap(part => part.trim() || []),
}

/**
 * Names with values, one in a line. In a change (RFC 7396) a name that is not there any more has to be said.
 * @param separator `:` of `Accept: text/html`
 */
export function named(
  path: string,
  separator: string,
): Pick<MonitorField, 'path' | 'input' | 'read' | 'write'> {
  const entries = (text: string) =>
    lines(text).map(line => {
      const [name = '', ...value] = line.split(separator)
      return [name.trim(), value.join(separator).trim()] as const
    })
  const space = separator === ':' ? '' : ' '
  return {
    path,
    input: 'lines',
    read: shown =>
      Object.entries((shown ?? {}) as Record<string, string>)
        .map(([name, value]) => `${name}${space}${separator} ${value}`)
        .join('\n'),
    write: (text, { before }) => ({
      ...Object.fromEntries(entries(before[path] ?? '').map(([name]) => [name, null])),
      ...Object.fromEntries(entries(text)),
    }),
  }
}

/** Yes or no. */
export const YES_NO: Pick<MonitorField, 'input' | 'options' | 'initial' | 'read' | 'write'> = {
  input: 'choice',
  options: [
    ['true', 'Yes'],
    ['false', 'No'],
  ],
  initial: 'true',
  read: shown => String(shown),
  write: text => text === 'true',
}
