import { useQuery } from '@tanstack/react-query'
import { eventQuery } from '../api/queries.ts'
import type { Attempt } from '../api/types.ts'
import { sentence } from '../lib/text.ts'
import { duration } from '../lib/time.ts'
import { Badge } from '../ui/badge.tsx'
import { Fact, Facts } from '../ui/card.tsx'
import { Code, Id, pretty } from '../ui/code.tsx'
import { Tabs } from '../ui/tabs.tsx'
import { Time } from '../ui/time.tsx'
import { DigestMembers } from './digest-members.tsx'
import { Waterfall } from './waterfall.tsx'

/** Everything that is known of one attempt. What a receiver answered is shown as text, whatever it is. */
export function AttemptView({ attempt }: { attempt: Attempt }) {
  return (
    <div className="space-y-5">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <Badge>{attempt.outcome}</Badge>
        <strong className="text-lg font-semibold">{answerOf(attempt)}</strong>
        <span className="text-sm text-muted">in {duration(attempt.timings_ms.total)}</span>
      </div>
      {attempt.why && <p className="text-sm">{sentence(attempt.why)}</p>}
      {attempt.digest_size > 1 && <DigestMembers attempt={attempt} />}
      <Waterfall timings={attempt.timings_ms} />
      <Facts>
        <Fact name="Request">
          <Id text={attempt.request_id} />
        </Fact>
        <Fact name="Started">
          <Time at={attempt.started_at} />
        </Fact>
        <Fact name="Address">
          <span className="font-mono text-xs">{attempt.remote_address ?? 'none'}</span>
        </Fact>
        <Fact name="Connection">
          {[
            attempt.http_version && `HTTP/${attempt.http_version.replace(/^HTTP\//, '')}`,
            attempt.tls_version,
          ]
            .filter(Boolean)
            .join(' · ') || 'none'}
        </Fact>
      </Facts>
      <Tabs
        label="Request and response"
        tabs={[
          { name: 'Response', content: <Response attempt={attempt} /> },
          { name: 'Request', content: <Request attempt={attempt} /> },
        ]}
      />
    </div>
  )
}

/** `HTTP 200`, or why no answer came. A broker confirms, and answers with no code. */
export function answerOf({
  status_code,
  error,
  outcome,
}: Pick<Attempt, 'status_code' | 'error' | 'outcome'>): string {
  if (status_code !== null) return `HTTP ${status_code}`
  if (error) return error.class.replaceAll('_', ' ')
  return outcome === 'delivered' ? 'confirmed' : 'no answer'
}

function Response({ attempt }: { attempt: Attempt }) {
  const headers = Object.entries(attempt.response_headers)
  if (attempt.error && headers.length === 0) return <p className="text-sm">{attempt.error.message}</p>
  return (
    <div className="grid gap-3 lg:grid-cols-2">
      <Code
        label="Response headers"
        text={headers.map(([name, value]) => `${name}: ${value}`).join('\n') || 'none'}
      />
      <Code
        label="Response body"
        text={attempt.response_body === '' ? '(empty)' : pretty(attempt.response_body)}
      />
    </div>
  )
}

function Request({ attempt }: { attempt: Attempt }) {
  const { data, error } = useQuery(eventQuery(attempt.event_id))
  const headers = [
    'content-type: application/json',
    `webhook-id: ${attempt.event_id}`,
    `x-statuspulse-delivery-id: ${attempt.delivery_id}`,
    `x-statuspulse-request-id: ${attempt.request_id}`,
    `retry-attempt: ${attempt.retry_attempt}`,
    ...(attempt.dry_run ? ['x-statuspulse-dry-run: true'] : []),
  ]
  return (
    <>
      <div className="grid gap-3 lg:grid-cols-2">
        <Code label="Request headers" text={headers.join('\n')} />
        {data ? (
          <Code label="Event as JSON" text={pretty(data.payload_text)} copied={data.payload_text} />
        ) : (
          <p className="text-sm text-muted">{error ? 'The event is past retention.' : 'Loading…'}</p>
        )}
      </div>
      <p className="mt-2 text-xs text-muted">
        Signatures and your own headers go with it too; they are not kept. Kinds other than webhook get the
        event in their own format.
      </p>
    </>
  )
}
