import { readBody } from './body.ts'
import { Receiver, type ReceiverOptions, tooLarge } from './receiver.ts'

/** What is needed of Express's (or `node:http`'s) request. */
export interface ExpressRequest extends AsyncIterable<Uint8Array> {
  headers: Readonly<Record<string, string | string[] | undefined>>
  readableEnded: boolean
  body?: unknown
}

/** What is needed of Express's (or `node:http`'s) response. */
export interface ExpressResponse {
  writeHead(status: number, headers: Record<string, string>): unknown
  end(body: string): unknown
}

/**
 * A handler for Express 4 and 5. Mount it before `express.json()`, or behind `express.raw({ type: '*\/*' })`.
 *
 * ```ts
 * app.post('/hooks/statuspulse', expressHandler({ secrets, onEvent }))
 * ```
 * @throws {WebhookError} `invalid_secret`
 */
export function expressHandler(
  options: ReceiverOptions,
): (request: ExpressRequest, response: ExpressResponse, next: (error: unknown) => void) => Promise<void> {
  const receiver = new Receiver(options)
  return async (request, response, next) => {
    try {
      const raw = await rawBody(request)
      const { status, headers, body } =
        raw === null ? tooLarge() : await receiver.receive(raw, request.headers)
      response.writeHead(status, headers)
      response.end(JSON.stringify(body))
    } catch (error) {
      next(error)
    }
  }
}

async function rawBody(request: ExpressRequest): Promise<Uint8Array | null> {
  if (request.body instanceof Uint8Array) return request.body
  if (request.readableEnded) {
    throw new Error(
      'The body was parsed before it could be verified: mount expressHandler before express.json().',
    )
  }
  return readBody(request)
}
