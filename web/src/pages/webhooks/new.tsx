import { Link, useNavigate } from '@tanstack/react-router'
import { useCreateEndpoint } from '../../api/actions.ts'
import { IfMay, MayNot } from '../../parts/may.tsx'
import { Card } from '../../ui/card.tsx'
import { Page } from '../../ui/page.tsx'
import { Steps } from './steps.tsx'
import { TargetForm } from './target-form.tsx'

/** The first step of adding a webhook: it is registered switched off, and set up from there. */
export function NewWebhookPage() {
  const create = useCreateEndpoint()
  const navigate = useNavigate()
  return (
    <Page
      title="Add a webhook"
      about="Six short steps. Nothing is sent until you switch it on in the last."
      above={<Link to="/webhooks">Webhooks</Link>}
    >
      <Steps current={1} />
      <IfMay need="admin" otherwise={<MayNot need="admin" />}>
        <Card
          title="Secure HTTP target"
          about="Where events are POSTed to. The address is checked, and a TLS handshake made, before it is registered."
        >
          <TargetForm
            isBusy={create.isPending}
            error={create.error}
            onSubmit={input =>
              create.mutate(
                { ...input, enabled: false },
                {
                  onSuccess: ({ id }) =>
                    navigate({
                      to: '/webhooks/$id/set-up',
                      params: { id },
                      search: { step: 1 },
                      replace: true,
                    }),
                },
              )
            }
          />
        </Card>
      </IfMay>
    </Page>
  )
}
