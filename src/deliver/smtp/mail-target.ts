import { checkPort, type EgressPolicy } from '../egress/index.ts'
import type { Target } from '../egress/target.ts'
import type { MailServer } from './mail.ts'

/** Ports of mail, which nothing that is sent to a URL may go to. */
const MAIL_PORTS = new Set([25, 465, 587, 2525])

/** Where a mail server is, or why nothing is sent there. Its addresses are judged when it is connected to. */
export function readMailTarget(
  { host, port, security }: MailServer,
  policy: EgressPolicy,
): { readonly target: Target } | { readonly refused: string } {
  const why = MAIL_PORTS.has(port) ? null : checkPort(port)
  if (why !== null) return { refused: `${host}:${port} is not allowed: ${why}` }
  if (security === 'none' && !policy.allowHttp)
    return { refused: 'mail in the clear (security "none") is not allowed by the operator' }
  const secure = security === 'tls'
  const label = `${host}:${port}`
  return {
    target: {
      origin: `${secure ? 'smtps' : 'smtp'}://${label}`,
      secure,
      hostname: host,
      port,
      label,
      path: '',
    },
  }
}
