/** The text as a database can keep it: without NUL and half characters. */
export function cleanText(text: string): string {
  return text.replaceAll('\0', '').toWellFormed()
}

/** The same for every text inside of a JSON value, keys included. */
export function cleanTexts<T>(value: T): T {
  return clean(value) as T
}

function clean(value: unknown): unknown {
  if (typeof value === 'string') return cleanText(value)
  if (Array.isArray(value)) return value.map(clean)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [cleanText(key), clean(inner)]))
}
