import { isIP } from 'node:net'
import type { ErrorClass } from '../../ground/vocabulary.ts'
import { checkAddress } from './address.ts'
import type { EgressPolicy } from './policy.ts'
import { checkPort } from './ports.ts'

const LONGEST_URL = 2048

/** Where a URL leads, read once. */
export interface Target {
  /** `https://host:port`, the port always written. */
  readonly origin: string
  readonly secure: boolean
  /** A name, or an IP address without brackets. */
  readonly hostname: string
  readonly port: number
  /** `host:port`: all that may be shown of a URL, since path and query can be secrets. */
  readonly label: string
  /** Path and query, as sent. */
  readonly path: string
}

/** A target, or why there is none: `address_refused` by policy, `invalid_request` by form. */
export type TargetOrRefusal =
  | { readonly target: Target }
  | { readonly refused: string; readonly errorClass: ErrorClass & ('address_refused' | 'invalid_request') }

/**
 * Reads a URL as the WHATWG parser does (so `0x7f.1`, `127.1` and `2130706433` are 127.0.0.1), and
 * judges all of it that can be judged without DNS. A name is judged by its addresses, at connect time.
 */
export function readTarget(url: string, policy: EgressPolicy): TargetOrRefusal {
  if (url.length > LONGEST_URL) return malformed(`is longer than ${LONGEST_URL} characters`)
  if (/[\u0000-\u0020\u007f\\]/.test(url))
    return malformed('holds a space, a control character or a backslash')
  if (!URL.canParse(url)) return malformed('is not a URL')
  const parsed = new URL(url)
  if (parsed.protocol !== 'https:' && parsed.protocol !== 'http:') return malformed('must start with https:')
  if (parsed.username || parsed.password || /^[^/?#]*\/\/[^/?#]*@/.test(url))
    return malformed('must not carry a user name or password')
  if (url.includes('#')) return malformed('must not carry a fragment (#…)')
  const secure = parsed.protocol === 'https:'
  const port = parsed.port ? Number(parsed.port) : secure ? 443 : 80
  const host = `${parsed.hostname}:${port}`
  const isOwn = policy.ownServers?.includes(host) ?? false
  if (!secure && !policy.allowHttp && !isOwn)
    return refused('must start with https:; the operator does not allow http:')
  const hostname = parsed.hostname.replace(/^\[|\]$/g, '')
  const why =
    (policy.anyPort ? null : checkPort(port)) ?? (isIP(hostname) ? checkAddress(hostname, policy) : null)
  if (why && !isOwn) return refused(`is not allowed: ${why}`)
  return {
    target: {
      origin: `${parsed.protocol}//${host}`,
      secure,
      hostname,
      port,
      label: host,
      path: parsed.pathname + parsed.search,
    },
  }
}

/** Why a URL is refused as a target (a clause whose subject is the URL), or null: it may be tried. */
export function checkUrl(url: string, policy: EgressPolicy): string | null {
  const read = readTarget(url, policy)
  return 'refused' in read ? read.refused : null
}

function malformed(why: string): TargetOrRefusal {
  return { refused: why, errorClass: 'invalid_request' }
}

function refused(why: string): TargetOrRefusal {
  return { refused: why, errorClass: 'address_refused' }
}
