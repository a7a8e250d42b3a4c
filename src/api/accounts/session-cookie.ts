import { parseCookie, stringifySetCookie } from 'cookie'
import type { FastifyReply, FastifyRequest } from 'fastify'

/** What a token can be: anything else is not looked up. */
const TOKEN = /^[A-Za-z0-9_-]{43}$/

/** A cookie that scripts cannot read and other sites do not send, but for following a link to us. */
export class PrivateCookie {
  readonly #name: string
  readonly #path: string
  readonly #isSecure: boolean

  /**
   * @param options.isSecure people come by https: the cookie goes over https only, and its name says so, which
   *   keeps other hosts of the domain from setting it (RFC 6265bis, 4.1.3.2)
   */
  constructor(options: { name: string; path?: string; isSecure: boolean }) {
    const { name, path = '/', isSecure } = options
    this.#name = !isSecure ? name : path === '/' ? `__Host-${name}` : `__Secure-${name}`
    this.#path = path
    this.#isSecure = isSecure
  }

  read(request: FastifyRequest): string | null {
    const header = request.headers.cookie
    // Long ones are not ours.
    if (header === undefined || header.length > 16_384) return null
    return parseCookie(header)[this.#name] ?? null
  }

  /** The token that the cookie holds; null: none that could be one. */
  readToken(request: FastifyRequest): string | null {
    const value = this.read(request)
    return value !== null && TOKEN.test(value) ? value : null
  }

  /** @param maxAgeMs how long the browser keeps it */
  set(reply: FastifyReply, value: string, maxAgeMs: number): void {
    reply.header(
      'set-cookie',
      stringifySetCookie({
        name: this.#name,
        value,
        path: this.#path,
        maxAge: Math.floor(maxAgeMs / 1_000),
        httpOnly: true,
        sameSite: 'lax',
        secure: this.#isSecure,
      }),
    )
  }

  clear(reply: FastifyReply): void {
    this.set(reply, '', 0)
  }
}
