import { Link } from '@tanstack/react-router'
import type { Attempt, Delivery, Endpoint } from '../../api/types.ts'
import { duration } from '../../lib/time.ts'
import { Badge } from '../../ui/badge.tsx'
import { Card } from '../../ui/card.tsx'
import { nameOf, stateOf } from '../webhooks/endpoint-words.ts'
import { percentiles, theirsOf } from './figures.ts'

/** So many of an endpoint's latest attempts are drawn. */
const DRAWN = 40

const FILLS = { delivered: 'bg-ok', retry: 'bg-warn', failed: 'bg-bad' }

/** Each endpoint with its latest attempts, the latest at the right. */
export function EndpointHealth({
  attempts,
  endpoints,
  waiting,
}: {
  attempts: readonly Attempt[]
  endpoints: readonly Endpoint[]
  waiting: readonly Delivery[]
}) {
  return (
    <Card title="Health of each webhook">
      <ul className="divide-y divide-line">
        {endpoints.map(endpoint => {
          const its = attempts.filter(({ endpoint_id }) => endpoint_id === endpoint.id)
          const held = waiting.filter(({ endpoint_id }) => endpoint_id === endpoint.id).length
          const { word, tone } = stateOf(endpoint)
          const answer = percentiles(its.map(theirsOf))
          return (
            <li key={endpoint.id} className="py-3 first:pt-0 last:pb-0">
              <div className="flex flex-wrap items-center gap-x-3 gap-y-1 text-sm">
                <Link
                  to="/webhooks/$id"
                  params={{ id: endpoint.id }}
                  className="min-w-0 font-medium break-words hover:underline"
                >
                  {nameOf(endpoint)}
                </Link>
                <Badge tone={tone}>{word}</Badge>
                {held > 0 && <span className="text-xs text-warn">{held} waiting</span>}
                <span className="tabular ml-auto text-xs text-muted">
                  {answer ? `answers in ${duration(answer.p95)} (p95)` : 'nothing sent'}
                </span>
              </div>
              <div
                role="img"
                aria-label={`${its.filter(one => one.outcome === 'delivered').length} of ${its.length} attempts delivered`}
                className="mt-2 flex h-4 justify-end gap-0.5 overflow-hidden"
              >
                {its
                  .slice(0, DRAWN)
                  .toReversed()
                  .map(({ id, outcome }) => (
                    <span key={id} className={`w-1.5 shrink-0 rounded-[2px] ${FILLS[outcome]}`} />
                  ))}
              </div>
            </li>
          )
        })}
      </ul>
    </Card>
  )
}
