import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Services } from '../services.ts'
import { type Form, FRESH_MS, PublicPages } from './public-pages.ts'
import { CONTENT_SECURITY_POLICY } from './style.ts'

const TYPES: Readonly<Record<Form, string>> = {
  html: 'text/html; charset=utf-8',
  atom: 'application/atom+xml; charset=utf-8',
  json: 'application/json; charset=utf-8',
}

const HEADERS = {
  'content-security-policy': CONTENT_SECURITY_POLICY,
  'permissions-policy': 'camera=(), microphone=(), geolocation=()',
  'cache-control': `public, max-age=${FRESH_MS / 1_000}`,
  vary: 'accept-encoding',
}

/** The same for a page that never was and one that is switched off. */
const NOT_FOUND =
  '<!doctype html>\n<html lang="en"><title>Not found</title><p>There is no status page here.</p></html>\n'

/** `/status/{slug}`, `/status/{slug}.json` and `/status/{slug}/feed.atom`: for everybody, without a key. */
export function serveStatusPages(app: FastifyInstance, { database, clock, config }: Services): PublicPages {
  const pages = new PublicPages({ database, clock, base: config.publicUrl ?? '' })
  app.route<{ Params: { name: string } }>({
    method: ['GET', 'HEAD'],
    url: '/status/:name',
    handler: (request, reply) => {
      const { name } = request.params
      const isJson = name.endsWith('.json')
      return send(request, reply, isJson ? name.slice(0, -'.json'.length) : name, isJson ? 'json' : 'html')
    },
  })
  app.route<{ Params: { slug: string } }>({
    method: ['GET', 'HEAD'],
    url: '/status/:slug/feed.atom',
    handler: (request, reply) => send(request, reply, request.params.slug, 'atom'),
  })
  return pages

  async function send(request: FastifyRequest, reply: FastifyReply, slug: string, form: Form) {
    const written = await pages.find(slug, form)
    reply.headers(HEADERS)
    if (!written) return reply.code(404).type(TYPES.html).send(NOT_FOUND)
    if (form === 'json') reply.header('access-control-allow-origin', '*')
    const encoding = encodingOf(request.headers['accept-encoding'])
    // Weak: the same words, in whatever encoding.
    const etag = `W/"${written.etag}"`
    reply.header('etag', etag)
    if (request.headers['if-none-match']?.split(/\s*,\s*/).includes(etag)) return reply.code(304).send()
    if (encoding) reply.header('content-encoding', encoding)
    return reply.type(TYPES[form]).send(written[encoding ?? 'plain'])
  }
}

function encodingOf(accepted = ''): 'br' | 'gzip' | null {
  const names = accepted
    .toLowerCase()
    .split(',')
    .filter(entry => !/;\s*q=0(\.0*)?\s*$/.test(entry))
    .map(entry => entry.split(';', 1)[0]?.trim())
  return names.includes('br') ? 'br' : names.includes('gzip') ? 'gzip' : null
}
