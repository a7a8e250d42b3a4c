import { useQuery } from '@tanstack/react-query'
import { ShieldCheck } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { ProblemError } from '../../api/client.ts'
import { endpointKindsQuery } from '../../api/queries.ts'
import type { EndpointInput, EndpointKind } from '../../api/types.ts'
import { Note } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { TextField } from '../../ui/field.tsx'
import { Failure, Skeleton } from '../../ui/states.tsx'
import { KindOptions } from './kind-options.tsx'

/** By kind; of one that is not here, none is shown. */
const URL_EXAMPLES: Readonly<Record<string, string>> = {
  webhook: 'https://ops.example.com/hooks/statuspulse',
  slack: 'https://hooks.slack.com/services/…',
  pagerduty: 'https://events.pagerduty.com/v2/enqueue',
  teams: 'https://….logic.azure.com/workflows/…',
  discord: 'https://discord.com/api/webhooks/…',
  nats: 'tls://user:password@nats.example.com:4222',
  rabbitmq: 'amqps://user:password@rabbitmq.example.com:5671/vhost',
  kafka: 'kafkas://user:password@kafka.example.com:9093',
}

/** Kind, URL and name of a new endpoint, with the reason where it is refused. */
export function TargetForm({
  onSubmit,
  isBusy,
  error,
}: {
  onSubmit: (input: EndpointInput) => void
  isBusy: boolean
  error: Error | null
}) {
  const kinds = useQuery(endpointKindsQuery)
  const [chosen, setChosen] = useState<EndpointKind['kind']>('webhook')
  const [url, setUrl] = useState('')
  const [name, setName] = useState('')
  const [options, setOptions] = useState<Record<string, unknown>>({})
  if (kinds.error) return <Failure error={kinds.error} retry={kinds.refetch} />
  const kind = kinds.data?.find(one => one.kind === chosen)
  if (!kinds.data || !kind) return <Skeleton rows={4} />
  const fields = error instanceof ProblemError ? error.fields : {}
  const hasField = Object.keys(fields).some(path => path === 'url' || path === 'name')

  function submit(event: FormEvent) {
    event.preventDefault()
    onSubmit({
      kind: chosen,
      ...(url.trim() && { url: url.trim() }),
      ...(name.trim() && { name: name.trim() }),
      ...(Object.keys(options).length > 0 && { options }),
    })
  }

  return (
    <form onSubmit={submit} className="space-y-5">
      <fieldset>
        <legend className="mb-1.5 text-sm font-medium">Kind</legend>
        <div className="grid grid-cols-2 gap-2 sm:grid-cols-[repeat(auto-fill,minmax(10.5rem,1fr))]">
          {kinds.data.map(one => (
            <label
              key={one.kind}
              className="flex min-h-11 cursor-pointer items-center gap-2.5 rounded-xl border border-line-strong px-3.5 text-sm has-checked:border-ink has-checked:bg-sunken has-checked:font-medium has-focus-visible:outline-2 has-focus-visible:outline-offset-2"
            >
              <input
                type="radio"
                name="kind"
                className="accent-ink"
                checked={one.kind === chosen}
                onChange={() => {
                  setChosen(one.kind)
                  setOptions({})
                }}
              />
              {one.label}
            </label>
          ))}
        </div>
        <p className="mt-2 text-sm text-muted">{kind.about}</p>
      </fieldset>
      <div className="grid gap-4 sm:grid-cols-[2fr_1fr]">
        <TextField
          label={kind.url_needed ? 'URL' : 'URL (may be left out)'}
          type="url"
          inputMode="url"
          autoComplete="off"
          spellCheck={false}
          required={kind.url_needed}
          value={url}
          onChange={change => setUrl(change.target.value)}
          placeholder={URL_EXAMPLES[chosen]}
          error={fields.url}
          hint={
            kind.url_is_secret
              ? 'Kept as a secret: only its host is shown from then on.'
              : kind.url_has_credentials
                ? 'User and password are kept as secrets: nobody is shown them again.'
                : undefined
          }
        />
        <TextField
          label="Name"
          value={name}
          maxLength={200}
          onChange={change => setName(change.target.value)}
          placeholder="On-call team"
          error={fields.name}
        />
      </div>
      <KindOptions kind={kind} options={options} onChange={setOptions} errors={fields} />
      {error && !hasField && (
        <Note tone="bad">
          <span role="alert">{error.message}</span>
        </Note>
      )}
      <div className="flex flex-wrap items-center gap-4">
        <Button look="primary" type="submit" busy={isBusy}>
          <ShieldCheck aria-hidden="true" className="size-4" />
          {isBusy ? 'Checking address and certificate…' : 'Check and register'}
        </Button>
        <p className="text-sm text-muted">TLS 1.2 or newer, a certificate that is valid, a public address.</p>
      </div>
    </form>
  )
}
