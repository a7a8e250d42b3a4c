import { useQuery } from '@tanstack/react-query'
import { Plus } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import {
  useCreateWorkspace,
  useUpdateWorkspace,
  useUpdateWorkspaceById,
  type Workspace,
  workspaceQuery,
  workspacesQuery,
} from '../../api/settings.ts'
import { IfMay, May } from '../../parts/may.tsx'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { TextField } from '../../ui/field.tsx'
import { Page } from '../../ui/page.tsx'
import { Failure, Skeleton } from '../../ui/states.tsx'
import { Switch } from '../../ui/switch.tsx'
import { Time } from '../../ui/time.tsx'
import { FreshKey, Refusal } from './parts.tsx'

/** Tenants: this one and its settings, and for the operator all of them. */
export function WorkspacesPage() {
  return (
    <Page title="Workspaces" about="Everything belongs to exactly one: monitors, webhooks, events and keys.">
      <div className="flex flex-col gap-6">
        <May need="admin">
          <Own />
        </May>
        <IfMay need="operator">
          <All />
        </IfMay>
      </div>
    </Page>
  )
}

function Own() {
  const { data, error, refetch } = useQuery(workspaceQuery)
  if (error) return <Failure error={error} retry={refetch} />
  if (!data) return <Skeleton rows={1} className="h-56" />
  return <OwnSettings key={data.name} workspace={data} />
}

function OwnSettings({ workspace }: { workspace: Workspace }) {
  const update = useUpdateWorkspace()
  const [name, setName] = useState(workspace.name)
  function rename(submit: FormEvent) {
    submit.preventDefault()
    update.mutate({ name: name.trim() })
  }
  return (
    <Card title="This workspace" about="The one that you are signed in to.">
      <form onSubmit={rename} className="flex flex-wrap items-end gap-3">
        <div className="min-w-0 flex-1 basis-60 sm:max-w-sm">
          <TextField
            label="Name"
            required
            maxLength={200}
            value={name}
            onChange={change => setName(change.target.value)}
          />
        </div>
        <Button type="submit" busy={update.isPending} disabled={name.trim() === workspace.name}>
          Rename
        </Button>
      </form>
      <div className="mt-6 flex items-start justify-between gap-6 border-t border-line pt-5">
        <div>
          <p className="text-sm font-medium">Unknown monitors are made</p>
          <p className="mt-0.5 max-w-prose text-sm text-muted">
            An event of a monitor that nobody has made makes it. Switched off, such an event is refused: a
            mistyped name is noticed at once.
          </p>
        </div>
        <Switch
          label="Unknown monitors are made"
          isOn={workspace.allow_unknown_monitors}
          disabled={update.isPending}
          onChange={allow_unknown_monitors => update.mutate({ allow_unknown_monitors })}
        />
      </div>
      <div className="mt-3">
        <Refusal error={update.error} />
      </div>
    </Card>
  )
}

function All() {
  const { data, error, refetch } = useQuery(workspacesQuery)
  return (
    <Card
      title="All workspaces"
      about="Tenants of this installation; none sees anything of another."
      action={data && <CreateWorkspace />}
    >
      {error ? (
        <Failure error={error} retry={refetch} />
      ) : !data ? (
        <Skeleton rows={2} />
      ) : (
        <ul aria-label="All workspaces" className="divide-y divide-line">
          {data.map(each => (
            <WorkspaceRow key={each.id} workspace={each} />
          ))}
        </ul>
      )}
    </Card>
  )
}

function WorkspaceRow({ workspace }: { workspace: Workspace }) {
  const update = useUpdateWorkspaceById(workspace.id)
  const { id, name, created_at, allow_unknown_monitors } = workspace
  return (
    <li className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 py-3">
      <div className="min-w-0 flex-1 basis-56">
        <p className="text-sm font-medium break-words">{name}</p>
        <p className="text-xs text-muted">
          <span className="font-mono break-all">{id}</span>, made <Time at={created_at} />
        </p>
        <Refusal error={update.error} />
      </div>
      <span className="flex items-center gap-2.5 text-xs text-muted">
        {allow_unknown_monitors ? 'makes unknown monitors' : 'known monitors only'}
        <Switch
          label={`Unknown monitors are made in ${name}`}
          isOn={allow_unknown_monitors}
          disabled={update.isPending}
          onChange={isOn => update.mutate({ allow_unknown_monitors: isOn })}
        />
      </span>
    </li>
  )
}

function CreateWorkspace() {
  const [isOpen, setOpen] = useState(false)
  const close = () => setOpen(false)
  return (
    <>
      <Button onClick={() => setOpen(true)}>
        <Plus aria-hidden="true" className="size-4" />
        Make a workspace
      </Button>
      <Dialog title="Make a workspace" isOpen={isOpen} onClose={close}>
        <CreateForm onClose={close} />
      </Dialog>
    </>
  )
}

function CreateForm({ onClose }: { onClose: () => void }) {
  const create = useCreateWorkspace()
  const [name, setName] = useState('')
  if (create.data)
    return (
      <FreshKey
        text={create.data.admin_key.key}
        about={`The first admin key of ${create.data.name}. It is shown this once: give it to whoever runs it.`}
        onStored={onClose}
      />
    )
  function submit(event: FormEvent) {
    event.preventDefault()
    create.mutate({ name: name.trim() })
  }
  return (
    <form onSubmit={submit} className="space-y-4">
      <TextField
        label="Name"
        required
        maxLength={200}
        value={name}
        placeholder="Payments"
        onChange={change => setName(change.target.value)}
      />
      <Refusal error={create.error} />
      <Button look="primary" type="submit" busy={create.isPending}>
        Make it
      </Button>
    </form>
  )
}
