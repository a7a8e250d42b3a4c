import { z } from 'zod'
import { destinationFor } from '../deliver/destinations/index.ts'
import type { EndpointKind } from '../ground/vocabulary.ts'

/**
 * Options of an endpoint's kind as the API takes them: of texts, numbers where the kind has numbers, and lists where it
 * has lists (commas between). What does not fit stays as it is, for the API to refuse by name.
 */
export function optionsOf(
  kind: EndpointKind,
  texts: Readonly<Record<string, string>>,
): Record<string, unknown> {
  const { properties = {} } = z.toJSONSchema(destinationFor(kind).optionsSchema, { io: 'input' })
  return Object.fromEntries(
    Object.entries(texts).map(([name, text]) => {
      const schema = properties[name]
      const type = typeof schema === 'object' ? schema.type : undefined
      if (type === 'array') return [name, text.split(',').map(one => one.trim())]
      const isNumber = type === 'integer' && text.trim() !== '' && !Number.isNaN(Number(text))
      return [name, isNumber ? Number(text) : text]
    }),
  )
}
