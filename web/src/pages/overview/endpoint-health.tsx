import { Link } from '@tanstack/react-router'
import type { Delivery, DeliveryStats, Endpoint } from '../../api/types.ts'
import { duration } from '../../lib/time.ts'
import { Badge } from '../../ui/badge.tsx'
import { Card } from '../../ui/card.tsx'
import { nameOf, stateOf } from '../webhooks/endpoint-words.ts'
import { attemptsOf } from './figures.ts'

type Health = DeliveryStats['endpoints'][number]
type Step = Health['steps'][number]

/** Each endpoint over the time that is looked at, now at the right. */
export function EndpointHealth({
  health,
  endpoints,
  waiting,
}: {
  health: readonly Health[]
  endpoints: readonly Endpoint[]
  waiting: readonly Delivery[]
}) {
  return (
    <Card title="Health of each webhook">
      <ul className="divide-y divide-line">
        {endpoints.map(endpoint => {
          const its = health.find(({ endpoint_id }) => endpoint_id === endpoint.id)
          const held = waiting.filter(({ endpoint_id }) => endpoint_id === endpoint.id).length
          const { word, tone } = stateOf(endpoint)
          const answer = its?.theirs_ms
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
              {its && <Steps health={its} />}
            </li>
          )
        })}
      </ul>
    </Card>
  )
}

/** What became of the attempts of each step; nothing where there were none. */
function Steps({ health }: { health: Health }) {
  return (
    <div
      role="img"
      aria-label={`${health.delivered} of ${attemptsOf(health)} attempts delivered`}
      className="mt-2 flex h-4 gap-0.5"
    >
      {health.steps.map((step, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a step is its place in time.
        <span key={index} className={`h-full flex-1 rounded-[2px] ${fillOf(step)}`} />
      ))}
    </div>
  )
}

function fillOf(step: Step): string {
  if (step.failed > 0) return 'bg-bad'
  if (step.retry > 0) return 'bg-warn'
  return step.delivered > 0 ? 'bg-ok' : 'bg-idle-soft'
}
