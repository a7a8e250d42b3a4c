import { type FastifyInstance, fastify } from 'fastify'

/** Nothing comes from elsewhere; the page's own script and styles are inline, or under /docs. */
const CONTENT_POLICY = [
  "default-src 'none'",
  "script-src 'self' 'unsafe-inline'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "worker-src 'self' blob:",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ')

/** `/docs`: the OpenAPI document as pages to read, which need nothing but this program. */
export function referencePage(app: FastifyInstance): void {
  let reference: Promise<FastifyInstance> | null = null
  const serve = async (url: string) => {
    // Five megabytes of script: loaded when somebody reads, not at every start.
    reference ??= loadReference()
    return (await reference).inject({ method: 'GET', url })
  }
  app.get('/docs', (_, reply) => reply.redirect('/docs/', 308))
  app.get('/docs/', async (_, reply) => {
    const page = await serve('/docs/')
    return reply
      .headers({ 'content-type': 'text/html; charset=utf-8', 'content-security-policy': CONTENT_POLICY })
      .send(page.body)
  })
  app.get('/docs/js/scalar.js', async (_, reply) => {
    const script = await serve('/docs/js/scalar.js')
    return reply
      .headers({ 'content-type': 'text/javascript; charset=utf-8', 'cache-control': 'public, max-age=3600' })
      .send(script.body)
  })
}

/** Its plugin on an instance of its own, which listens nowhere: it serves the page to us, and we serve it. */
async function loadReference(): Promise<FastifyInstance> {
  const { default: plugin } = await import('@scalar/fastify-api-reference')
  const instance = fastify()
  await instance.register(plugin, {
    routePrefix: '/docs',
    configuration: {
      url: '/v1/openapi.json',
      pageTitle: 'StatusPulse API',
      withDefaultFonts: false,
      telemetry: false,
      hideClientButton: true,
      showDeveloperTools: 'never',
      agent: { disabled: true },
      mcp: { disabled: true },
    },
  })
  return instance
}
