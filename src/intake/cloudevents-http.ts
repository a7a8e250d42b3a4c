import type { FieldError } from '../ground/errors.ts'
import type { CloudEvent } from './cloudevents.ts'

type Headers = Readonly<Record<string, string | string[] | undefined>>

const STRUCTURED = 'application/cloudevents+json'
const BATCH = 'application/cloudevents-batch+json'

/** Attributes are lower-case letters and digits (CloudEvents 1.0, "Naming Conventions"). */
const ATTRIBUTE = /^ce-([a-z0-9]+)$/
const ATTRIBUTE_NAME = /^[a-z0-9]+$/
const MAX_ATTRIBUTE = 1_000
const REQUIRED = ['id', 'source', 'type'] as const

export interface ReadEvents {
  readonly events: readonly CloudEvent[]
  readonly errors: readonly FieldError[]
}

/**
 * The events of a request, in the mode that it has: batch or structured by its content type, else binary,
 * whose attributes are headers.
 * @param body as decoded JSON; undefined: there is none
 */
export function readCloudEvents(headers: Headers, body: unknown): ReadEvents {
  const contentType = String(headers['content-type'] ?? '')
    .split(';', 1)[0]
    ?.trim()
    .toLowerCase()
  if (contentType === BATCH) {
    if (!Array.isArray(body))
      return { events: [], errors: [{ path: '', message: 'must be an array of events' }] }
    const read = body.map((one, index) => readStructured(one, `[${index}]`))
    return { events: read.flatMap(({ events }) => events), errors: read.flatMap(({ errors }) => errors) }
  }
  return contentType === STRUCTURED ? readStructured(body, '') : readBinary(headers, body)
}

/** One event as JSON. @param path its place in the body */
export function readStructured(body: unknown, path: string): ReadEvents {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    return { events: [], errors: [{ path, message: 'must be an event as a JSON object' }] }
  const { data, data_base64: encoded, ...rest } = body as Record<string, unknown>
  const errors: FieldError[] = []
  const attributes: Record<string, string> = Object.create(null)
  for (const [name, value] of Object.entries(rest)) {
    if (value === null) continue
    const at = path === '' ? name : `${path}.${name}`
    if (!ATTRIBUTE_NAME.test(name))
      errors.push({ path: at, message: 'is not a name of an attribute: lower-case letters and digits' })
    else if (!['string', 'number', 'boolean'].includes(typeof value))
      errors.push({ path: at, message: 'must be a text, a number or a boolean' })
    else attributes[name] = String(value)
  }
  if (encoded !== undefined)
    errors.push({
      path: path === '' ? 'data_base64' : `${path}.data_base64`,
      message: 'is not taken: send data as JSON',
    })
  return asRead(attributes, data, path, errors)
}

function readBinary(headers: Headers, body: unknown): ReadEvents {
  const attributes: Record<string, string> = Object.create(null)
  const errors: FieldError[] = []
  for (const [header, value] of Object.entries(headers)) {
    const name = ATTRIBUTE.exec(header)?.[1]
    if (name === undefined || value === undefined) continue
    const decoded = decodeHeader(String(value))
    if (decoded === null) errors.push({ path: header, message: 'is not percent-encoded UTF-8' })
    else attributes[name] = decoded
  }
  return asRead(attributes, body, '', errors, 'ce-')
}

function asRead(
  attributes: Record<string, string>,
  data: unknown,
  path: string,
  errors: FieldError[],
  prefix = '',
): ReadEvents {
  const at = (name: string) => (path === '' ? `${prefix}${name}` : `${path}.${name}`)
  if (attributes.specversion !== '1.0') errors.push({ path: at('specversion'), message: 'must be "1.0"' })
  for (const name of REQUIRED) {
    if (!attributes[name]) errors.push({ path: at(name), message: 'is missing' })
  }
  for (const [name, value] of Object.entries(attributes)) {
    if (value.length > MAX_ATTRIBUTE)
      errors.push({ path: at(name), message: `must have at most ${MAX_ATTRIBUTE} characters` })
  }
  if (attributes.time !== undefined && Number.isNaN(Date.parse(attributes.time)))
    errors.push({ path: at('time'), message: 'must be a time like 2024-05-14T09:23:11Z (RFC 3339)' })
  if (errors.length > 0) return { events: [], errors }
  const { id, source, type } = attributes as { id: string; source: string; type: string }
  return { events: [{ id, source, type, attributes, data, path }], errors }
}

/** Header values are percent-encoded (HTTP protocol binding 1.0.2, 3.1.3.2); null: they are not. */
function decodeHeader(value: string): string | null {
  const text = value.replace(/^"(.*)"$/, '$1').replaceAll(/%(?![0-9A-Fa-f]{2})/g, '%25')
  try {
    return decodeURIComponent(text)
  } catch {
    return null
  }
}
