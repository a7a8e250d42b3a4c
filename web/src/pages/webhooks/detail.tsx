import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { BookOpen, KeyRound } from 'lucide-react'
import { useUpdateEndpoint } from '../../api/actions.ts'
import { endpointQuery } from '../../api/queries.ts'
import type { Endpoint } from '../../api/types.ts'
import { sentence } from '../../lib/text.ts'
import { May } from '../../parts/may.tsx'
import { Badge, Note } from '../../ui/badge.tsx'
import { buttonClass } from '../../ui/button.tsx'
import { Page } from '../../ui/page.tsx'
import { Failure, Skeleton } from '../../ui/states.tsx'
import { Switch } from '../../ui/switch.tsx'
import { DeleteEndpoint } from './delete-endpoint.tsx'
import { nameOf, stateOf } from './endpoint-words.ts'
import { RecentDeliveries } from './recent-deliveries.tsx'
import { RulesCard } from './rules-card.tsx'
import { SecretCard } from './secret-card.tsx'
import { SimulateCard } from './simulate-card.tsx'
import { STEPS } from './steps.tsx'
import { TargetCard } from './target-card.tsx'
import { TriggerCard } from './trigger-card.tsx'
import { VerifyCard } from './verify-card.tsx'

/** Everything of one endpoint, in the order in which it is set up. */
export function WebhookPage() {
  const { id } = useParams({ from: '/webhooks/$id' })
  const { data: endpoint, error, refetch } = useQuery(endpointQuery(id))
  if (error)
    return (
      <Page title="Webhook" above={<Link to="/webhooks">Webhooks</Link>}>
        <Failure error={error} retry={refetch} />
      </Page>
    )
  if (!endpoint)
    return (
      <Page title="Webhook" above={<Link to="/webhooks">Webhooks</Link>}>
        <Skeleton rows={3} className="h-60" />
      </Page>
    )
  return (
    <Page
      title={nameOf(endpoint)}
      above={<Link to="/webhooks">Webhooks</Link>}
      about={<State endpoint={endpoint} />}
      actions={
        <>
          <a href="/docs/" className={buttonClass()}>
            <BookOpen aria-hidden="true" className="size-4" />
            View API docs
          </a>
          {endpoint.secrets.length > 0 && (
            <a href="#secret" className={buttonClass()}>
              <KeyRound aria-hidden="true" className="size-4" />
              Generate webhook secret
            </a>
          )}
        </>
      }
    >
      {endpoint.disabled_reason && (
        <div className="mb-4">
          <Note tone="bad">
            Disabled by StatusPulse. {sentence(endpoint.disabled_reason)} Switch it on again when that is
            mended.
          </Note>
        </div>
      )}
      <nav
        aria-label="On this page"
        className="sticky top-14 z-20 -mx-4 mb-4 flex gap-1 overflow-x-auto border-b border-line bg-paper/95 px-4 py-2 backdrop-blur sm:-mx-8 sm:px-8 lg:top-0"
      >
        {[...STEPS, { id: 'deliveries', short: 'Deliveries' }].map(({ id, short }) => (
          <a
            key={id}
            href={`#${id}`}
            className="inline-flex min-h-8 items-center rounded-full px-3 text-sm text-muted hover:bg-idle-soft hover:text-ink"
          >
            {short}
          </a>
        ))}
      </nav>
      <div className="flex flex-col gap-4">
        <May need="admin">
          <TargetCard endpoint={endpoint} />
          <TriggerCard endpoint={endpoint} />
          <SecretCard endpoint={endpoint} />
          <SimulateCard endpoint={endpoint} />
        </May>
        <VerifyCard endpoint={endpoint} />
        <May need="admin">
          <RulesCard endpoint={endpoint} />
        </May>
        <RecentDeliveries endpointId={endpoint.id} />
        <May need="admin">
          <DeleteEndpoint endpoint={endpoint} />
        </May>
      </div>
    </Page>
  )
}

function State({ endpoint }: { endpoint: Endpoint }) {
  const update = useUpdateEndpoint(endpoint.id)
  const { word, tone } = stateOf(endpoint)
  return (
    <div className="flex flex-wrap items-center gap-3">
      <May need="admin">
        <Switch
          label="Send events here"
          isOn={endpoint.enabled}
          disabled={update.isPending}
          onChange={enabled => update.mutate({ enabled })}
        />
      </May>
      <Badge tone={tone}>{word}</Badge>
      <span className="font-mono text-xs">{endpoint.id}</span>
      {update.error && <span className="text-sm text-bad">{update.error.message}</span>}
    </div>
  )
}
