import type { FastifyRequest } from 'fastify'
import { Problem } from '../../ground/errors.ts'
import { typeOf } from '../request-body.ts'

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS'])

/**
 * Whether a request may be made by cookie, which a browser also sends when another site made it ask
 * (cross-site request forgery). Beside the cookie's `SameSite=Lax`, which is about sites and not
 * origins, two things are asked for, either of which would do:
 *
 * 1. The browser says that the page which asks is ours: `Sec-Fetch-Site: same-origin` (W3C Fetch Metadata;
 *    scripts cannot set it), or, where it is not sent (plain HTTP other than to this machine), an `Origin`
 *    that is ours. Changes need one of them: who sends neither is no browser, and has API keys.
 * 2. Changes have a JSON body or the header `X-Requested-With`: no form can send these, and a script elsewhere
 *    must first ask by a CORS preflight, which this server never answers.
 *
 * After the OWASP Cross-Site Request Forgery Prevention Cheat Sheet: "Fetch Metadata headers", "Verifying
 * Origin With Standard Headers" and "Employing Custom Request Headers".
 *
 * @param publicOrigin where people reach the console, beside the `Host` that the request names
 * @throws Problem 403
 */
export function refuseOtherSites(request: FastifyRequest, publicOrigin: string | null): void {
  const site = request.headers['sec-fetch-site']
  if (SAFE.has(request.method)) {
    // `none`: somebody typed the address.
    if (site !== undefined && site !== 'same-origin' && site !== 'none') throw crossSite()
    return
  }
  if (comesFrom(request, publicOrigin) !== 'here') throw crossSite()
  if (!typeOf(request).endsWith('json') && request.headers['x-requested-with'] === undefined) throw unmarked()
}

/**
 * The same for what is asked without a cookie and sets one (signing in): another site must not sign
 * somebody in as somebody else. Programs, which say nothing of a page, may.
 * @throws Problem 403
 */
export function refuseOtherSitesSigningIn(request: FastifyRequest, publicOrigin: string | null): void {
  if (comesFrom(request, publicOrigin) === 'elsewhere') throw crossSite()
}

function comesFrom(request: FastifyRequest, publicOrigin: string | null): 'here' | 'elsewhere' | 'unsaid' {
  const site = request.headers['sec-fetch-site']
  if (site !== undefined) return site === 'same-origin' ? 'here' : 'elsewhere'
  const { origin } = request.headers
  if (origin === undefined) return 'unsaid'
  if (origin === publicOrigin) return 'here'
  return URL.canParse(origin) && new URL(origin).host === request.host ? 'here' : 'elsewhere'
}

function crossSite(): Problem {
  return new Problem(
    403,
    'cross-site',
    'Cross-site request',
    'A session is for the console’s own pages: this request comes from elsewhere. Programs use an API key.',
  )
}

function unmarked(): Problem {
  return new Problem(
    403,
    'cross-site',
    'Cross-site request',
    'With a session, a change needs a JSON body or the header X-Requested-With.',
  )
}
