import { isIP } from 'node:net'
import { z } from 'zod'
import { checkAddress, type EgressPolicy, type Target } from '../../../deliver/egress/index.ts'

/** Where a check goes, as far as its spec tells. */
export interface Host {
  /** A name in lower case, or an IP address without brackets. */
  readonly hostname: string
  readonly port: number
}

export const hostField = z
  .string()
  .max(253)
  .refine(host => normalHost(host) !== null, 'must be a host name or an IP address, without scheme and port')
  .meta({ description: 'A host name, or an IP address without brackets.', example: 'db.example.com' })

export const portField = z.int().min(1).max(65_535)

/**
 * A host as the WHATWG URL parser reads it (`0x7f.1` is 127.0.0.1, umlauts become Punycode), so that it is
 * judged by what it means; null: it is none.
 */
export function normalHost(host: string): string | null {
  if (isIP(host) === 6) return host.includes('%') ? null : host.toLowerCase()
  if (/[\s/?#@:\\[\]%\u0000-\u0020]/.test(host)) return null
  const url = `http://${host}/`
  return URL.canParse(url) ? new URL(url).hostname : null
}

/** Host and port as a target of the egress. */
export function targetOf(host: string, port: number, secure: boolean): Target {
  const hostname = normalHost(host) ?? host
  const label = `${isIP(hostname) === 6 ? `[${hostname}]` : hostname}:${port}`
  return { origin: `${secure ? 'tls' : 'tcp'}://${label}`, secure, hostname, port, label, path: '' }
}

/** Why a host is refused as far as that shows without DNS; null: it may be tried. */
export function refusalOfHost(host: string, policy: EgressPolicy): string | null {
  const hostname = normalHost(host) ?? host
  return isIP(hostname) ? checkAddress(hostname, policy) : null
}
