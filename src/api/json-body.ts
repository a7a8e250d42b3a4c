import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Clock } from '../ground/clock.ts'
import { Problem } from '../ground/errors.ts'

/** Nothing that is deeper than this has a meaning here; unbounded, it would overflow a stack somewhere. */
const MAX_DEPTH = 64

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** Which operation takes which is its own affair: see request-body.ts. */
const JSON_TYPES = [
  'application/json',
  'application/merge-patch+json',
  'application/cloudevents+json',
  'application/cloudevents-batch+json',
]

/**
 * Bodies are JSON (RFC 8259): whole UTF-8, no `__proto__` or `constructor.prototype`, not too deep; or
 * protobuf, whose bytes are left to the handler. An empty body is `undefined`. Notes when the body was whole.
 */
export function acceptBodies(app: FastifyInstance, clock: Clock): void {
  const parseSafely = app.getDefaultJsonParser('error', 'error')
  app.removeAllContentTypeParsers()
  const note = (request: FastifyRequest, body: Buffer) => {
    request.receivedAt = clock.now()
    request.bodyBytes = body.length
    if (request.routeOptions.config.operation?.keepsRawBody) request.rawBody = body
  }
  app.addContentTypeParser(
    'application/x-protobuf',
    { parseAs: 'buffer' },
    (request: FastifyRequest, body: Buffer, done) => {
      note(request, body)
      done(null, body)
    },
  )
  app.addContentTypeParser(
    JSON_TYPES,
    { parseAs: 'buffer' },
    (request: FastifyRequest, body: Buffer, done) => {
      note(request, body)
      if (body.length === 0) return done(null, undefined)
      let text: string
      try {
        text = utf8.decode(body)
      } catch {
        return done(malformed('The body is not UTF-8.'))
      }
      if (isTooDeep(body)) return done(malformed(`The body is nested deeper than ${MAX_DEPTH} levels.`))
      parseSafely(request, text, (error, value) => {
        done(error ? malformed(`The body is not JSON: ${error.message}.`) : null, value)
      })
    },
  )
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Length of the body, unpacked. */
    bodyBytes: number
    /** The body's bytes, where the operation keeps them. */
    rawBody: Buffer | null
  }
}

function malformed(detail: string): Problem {
  return new Problem(400, 'malformed-json', 'Malformed JSON', detail)
}

const QUOTE = 0x22
const BACKSLASH = 0x5c
const OPEN_ARRAY = 0x5b
const CLOSE_ARRAY = 0x5d
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d

function isTooDeep(json: Buffer): boolean {
  let depth = 0
  let inString = false
  for (let index = 0; index < json.length; index++) {
    const byte = json[index]
    if (inString) {
      if (byte === BACKSLASH) index++
      else if (byte === QUOTE) inString = false
    } else if (byte === QUOTE) {
      inString = true
    } else if (byte === OPEN_ARRAY || byte === OPEN_OBJECT) {
      if (++depth > MAX_DEPTH) return true
    } else if (byte === CLOSE_ARRAY || byte === CLOSE_OBJECT) {
      depth--
    }
  }
  return false
}
