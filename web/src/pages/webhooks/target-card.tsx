import { type FormEvent, useState } from 'react'
import { useUpdateEndpoint } from '../../api/actions.ts'
import { ProblemError } from '../../api/client.ts'
import type { Endpoint } from '../../api/types.ts'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { CopyButton } from '../../ui/code.tsx'
import { TextField } from '../../ui/field.tsx'
import { TlsReport } from './tls-report.tsx'

/** Where events go: the URL, and what its TLS handshake showed. */
export function TargetCard({ endpoint }: { endpoint: Endpoint }) {
  const [isEditing, setEditing] = useState(false)
  return (
    <Card
      id="target"
      title="Secure HTTP target"
      about="Checked when it is registered and again on every attempt: a valid certificate, TLS 1.2 or newer, an allowed address."
      action={!isEditing && <Button onClick={() => setEditing(true)}>Change</Button>}
    >
      {isEditing ? (
        <Edit endpoint={endpoint} onDone={() => setEditing(false)} />
      ) : (
        <div className="mb-5 flex items-center gap-2 rounded-xl bg-sunken py-1 pr-1 pl-4">
          <span className="min-w-0 flex-1 font-mono text-sm break-all">{endpoint.url}</span>
          <CopyButton text={endpoint.url} label="Copy URL" />
        </div>
      )}
      <TlsReport tls={endpoint.tls} url={endpoint.url} />
    </Card>
  )
}

function Edit({ endpoint, onDone }: { endpoint: Endpoint; onDone: () => void }) {
  const update = useUpdateEndpoint(endpoint.id)
  const [url, setUrl] = useState(endpoint.url)
  const [name, setName] = useState(endpoint.name)
  const fields = update.error instanceof ProblemError ? update.error.fields : {}
  function submit(event: FormEvent) {
    event.preventDefault()
    // Of a secret URL only the host is shown: unchanged, it is not the URL.
    update.mutate({ name, ...(url !== endpoint.url && { url }) }, { onSuccess: onDone })
  }
  return (
    <form onSubmit={submit} className="mb-5 space-y-4">
      <div className="grid gap-4 sm:grid-cols-[2fr_1fr]">
        <TextField
          label="URL"
          type="url"
          required
          value={url}
          onChange={change => setUrl(change.target.value)}
          error={fields.url ?? (Object.keys(fields).length === 0 ? update.error?.message : undefined)}
        />
        <TextField
          label="Name"
          value={name}
          onChange={change => setName(change.target.value)}
          error={fields.name}
        />
      </div>
      <div className="flex gap-2">
        <Button look="primary" type="submit" busy={update.isPending}>
          {update.isPending ? 'Checking…' : 'Check and save'}
        </Button>
        <Button onClick={onDone}>Cancel</Button>
      </div>
    </form>
  )
}
