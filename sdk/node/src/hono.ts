import { fetchHandler } from './fetch.ts'
import type { ReceiverOptions } from './receiver.ts'

/**
 * A handler for Hono, on any of its runtimes.
 *
 * ```ts
 * app.post('/hooks/statuspulse', honoHandler({ secrets, onEvent }))
 * ```
 * @throws {WebhookError} `invalid_secret`
 */
export function honoHandler(
  options: ReceiverOptions,
): (context: { req: { raw: Request } }) => Promise<Response> {
  const handle = fetchHandler(options)
  return context => handle(context.req.raw)
}
