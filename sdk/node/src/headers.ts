/** Headers as any framework has them; names in any case. */
export type HeadersLike =
  | { get(name: string): string | null | undefined }
  | Readonly<Record<string, string | readonly string[] | undefined>>

/** A look-up of headers by lower-case name; '' for one that is not there. */
export function headerReader(headers: HeadersLike): (name: string) => string {
  if (typeof headers.get === 'function') {
    const { get } = headers
    return name => get.call(headers, name) ?? ''
  }
  const byName = new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
  return name => {
    const value = byName.get(name)
    return typeof value === 'string' ? value : Array.isArray(value) ? value.join(', ') : ''
  }
}
