import { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import type { FastifyRequest, preParsingAsyncHookHandler } from 'fastify'
import { messageOf, Problem } from '../ground/errors.ts'
import type { AnyOperation } from './operation.ts'

const JSON_TYPES = ['application/json', 'application/merge-patch+json']
const DEFAULT_LIMIT = 512 * 1024

type Payload = Parameters<preParsingAsyncHookHandler>[2]

/** Before a body is read: refuses types and encodings that the operation does not take, and unpacks gzip. */
export function bodyGate(operation: AnyOperation): preParsingAsyncHookHandler {
  const types = operation.bodyTypes ?? JSON_TYPES
  const encodings = operation.bodyEncodings ?? []
  return async (request, _reply, payload) => {
    const type = typeOf(request)
    if (type !== '' && !types.includes(type)) throw unsupported(`Send the body as ${types.join(' or ')}.`)
    const encoding = request.headers['content-encoding']?.trim().toLowerCase() ?? 'identity'
    if (encoding === 'identity') return payload
    if (!encodings.some(one => one === encoding))
      throw unsupported(`Content-Encoding ${encoding} is not taken here.`)
    return encoding === 'gzip' ? unpack(payload, operation.bodyLimit ?? DEFAULT_LIMIT) : payload
  }
}

/** The body's media type without its parameters, in lower case; the empty text: none is given. */
export function typeOf(request: FastifyRequest): string {
  return (request.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? ''
}

/** Stops at the limit, however small the packed body is. */
function unpack(payload: Payload, limit: number): Payload {
  const gunzip = createGunzip()
  payload.once('error', error => gunzip.destroy(error))
  const unpacked: Payload = Readable.from(upTo(limit, gunzip), { objectMode: false })
  // What Content-Length is held against.
  unpacked.receivedEncodedLength = 0
  payload.on('data', (chunk: Buffer) => {
    unpacked.receivedEncodedLength = (unpacked.receivedEncodedLength ?? 0) + chunk.length
  })
  payload.pipe(gunzip)
  return unpacked
}

async function* upTo(limit: number, gunzip: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let length = 0
  try {
    for await (const chunk of gunzip) {
      length += chunk.length
      if (length > limit) throw tooLarge(limit)
      yield chunk
    }
  } catch (error) {
    if (error instanceof Problem) throw error
    throw new Problem(400, 'malformed-body', 'Malformed body', `The body is not gzip: ${messageOf(error)}.`)
  }
}

function tooLarge(limit: number): Problem {
  return new Problem(413, 'too-large', 'Too large', `Unpacked, the body has more than ${limit} bytes.`)
}

function unsupported(detail: string): Problem {
  return new Problem(415, 'unsupported-media-type', 'Unsupported media type', detail)
}
