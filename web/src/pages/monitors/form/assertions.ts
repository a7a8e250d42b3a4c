/** A line of the form as the API's assertion; what is none is left to the API to refuse, at this field. */
export function readAssertion(line: string): unknown {
  const contains = /^contains:\s*(.*)$/i.exec(line)
  if (contains) return { source: 'body', operator: 'contains', value: contains[1] }
  const header = /^header\s+(\S+)\s+(?:(exists|absent)|=\s*(.*))$/i.exec(line)
  if (header)
    return header[2]
      ? { source: 'header', name: header[1], operator: header[2].toLowerCase() }
      : { source: 'header', name: header[1], operator: 'equals', value: headerValueOf(header[3] ?? '') }
  const json = /^(\$\S*)\s+(?:(exists|absent)|=\s*(.*))$/.exec(line)
  if (json)
    return json[2]
      ? { source: 'json', path: json[1], operator: json[2] }
      : { source: 'json', path: json[1], operator: 'equals', value: scalarOf(json[3] ?? '') }
  // The API says what is wrong with it, at this field.
  return JSON.parse(jsonOr(line))
}

function jsonOr(line: string): string {
  try {
    JSON.parse(line)
    return line
  } catch {
    return JSON.stringify({ source: line })
  }
}

/** A header holds a text or a number. */
function headerValueOf(text: string): string | number {
  const value = scalarOf(text)
  return typeof value === 'string' || typeof value === 'number' ? value : text
}

/** `ok` is a text, `3`, `true` and `null` are what they look like, `"3"` is a text. */
function scalarOf(text: string): unknown {
  try {
    const value = JSON.parse(text)
    return typeof value === 'object' && value !== null ? text : value
  } catch {
    return text
  }
}

/** The line that {@link readAssertion} makes the same assertion of. */
export function showAssertion(one: Record<string, unknown>): string {
  const { source, operator, value, path, name } = one
  if (source === 'body' && operator === 'contains') return `contains: ${value}`
  const what = source === 'json' ? path : `header ${name}`
  if (operator === 'exists' || operator === 'absent') return `${what} ${operator}`
  if (operator !== 'equals' || source === 'body') return JSON.stringify(one)
  const text = typeof value === 'string' && scalarOf(value) !== value ? JSON.stringify(value) : String(value)
  return `${what} = ${text}`
}
