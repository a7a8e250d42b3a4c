import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

/** Where `npm run build:web` puts it. */
const DIST = fileURLToPath(new URL('../../web/dist', import.meta.url))

/** Everything comes from this program, and nothing of the page is inline. */
const HEADERS = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; '),
  'permissions-policy': 'camera=(), microphone=(), geolocation=()',
  'cross-origin-opener-policy': 'same-origin',
}

/** Asked every time, answered 304 while they are the same. */
const PAGE = { ...HEADERS, 'cache-control': 'no-cache' }
/** Their names change with what is in them. */
const ASSET = { ...HEADERS, 'cache-control': 'public, max-age=31536000, immutable' }

/** Not the console's: a wrong path there is answered by the API, in its own words. */
const NOT_OURS = /^\/(v1|docs|livez|readyz|metrics|ping|api|status)(\/|$)/

const NOT_BUILT =
  'The console is not built. Build it with: npm run build:web\nThe API is described at /docs/\n'

/** `/`: the console, as static files, and its page for every path that a browser navigates to. */
export function serveConsole(app: FastifyInstance, dist = DIST): void {
  if (!existsSync(join(dist, 'index.html'))) {
    app.get('/*', (request, reply) =>
      isNavigation(request)
        ? reply.code(404).type('text/plain; charset=utf-8').send(NOT_BUILT)
        : reply.callNotFound(),
    )
    return
  }
  app.register(fastifyStatic, {
    root: dist,
    serve: false,
    // Ours differs by file.
    cacheControl: false,
    preCompressed: true,
  })
  const file = (name: string, headers: Record<string, string>, reply: FastifyReply) =>
    reply.headers(headers).sendFile(name)

  app.get<{ Params: { name: string } }>('/assets/:name', (request, reply) =>
    file(`assets/${request.params.name}`, ASSET, reply),
  )
  app.get('/favicon.svg', (_, reply) => file('favicon.svg', PAGE, reply))
  app.get('/theme.js', (_, reply) => file('theme.js', PAGE, reply))
  app.get('/*', (request, reply) =>
    isNavigation(request) ? file('index.html', PAGE, reply) : reply.callNotFound(),
  )
}

function isNavigation(request: FastifyRequest): boolean {
  const { accept = '' } = request.headers
  return accept.includes('text/html') && !NOT_OURS.test(request.url.split('?', 1)[0] ?? '')
}
