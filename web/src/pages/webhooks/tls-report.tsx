import { LockOpen, ShieldCheck } from 'lucide-react'
import type { TlsReport as Report } from '../../api/types.ts'
import { exactTime } from '../../lib/time.ts'
import { Note } from '../../ui/badge.tsx'
import { Fact, Facts } from '../../ui/card.tsx'

/** A certificate with fewer days left is worth a word. */
const SOON_DAYS = 21
/** What is not encrypted from its first byte on, and never after. */
const PLAIN = /^(http|nats|amqp|kafka):/

/** What the handshake with the endpoint showed. */
export function TlsReport({ tls, url }: { tls: Report | null; url: string }) {
  if (!tls) {
    if (!PLAIN.test(url)) return null
    const what = url.startsWith('http:') ? 'Plain HTTP: signed, but not encrypted.' : 'Not encrypted.'
    return (
      <Note tone="warn">
        <span className="flex items-start gap-2">
          <LockOpen aria-hidden="true" className="mt-0.5 size-4 shrink-0" />
          {what} Whoever runs StatusPulse allows this, for receivers on a network of its own.
        </span>
      </Note>
    )
  }
  const isSoon = tls.days_left < SOON_DAYS
  return (
    <div className="space-y-5">
      <p className="flex items-center gap-2 text-sm font-medium text-ok">
        <ShieldCheck aria-hidden="true" className="size-4.5" />
        Encrypted, and the certificate is trusted
      </p>
      <Facts>
        <Fact name="Protocol">{tls.protocol.replace('v', ' ')}</Fact>
        <Fact name="HTTP">{tls.alpn === 'h2' ? 'HTTP/2' : 'HTTP/1.1'}</Fact>
        <Fact name="Expires">
          <span className={isSoon ? 'font-medium text-warn' : ''}>in {tls.days_left} days</span>
          <span className="block text-xs text-muted">{exactTime(Date.parse(tls.expires_at))}</span>
        </Fact>
        <Fact name="Address">
          <span className="font-mono text-xs">{tls.remote_address}</span>
        </Fact>
        <Fact name="Cipher">
          <span className="font-mono text-xs">{tls.cipher}</span>
        </Fact>
      </Facts>
      <div>
        <h3 className="mb-2 text-xs text-muted">Certificate chain</h3>
        <ol className="space-y-0">
          {tls.chain.map(({ subject, issuer, valid_to, fingerprint256 }, index) => (
            <li key={fingerprint256} className="relative flex gap-3 pb-3 last:pb-0">
              <span aria-hidden="true" className="mt-1.5 flex flex-col items-center">
                <span className="size-2 rounded-full bg-ok" />
                {index < tls.chain.length - 1 && <span className="mt-1 w-px flex-1 bg-line-strong" />}
              </span>
              <span className="min-w-0 text-sm">
                <span className="font-medium break-words">{subject}</span>
                <span className="block text-xs text-muted">
                  {issuer === subject ? 'the authority itself' : `issued by ${issuer}`} · valid to{' '}
                  {exactTime(Date.parse(valid_to))}
                </span>
              </span>
            </li>
          ))}
        </ol>
      </div>
    </div>
  )
}
