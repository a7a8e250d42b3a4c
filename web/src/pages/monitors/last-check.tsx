import type { Monitor } from '../../api/types.ts'
import { duration } from '../../lib/time.ts'
import { Waterfall } from '../../parts/waterfall.tsx'
import { Badge, Note } from '../../ui/badge.tsx'
import { Card, Fact, Facts } from '../../ui/card.tsx'
import { Time } from '../../ui/time.tsx'

type Check = NonNullable<Monitor['last_check']>

/** The latest check of a monitor. */
export function LastCheck({ check }: { check: Check }) {
  return (
    <Card title="Latest check">
      <CheckFindings check={check} />
    </Card>
  )
}

/** What a check found, and how long each phase of it took. */
export function CheckFindings({ check }: { check: Check }) {
  const { total, ...phases } = check.timings_ms
  return (
    <>
      {check.error && <p className="mb-4 text-sm font-medium text-bad">{check.error.message}</p>}
      {check.warnings.map(({ class: kind, message }) => (
        <div key={kind} className="mb-4">
          <Note tone="warn">{message}</Note>
        </div>
      ))}
      <Facts>
        <Fact name="Outcome">
          <Badge tone={check.ok ? 'ok' : 'bad'}>{check.ok ? 'passed' : 'failed'}</Badge>
        </Fact>
        <Fact name="When">
          <Time at={check.started_at} />
        </Fact>
        {check.status_code !== null && <Fact name="Answer">HTTP {check.status_code}</Fact>}
        {total !== null && <Fact name="Took">{duration(total)}</Fact>}
        {check.region && <Fact name="Seen from">{check.region}</Fact>}
        {check.remote_address && <Fact name="Address">{check.remote_address}</Fact>}
        {check.tls && (
          <Fact name="Certificate">
            {check.tls.protocol}, {check.tls.days_left} days left
          </Fact>
        )}
      </Facts>
      {total !== null && Object.values(phases).some(ms => ms !== null) && (
        <div className="mt-4 max-w-xl">
          <Waterfall timings={{ ...phases, total }} />
        </div>
      )}
    </>
  )
}
