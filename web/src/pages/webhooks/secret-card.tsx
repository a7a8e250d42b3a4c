import { KeyRound } from 'lucide-react'
import { useState } from 'react'
import { useRotateSecret } from '../../api/actions.ts'
import { forgetFreshSecret, useFreshSecret } from '../../api/fresh-secrets.ts'
import type { Endpoint } from '../../api/types.ts'
import { countdown, exactTime, useNow } from '../../lib/time.ts'
import { Note } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { CopyButton } from '../../ui/code.tsx'
import { SelectField } from '../../ui/field.tsx'

const OVERLAPS = [
  ['0', 'at once'],
  ['3600', 'in an hour'],
  ['86400', 'in a day'],
  ['604800', 'in a week'],
] as const

/** The signing secret: shown once, rotated with an overlap in which both are valid. */
export function SecretCard({ endpoint }: { endpoint: Endpoint }) {
  const secret = useFreshSecret(endpoint.id)
  const isSigned = endpoint.secrets.length > 0
  return (
    <Card
      id="secret"
      title="Generate webhook secret"
      about={
        isSigned
          ? 'Every attempt is signed with it, so the receiver knows that it comes from here and was not changed.'
          : 'What goes to this kind of endpoint is not signed: whoever has its address or key may send there.'
      }
    >
      {isSigned && (
        <div className="space-y-5">
          {secret && <FreshSecret secret={secret} endpointId={endpoint.id} />}
          <Overlap endpoint={endpoint} />
          <Rotate endpoint={endpoint} />
        </div>
      )}
    </Card>
  )
}

function FreshSecret({ secret, endpointId }: { secret: string; endpointId: string }) {
  return (
    <div className="rounded-xl border border-ink p-4">
      <p className="text-sm font-medium">The secret. It is shown this once: copy it to your receiver now.</p>
      <div className="mt-2 flex items-center gap-2 rounded-lg bg-sunken py-1 pr-1 pl-3">
        <code data-testid="secret" className="min-w-0 flex-1 font-mono text-sm break-all">
          {secret}
        </code>
        <CopyButton text={secret} label="Copy secret" />
      </div>
      <Button className="mt-3" onClick={() => forgetFreshSecret(endpointId)}>
        I have stored it
      </Button>
    </div>
  )
}

function Overlap({ endpoint }: { endpoint: Endpoint }) {
  const now = useNow()
  const end = endpoint.secrets[1]?.expires_at
  if (!end || Date.parse(end) <= now) return null
  return (
    <Note tone="warn">
      Two secrets are valid, and every attempt carries a signature of each. The old one ends in{' '}
      <strong className="tabular">{countdown(Date.parse(end) - now)}</strong>, at {exactTime(Date.parse(end))}
      .
    </Note>
  )
}

function Rotate({ endpoint }: { endpoint: Endpoint }) {
  const rotate = useRotateSecret(endpoint.id)
  const [overlap, setOverlap] = useState<(typeof OVERLAPS)[number][0]>('86400')
  return (
    <div className="flex flex-wrap items-end gap-3">
      <Button busy={rotate.isPending} onClick={() => rotate.mutate(Number(overlap))}>
        <KeyRound aria-hidden="true" className="size-4" />
        Generate a new secret
      </Button>
      <div className="w-44">
        <SelectField label="The old one ends" value={overlap} options={OVERLAPS} onChange={setOverlap} />
      </div>
      {rotate.error && (
        <p role="alert" className="basis-full text-sm font-medium text-bad">
          {rotate.error.message}
        </p>
      )}
    </div>
  )
}
