import { useNavigate } from '@tanstack/react-router'
import { Plus } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { useCreateMonitor } from '../../api/actions.ts'
import { ProblemError } from '../../api/client.ts'
import type { Monitor, MonitorInput } from '../../api/types.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { TextField } from '../../ui/field.tsx'
import { bodyOf, isAllShown, textsOf } from './form/body.ts'
import { KINDS } from './form/kinds.ts'
import { MonitorFields } from './form/monitor-fields.tsx'
import { TryNow } from './form/try-now.tsx'

type Kind = Monitor['kind']

/** Chooses what to watch, then says how. */
export function AddMonitor() {
  const [isOpen, setOpen] = useState(false)
  const [kind, setKind] = useState<Kind | null>(null)
  function open() {
    setKind(null)
    setOpen(true)
  }
  return (
    <>
      <Button look="primary" onClick={open}>
        <Plus aria-hidden="true" className="size-4" />
        Add a monitor
      </Button>
      <Dialog
        title={kind ? `Add: ${KINDS[kind].title.toLowerCase()}` : 'What is to be watched?'}
        isOpen={isOpen}
        onClose={() => setOpen(false)}
      >
        {kind ? <AddForm kind={kind} onBack={() => setKind(null)} /> : <KindChooser onChoose={setKind} />}
      </Dialog>
    </>
  )
}

function KindChooser({ onChoose }: { onChoose: (kind: Kind) => void }) {
  return (
    <ul className="grid gap-2 sm:grid-cols-2">
      {(Object.keys(KINDS) as Kind[]).map(kind => (
        <li key={kind}>
          <button
            type="button"
            onClick={() => onChoose(kind)}
            className="h-full w-full rounded-xl border border-line p-3 text-left hover:border-line-strong hover:bg-sunken"
          >
            <span className="block text-sm font-medium">{KINDS[kind].title}</span>
            <span className="mt-0.5 block text-xs text-muted">{KINDS[kind].about}</span>
          </button>
        </li>
      ))}
    </ul>
  )
}

function AddForm({ kind, onBack }: { kind: Kind; onBack: () => void }) {
  const { about, fields } = KINDS[kind]
  const create = useCreateMonitor()
  const navigate = useNavigate()
  const [name, setName] = useState('')
  const [texts, setTexts] = useState(() => textsOf(fields))
  const errors = create.error instanceof ProblemError ? create.error.fields : {}
  function submit(event: FormEvent) {
    event.preventDefault()
    const body = { kind, name: name.trim(), ...bodyOf(fields, texts) } as MonitorInput
    create.mutate(body, { onSuccess: ({ id }) => navigate({ to: '/monitors/$id', params: { id } }) })
  }
  return (
    <form onSubmit={submit} className="space-y-4">
      <p className="text-sm text-muted">{about}</p>
      <TextField
        label="Name"
        required
        autoFocus
        maxLength={200}
        value={name}
        placeholder="checkout-api"
        hint="Does not change afterwards. Filters and messages use it."
        onChange={change => setName(change.target.value)}
        error={errors.name}
      />
      <MonitorFields
        fields={fields}
        texts={texts}
        errors={errors}
        onChange={(path, text) => setTexts({ ...texts, [path]: text })}
      />
      <TryNow kind={kind} body={() => ({ kind, ...bodyOf(fields, texts) })} />
      {create.error && !isAllShown(errors, [...fields, { path: 'name', label: '', input: 'text' }]) && (
        <p role="alert" className="text-sm font-medium text-bad">
          {create.error.message}
        </p>
      )}
      <div className="flex gap-2">
        <Button look="primary" type="submit" busy={create.isPending}>
          Add it
        </Button>
        <Button look="quiet" onClick={onBack}>
          Another kind
        </Button>
      </div>
    </form>
  )
}
