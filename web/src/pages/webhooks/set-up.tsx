import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { useEffect } from 'react'
import { useUpdateEndpoint } from '../../api/actions.ts'
import { endpointQuery } from '../../api/queries.ts'
import type { Endpoint } from '../../api/types.ts'
import { IfMay, MayNot } from '../../parts/may.tsx'
import { Button, buttonClass } from '../../ui/button.tsx'
import { Page } from '../../ui/page.tsx'
import { Failure, Skeleton } from '../../ui/states.tsx'
import { nameOf } from './endpoint-words.ts'
import { RulesCard } from './rules-card.tsx'
import { SecretCard } from './secret-card.tsx'
import { SimulateCard } from './simulate-card.tsx'
import { STEPS, Steps } from './steps.tsx'
import { TargetCard } from './target-card.tsx'
import { TriggerCard } from './trigger-card.tsx'
import { VerifyCard } from './verify-card.tsx'

/** The rest of adding a webhook: one card at a time, then it is switched on. */
export function SetUpPage() {
  const { id } = useParams({ from: '/webhooks/$id/set-up' })
  const { step = 1 } = useSearch({ from: '/webhooks/$id/set-up' })
  const { data: endpoint, error, refetch } = useQuery(endpointQuery(id))
  // A new step begins at the top, for eyes and ears.
  // biome-ignore lint/correctness/useExhaustiveDependencies: that is what a step is.
  useEffect(() => {
    scrollTo(0, 0)
    document.getElementById('main')?.focus()
  }, [step])
  return (
    <Page
      title="Add a webhook"
      about={endpoint && `${nameOf(endpoint)}. Nothing is sent until you switch it on in the last step.`}
      above={<Link to="/webhooks">Webhooks</Link>}
    >
      <Steps current={step} endpointId={id} />
      {error ? (
        <Failure error={error} retry={refetch} />
      ) : endpoint ? (
        <IfMay need="admin" otherwise={<MayNot need="admin" />}>
          <Step endpoint={endpoint} step={step} />
        </IfMay>
      ) : (
        <Skeleton rows={1} className="h-80" />
      )}
    </Page>
  )
}

function Step({ endpoint, step }: { endpoint: Endpoint; step: number }) {
  const navigate = useNavigate()
  const goTo = (step: number) =>
    navigate({ to: '/webhooks/$id/set-up', params: { id: endpoint.id }, search: { step } })
  const isLast = step === STEPS.length
  return (
    <>
      {step === 1 && <TargetCard endpoint={endpoint} />}
      {step === 2 && <TriggerCard endpoint={endpoint} onSaved={() => goTo(3)} />}
      {step === 3 && <SecretCard endpoint={endpoint} />}
      {step === 4 && <SimulateCard endpoint={endpoint} />}
      {step === 5 && <VerifyCard endpoint={endpoint} />}
      {isLast && <RulesCard endpoint={endpoint} />}
      <div className="mt-5 flex flex-wrap items-center gap-2">
        {step > 1 && <Button onClick={() => goTo(step - 1)}>Back</Button>}
        {step !== 2 && !isLast && (
          <Button look="primary" onClick={() => goTo(step + 1)}>
            Next: {STEPS[step]?.name}
          </Button>
        )}
        {isLast && <SwitchOn endpoint={endpoint} />}
        <Link to="/webhooks/$id" params={{ id: endpoint.id }} className={buttonClass('quiet', 'ml-auto')}>
          Finish later
        </Link>
      </div>
    </>
  )
}

function SwitchOn({ endpoint }: { endpoint: Endpoint }) {
  const update = useUpdateEndpoint(endpoint.id)
  const navigate = useNavigate()
  return (
    <>
      <Button
        look="primary"
        busy={update.isPending}
        onClick={() =>
          update.mutate(
            { enabled: true },
            { onSuccess: () => navigate({ to: '/webhooks/$id', params: { id: endpoint.id } }) },
          )
        }
      >
        Switch it on
      </Button>
      {update.error && (
        <p role="alert" className="text-sm font-medium text-bad">
          {update.error.message}
        </p>
      )}
    </>
  )
}
