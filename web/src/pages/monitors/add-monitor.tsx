import { useNavigate } from '@tanstack/react-router'
import { Plus } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { useCreateMonitor } from '../../api/actions.ts'
import { ProblemError } from '../../api/client.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { TextField } from '../../ui/field.tsx'

const DEFAULT_INTERVAL = '30'

/** Watches a page: what most monitors are. Every other kind is made by the API. */
export function AddMonitor() {
  const [isOpen, setOpen] = useState(false)
  return (
    <>
      <Button look="primary" onClick={() => setOpen(true)}>
        <Plus aria-hidden="true" className="size-4" />
        Watch a page
      </Button>
      <Dialog title="Watch a page" isOpen={isOpen} onClose={() => setOpen(false)}>
        <AddForm />
      </Dialog>
    </>
  )
}

function AddForm() {
  const create = useCreateMonitor()
  const navigate = useNavigate()
  const [name, setName] = useState('')
  const [url, setUrl] = useState('')
  const [seconds, setSeconds] = useState(DEFAULT_INTERVAL)
  const fields = create.error instanceof ProblemError ? create.error.fields : {}
  function submit(event: FormEvent) {
    event.preventDefault()
    create.mutate(
      { kind: 'http', name: name.trim(), spec: { url: url.trim() }, interval_s: Number(seconds) },
      { onSuccess: ({ id }) => navigate({ to: '/monitors/$id', params: { id } }) },
    )
  }
  return (
    <form onSubmit={submit} className="space-y-4">
      <TextField
        label="Name"
        required
        maxLength={200}
        value={name}
        placeholder="checkout-api"
        onChange={change => setName(change.target.value)}
        error={fields.name}
      />
      <TextField
        label="URL"
        type="url"
        required
        value={url}
        placeholder="https://shop.example.com/health"
        onChange={change => setUrl(change.target.value)}
        error={fields['spec.url']}
      />
      <TextField
        label="Every so many seconds"
        type="number"
        min="5"
        max="86400"
        required
        value={seconds}
        onChange={change => setSeconds(change.target.value)}
        error={fields.interval_s}
      />
      {create.error && Object.keys(fields).length === 0 && (
        <p role="alert" className="text-sm font-medium text-bad">
          {create.error.message}
        </p>
      )}
      <Button look="primary" type="submit" busy={create.isPending}>
        Watch it
      </Button>
      <p className="text-sm text-muted">
        Two failures in a row open an incident. Thresholds, tcp, dns, tls, heartbeats and metrics are set by
        the{' '}
        <a href="/docs/" className="underline underline-offset-2">
          API
        </a>
        .
      </p>
    </form>
  )
}
