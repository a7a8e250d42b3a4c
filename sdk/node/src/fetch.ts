import { readBody } from './body.ts'
import { type Answer, Receiver, type ReceiverOptions, tooLarge } from './receiver.ts'

/**
 * A handler from Request to Response: for Bun, Deno, Cloudflare Workers and everything else that speaks Fetch.
 *
 * ```ts
 * export default { fetch: fetchHandler({ secrets, onEvent }) }
 * ```
 * @throws {WebhookError} `invalid_secret`
 */
export function fetchHandler(options: ReceiverOptions): (request: Request) => Promise<Response> {
  const receiver = new Receiver(options)
  return async request => {
    const body = await readBody(chunksOf(request))
    return toResponse(body === null ? tooLarge() : await receiver.receive(body, request.headers))
  }
}

async function* chunksOf(request: Request): AsyncGenerator<Uint8Array> {
  if (request.bodyUsed) throw new Error('The body was read before: a parsed one cannot be verified.')
  const reader = request.body?.getReader()
  if (reader === undefined) return
  for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) yield chunk.value
}

const toResponse = ({ status, headers, body }: Answer) =>
  new Response(JSON.stringify(body), { status, headers })
