import type { Monitor } from '../../api/types.ts'
import type { MonitorField } from './fields.ts'

type Body = Record<string, unknown>

/** Texts of a form by the paths of its fields. */
export type Texts = Readonly<Record<string, string>>

/** What the form of a monitor begins with: a new one's, or what the API shows of one. */
export function textsOf(fields: readonly MonitorField[], monitor?: Monitor): Record<string, string> {
  return Object.fromEntries(
    fields.map(({ path, initial = '', read }) => {
      if (!monitor) return [path, initial]
      const shown = at(monitor as unknown as Body, path)
      if (read === null || shown === undefined || shown === null) return [path, '']
      return [path, read ? read(shown) : String(shown)]
    }),
  )
}

/** The API's body of those fields whose text is not what it was in `before`; left out: of all that are filled in. */
export function bodyOf(fields: readonly MonitorField[], texts: Texts, before?: Texts): Body {
  const body: Body = {}
  for (const field of fields) {
    const text = texts[field.path] ?? ''
    if (before ? text === before[field.path] : text === '') continue
    if (text === '' && field.read === null) continue
    put(body, field.path, writtenOf(field, text))
  }
  return body
}

/** What the API says of a field, or of something in it: `spec.values[0]`. */
export function errorOf(errors: Readonly<Record<string, string>>, path: string): string | undefined {
  const at = Object.keys(errors).find(
    key => key === path || key.startsWith(`${path}.`) || key.startsWith(`${path}[`),
  )
  return at === undefined ? undefined : errors[at]
}

/** Whether every error stands at one of the fields. */
export function isAllShown(
  errors: Readonly<Record<string, string>>,
  fields: readonly MonitorField[],
): boolean {
  const shown = Object.keys(errors).filter(key => fields.some(({ path }) => errorOf({ [key]: '.' }, path)))
  return shown.length > 0 && shown.length === Object.keys(errors).length
}

function writtenOf(field: MonitorField, text: string): unknown {
  if (field.write) return field.write(text) ?? null
  if (field.input === 'number') return text === '' ? null : Number(text)
  return text
}

function at(body: Body, path: string): unknown {
  return path.split('.').reduce<unknown>((inner, name) => (inner as Body | null | undefined)?.[name], body)
}

function put(body: Body, path: string, value: unknown): void {
  const names = path.split('.')
  const last = names.pop() as string
  let inner = body
  for (const name of names) {
    inner[name] ??= {}
    inner = inner[name] as Body
  }
  inner[last] = value
}
