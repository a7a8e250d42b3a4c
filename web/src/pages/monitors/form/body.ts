import type { Monitor } from '../../../api/types.ts'
import { withoutNulls } from '../../../lib/merge-patch.ts'
import type { MonitorField, Texts } from './field.ts'

type Body = Record<string, unknown>

/** What the form of a monitor begins with: a new one's, or what the API shows of one. */
export function textsOf(fields: readonly MonitorField[], monitor?: Monitor): Record<string, string> {
  return Object.fromEntries(
    fields.map(({ path, initial = '', input, read }) => {
      if (!monitor) return [path, initial]
      const shown = at(monitor as unknown as Body, path)
      if (read === null || shown === undefined || shown === null)
        return [path, input === 'choice' ? initial : '']
      return [path, read ? read(shown) : String(shown)]
    }),
  )
}

/**
 * The API's body of all that is filled in; with `before`, the change (RFC 7396) of those fields whose text, or a part's,
 * is not what it was.
 */
export function bodyOf(fields: readonly MonitorField[], texts: Texts, before?: Texts): Body {
  const body: Body = {}
  const isNew = (path: string) => (texts[path] ?? '') !== (before?.[path] ?? '')
  for (const field of fields) {
    const { path, write, parts = [], onlyIf } = field
    if (write === false || ![path, ...parts].some(isNew)) continue
    if (!before && onlyIf && !onlyIf(texts)) continue
    const written = writtenOf(field, texts, before ?? {})
    if (before || written !== null) put(body, path, before ? written : withoutNulls(written))
  }
  return body
}

/** What the API says of a field, or of something in it (`spec.values[0]`) that has no field of its own. */
export function errorOf(
  errors: Readonly<Record<string, string>>,
  { path, parts = [] }: Pick<MonitorField, 'path' | 'parts'>,
): string | undefined {
  const at = Object.keys(errors).find(
    key =>
      key === path ||
      ((key.startsWith(`${path}.`) || key.startsWith(`${path}[`)) &&
        !parts.some(part => key.startsWith(part))),
  )
  return at === undefined ? undefined : errors[at]
}

/** Whether every error stands at one of the fields. */
export function isAllShown(
  errors: Readonly<Record<string, string>>,
  fields: readonly MonitorField[],
): boolean {
  const shown = Object.keys(errors).filter(key => fields.some(field => errorOf({ [key]: '.' }, field)))
  return shown.length > 0 && shown.length === Object.keys(errors).length
}

function writtenOf(field: MonitorField, texts: Texts, before: Texts): unknown {
  const text = texts[field.path] ?? ''
  if (field.write) return field.write(text, { texts, before }) ?? null
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
