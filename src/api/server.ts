import { type FastifyInstance, fastify, LogController } from 'fastify'
import { Problem } from '../ground/errors.ts'
import { newId } from '../ground/ids.ts'
import type { Part } from '../ground/lifecycle.ts'
import { Accounts } from './accounts/accounts.ts'
import { serveConsole } from './console.ts'
import { guard } from './guard.ts'
import { acceptBodies } from './json-body.ts'
import { sendError, sendProblem } from './problems.ts'
import { releaseConnections } from './release-connections.ts'
import { addRoutes } from './routes/index.ts'
import type { Services } from './services.ts'
import { answerUnreadable } from './unreadable.ts'

const BODY_LIMIT = 512 * 1024
/** A request's head and body must be here by then; what the answer takes is another matter. */
const REQUEST_TIMEOUT_MS = 30_000
const HEADERS_TIMEOUT_MS = 10_000
/** Longer than the usual 60 s of a proxy before us, so that it is the proxy who lets go first. */
const KEEP_ALIVE_MS = 72_000
const MAX_PARAM_LENGTH = 1_024

/** For an API's answers: nothing of them is ever run, framed or kept. */
const HEADERS = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
}

/**
 * The HTTP API with all its routes; it listens nowhere yet.
 * @param options.checksAnswers hold every answer against its schema: in tests
 */
export function createApi(services: Services, options: { checksAnswers?: boolean } = {}): FastifyInstance {
  const app = fastify({
    loggerInstance: services.log,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => newId('req', services.clock.now()),
    requestIdHeader: false,
    bodyLimit: BODY_LIMIT,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    http: { headersTimeout: HEADERS_TIMEOUT_MS },
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH },
    exposeHeadRoutes: false,
    trustProxy: [...services.config.trustedProxies],
    clientErrorHandler: answerUnreadable,
  }) as unknown as FastifyInstance
  app.decorate('operations', [])
  app.decorate('audit', services.audit)
  app.decorate('checksAnswers', options.checksAnswers ?? false)
  app.decorateRequest('caller', null)
  app.decorateRequest('receivedAt', 0)
  app.decorateRequest('bodyBytes', 0)
  app.decorateRequest('rawBody', null)
  acceptBodies(app, services.clock)
  app.setErrorHandler((error, request, reply) => sendError(error, request, reply))
  app.setNotFoundHandler((request, reply) =>
    sendProblem(
      new Problem(
        404,
        'not-found',
        'Not found',
        `There is nothing at ${request.method} ${request.url.split('?', 1)[0]}.`,
      ),
      request,
      reply,
    ),
  )
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(HEADERS).header('x-request-id', request.id)
  })
  releaseConnections(app)
  app.addHook('onRoute', route => {
    // Who may, and what it says in the document, is declared with the route, or there is no route.
    if (/^\/(v1|api)\//.test(route.url) && !route.config?.operation) {
      throw new Error(`${route.method} ${route.url} was not added as an operation`)
    }
  })
  const accounts = new Accounts(services)
  guard(app, services, accounts)
  addRoutes(app, services, accounts)
  return app
}

/** The API on its port, and the console beside it. */
export class ApiServer implements Part {
  readonly #services: Services
  readonly #app: FastifyInstance

  constructor(services: Services) {
    this.#services = services
    this.#app = createApi(services)
    serveConsole(this.#app)
  }

  /** Resolves when it listens; rejects when the address is taken. */
  async start(): Promise<void> {
    const { host, port } = this.#services.config
    await this.#app.listen({ host, port })
  }

  /** Takes no new requests; resolves when those under way are answered. */
  async stop(): Promise<void> {
    await this.#app.close()
  }

  /** Where it listens: `http://127.0.0.1:8080`. */
  get url(): string {
    const address = this.#app.server.address()
    if (address === null || typeof address === 'string') throw new Error('the API does not listen')
    const host = address.family === 'IPv6' ? `[${address.address}]` : address.address
    return `http://${host}:${address.port}`
  }
}
