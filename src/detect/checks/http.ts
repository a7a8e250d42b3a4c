import { z } from 'zod'
import type { EgressPolicy } from '../../deliver/egress/index.ts'
import { expiryWarningDays, verifyField } from './base/certificate.ts'
import type { Host } from './base/host.ts'
import { CheckFailure, type CheckResult } from './base/result.ts'
import { bounded, type CheckOptions } from './base/run.ts'
import { assertAll, assertionField, needsBody } from './http/assertions.ts'
import { exchange } from './http/exchange.ts'
import { aim, aimed, draftOf, redirected } from './http/request.ts'
import { isExpected, statusesField } from './http/statuses.ts'

/** The client's own, or about the connection. `host` would reach a site that nobody checked. */
export const REFUSED_HEADERS =
  /^(?:host|connection|content-length|expect|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade)$/i

const headerName = z
  .string()
  .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$/, 'must be an HTTP header name')
  .refine(name => !REFUSED_HEADERS.test(name), 'cannot be set')
const headerValue = z
  .string()
  .max(4_096)
  .regex(/^[\t\x20-\x7e\x80-\xff]*$/, 'must be an HTTP header value')
const secret = z.string().min(1).max(4_096)

/** What to request, and what the answer must be. */
export const schema = z
  .strictObject({
    url: z
      .string()
      .max(2_048)
      .refine(isUrl, 'must be a URL with http: or https:, without user name, password and fragment')
      .meta({ format: 'uri', example: 'https://shop.example.com/health' }),
    method: z.enum(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']).default('GET'),
    headers: z
      .record(headerName, headerValue)
      .default({})
      .refine(headers => Object.keys(headers).length <= 50, 'must have at most 50 entries'),
    body: z
      .string()
      .max(65_536)
      .optional()
      .meta({ description: 'Sent as UTF-8; the content type is yours to set.' }),
    auth: z
      .discriminatedUnion('type', [
        z.strictObject({
          type: z.literal('basic'),
          username: z
            .string()
            .max(256)
            .regex(/^[^:]*$/, 'must hold no colon'),
          password: secret.meta({ writeOnly: true }),
        }),
        z.strictObject({
          type: z.literal('bearer'),
          token: secret.regex(/^[\x21-\x7e]+$/, 'must be printable ASCII').meta({ writeOnly: true }),
        }),
      ])
      .optional(),
    expected_statuses: statusesField,
    assertions: z.array(assertionField).max(50).default([]).meta({ description: 'All of them must hold.' }),
    max_redirects: z
      .int()
      .min(0)
      .max(10)
      .default(5)
      .meta({ description: 'Followed at most; one more fails the check. 0: a redirect is the answer.' }),
    tls: z
      .strictObject({ verify: verifyField, expiry_warning_days: expiryWarningDays })
      .prefault({})
      .meta({ description: 'Of no meaning for http:.' }),
  })
  .refine(spec => spec.body === undefined || !['GET', 'HEAD'].includes(spec.method), {
    path: ['body'],
    message: 'cannot be sent with GET or HEAD',
  })
export type HttpSpec = z.infer<typeof schema>

/** Requests the URL, follows its redirects, and judges the answer by status and assertions. */
export function run(spec: HttpSpec, options: CheckOptions): Promise<CheckResult> {
  return bounded(options, async run => {
    const { policy, userAgent } = run.network
    const keepBody = spec.assertions.some(needsBody)
    let request = aimed(draftOf(spec, userAgent), policy)
    for (let redirects = 0; ; redirects++) {
      const answer = await exchange(run, request, spec.tls, keepBody)
      const isFine = isExpected(answer.status, spec.expected_statuses)
      const next =
        isFine || spec.max_redirects === 0
          ? null
          : redirected(request, answer.status, answer.headers.location, policy)
      if (!next) {
        if (isFine) return assertAll(answer, spec.assertions)
        throw new CheckFailure(
          'unexpected_status',
          `${request.target.label} answered with status ${answer.status}, not ${spec.expected_statuses.join(' or ')}`,
        )
      }
      if (redirects === spec.max_redirects)
        throw new CheckFailure('too_many_redirects', `More than ${spec.max_redirects} redirects`)
      request = next
    }
  })
}

/** Why a spec is refused as far as that shows without DNS (a clause whose subject is the URL); null: it may be tried. */
export function refusalOf(spec: HttpSpec, policy: EgressPolicy): string | null {
  const read = aim(draftOf(spec, ''), policy)
  return 'refused' in read ? read.refused : null
}

/** Whom the check depends on. */
export function hostOf(spec: HttpSpec): Host {
  const url = new URL(spec.url)
  const port = url.port ? Number(url.port) : url.protocol === 'https:' ? 443 : 80
  return { hostname: url.hostname.replace(/^\[|\]$/g, ''), port }
}

function isUrl(text: string): boolean {
  if (!/^https?:\/\//i.test(text) || /[#\s\\]/.test(text) || !URL.canParse(text)) return false
  const { username, password } = new URL(text)
  return username === '' && password === ''
}
