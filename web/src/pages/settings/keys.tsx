import { useQuery } from '@tanstack/react-query'
import { KeyRound, Plus } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { ProblemError } from '../../api/client.ts'
import { type Key, keysQuery, useCreateKey, useRevokeKey } from '../../api/settings.ts'
import { Badge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { TextField } from '../../ui/field.tsx'
import { Page } from '../../ui/page.tsx'
import { Empty, Failure, Skeleton } from '../../ui/states.tsx'
import { Time } from '../../ui/time.tsx'
import { FreshKey, Refusal, Sure } from './parts.tsx'

const SCOPES = [
  ['ingest', 'sends events, alerts, samples and pings'],
  ['read', 'looks at everything but secrets'],
  ['admin', 'does everything in this workspace'],
] as const
type Scope = (typeof SCOPES)[number][0]

/** Who may: the workspace's API keys. */
export function KeysPage() {
  return (
    <Page
      title="API keys"
      about="Programs sign in with them. Give each its own, with no more than it needs, so that it can be revoked by itself."
      actions={<CreateKey />}
    >
      <Keys />
    </Page>
  )
}

function Keys() {
  const { data: keys, error, refetch } = useQuery(keysQuery)
  if (error) return <Failure error={error} retry={refetch} />
  if (!keys) return <Skeleton rows={4} />
  const valid = keys.filter(key => key.revoked_at === null)
  const revoked = keys.filter(key => key.revoked_at !== null)
  return (
    <div className="space-y-6">
      {valid.length === 0 ? (
        <Empty icon={KeyRound} title="No key">
          Make one for each program that sends events, or that reads what became of them.
        </Empty>
      ) : (
        <KeyList label="Valid keys" keys={valid} />
      )}
      {revoked.length > 0 && (
        <details>
          <summary className="rounded-lg text-sm text-muted">
            {revoked.length === 1 ? 'One revoked key' : `${revoked.length} revoked keys`}
          </summary>
          <div className="mt-3">
            <KeyList label="Revoked keys" keys={revoked} />
          </div>
        </details>
      )}
    </div>
  )
}

function KeyList({ label, keys }: { label: string; keys: readonly Key[] }) {
  return (
    <ul
      aria-label={label}
      className="divide-y divide-line rounded-2xl border border-line bg-surface px-4 shadow-card sm:px-5"
    >
      {keys.map(key => (
        <KeyRow key={key.id} apiKey={key} />
      ))}
    </ul>
  )
}

function KeyRow({
  apiKey: { id, name, scopes, operator, hint, created_at, revoked_at, last_used_at },
}: {
  apiKey: Key
}) {
  const revoke = useRevokeKey()
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 py-3">
      <div className="min-w-0 flex-1 basis-48">
        <p className="text-sm font-medium break-words">{name}</p>
        <p className="text-xs text-muted">
          <span className="font-mono">{hint}…</span>, made <Time at={created_at} />
          {last_used_at ? (
            <>
              , last used <Time at={last_used_at} />
            </>
          ) : (
            ', not used yet'
          )}
          {revoked_at && (
            <>
              , revoked <Time at={revoked_at} />
            </>
          )}
        </p>
      </div>
      <div className="flex flex-wrap gap-1.5">
        {scopes.map(scope => (
          <Badge key={scope} tone="idle">
            {scope}
          </Badge>
        ))}
        {operator && <Badge tone="idle">operator</Badge>}
      </div>
      {revoked_at === null && (
        <Sure
          label="Revoke"
          title={`Revoke ${name}?`}
          deed="Revoke"
          keep="Keep it"
          busy={revoke.isPending}
          error={revoke.error}
          onDo={close => revoke.mutate(id, { onSuccess: close })}
        >
          Whatever uses it is refused within a second, for good. If you are not sure what does, make a new key
          and change over first.
        </Sure>
      )}
    </li>
  )
}

function CreateKey() {
  const [isOpen, setOpen] = useState(false)
  const close = () => setOpen(false)
  return (
    <>
      <Button look="primary" onClick={() => setOpen(true)}>
        <Plus aria-hidden="true" className="size-4" />
        Make a key
      </Button>
      <Dialog title="Make a key" isOpen={isOpen} onClose={close}>
        <CreateForm onClose={close} />
      </Dialog>
    </>
  )
}

function CreateForm({ onClose }: { onClose: () => void }) {
  const create = useCreateKey()
  const [name, setName] = useState('')
  const [scopes, setScopes] = useState<readonly Scope[]>(['ingest'])
  const fields = create.error instanceof ProblemError ? create.error.fields : {}
  if (create.data)
    return (
      <FreshKey
        text={create.data.key}
        about="The key. It is shown this once: put it in a safe place now."
        onStored={onClose}
      />
    )
  function submit(event: FormEvent) {
    event.preventDefault()
    create.mutate({ name: name.trim(), scopes: [...scopes] })
  }
  return (
    <form onSubmit={submit} className="space-y-4">
      <TextField
        label="Who or what uses it"
        required
        maxLength={200}
        value={name}
        placeholder="billing service"
        onChange={change => setName(change.target.value)}
        error={fields.name}
      />
      <fieldset>
        <legend className="mb-1 text-sm font-medium">What it may</legend>
        {SCOPES.map(([scope, about]) => (
          <label key={scope} className="flex min-h-9 items-center gap-2.5 text-sm">
            <input
              type="checkbox"
              className="size-4 accent-ink"
              checked={scopes.includes(scope)}
              onChange={({ target }) =>
                setScopes(target.checked ? [...scopes, scope] : scopes.filter(one => one !== scope))
              }
            />
            <span>
              <span className="font-medium">{scope}</span> <span className="text-muted">{about}</span>
            </span>
          </label>
        ))}
      </fieldset>
      {Object.keys(fields).length === 0 && <Refusal error={create.error} />}
      <Button look="primary" type="submit" busy={create.isPending} disabled={scopes.length === 0}>
        Make it
      </Button>
    </form>
  )
}
