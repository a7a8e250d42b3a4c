import { fetchHandler } from './fetch.ts'
import type { ReceiverOptions } from './receiver.ts'

/**
 * A route handler for Next.js (app router), on the Node and the Edge runtime.
 *
 * ```ts
 * // app/hooks/statuspulse/route.ts
 * export const POST = nextHandler({ secrets, onEvent })
 * ```
 *
 * `next build` loads route modules, and secrets are seldom there: they are read at the first request.
 */
export function nextHandler(
  options: ReceiverOptions | (() => ReceiverOptions),
): (request: Request) => Promise<Response> {
  let handle: ((request: Request) => Promise<Response>) | undefined
  return request => {
    handle ??= fetchHandler(typeof options === 'function' ? options() : options)
    return handle(request)
  }
}
