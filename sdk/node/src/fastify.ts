import { MAX_BODY_BYTES, Receiver, type ReceiverOptions } from './receiver.ts'

interface FastifyScope {
  removeAllContentTypeParsers(): void
  addContentTypeParser(
    contentType: string,
    options: { parseAs: 'buffer' },
    parser: (request: unknown, body: Uint8Array, done: (error: null, body: Uint8Array) => void) => void,
  ): void
  post(
    path: string,
    options: { bodyLimit: number },
    handler: (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>,
  ): unknown
}

interface FastifyRequest {
  body: unknown
  headers: Readonly<Record<string, string | string[] | undefined>>
}

interface FastifyReply {
  code(status: number): unknown
  headers(values: Record<string, string>): unknown
}

export interface FastifyPluginOptions extends ReceiverOptions {
  /** Where StatusPulse posts to, e.g. `/hooks/statuspulse`. */
  path: string
}

/**
 * A plugin for Fastify 4 and 5 that adds one POST route. The body is kept raw on that route only.
 *
 * ```ts
 * app.register(fastifyPlugin, { path: '/hooks/statuspulse', secrets, onEvent })
 * ```
 * Rejects with {@link WebhookError} `invalid_secret`.
 */
export async function fastifyPlugin(scope: unknown, options: FastifyPluginOptions): Promise<void> {
  const receiver = new Receiver(options)
  const fastify = scope as FastifyScope
  fastify.removeAllContentTypeParsers()
  fastify.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  fastify.post(options.path, { bodyLimit: MAX_BODY_BYTES }, async (request, reply) => {
    const raw = request.body instanceof Uint8Array ? request.body : new Uint8Array()
    const { status, headers, body } = await receiver.receive(raw, request.headers)
    reply.code(status)
    reply.headers(headers)
    return body
  })
}
