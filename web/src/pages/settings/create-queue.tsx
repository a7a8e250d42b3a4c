import { Plus } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { ProblemError } from '../../api/client.ts'
import { type QueueInput, useCreateQueue } from '../../api/settings.ts'
import { SEVERITIES, type Severity } from '../../api/types.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Chips, TextField } from '../../ui/field.tsx'
import { Refusal } from './parts.tsx'

type Outcome = NonNullable<NonNullable<QueueInput['filter']>['outcomes']>[number]
const OUTCOMES: readonly Outcome[] = ['delivered', 'retry', 'failed']

/** Makes a queue with a filter of its own. */
export function CreateQueue() {
  const [isOpen, setOpen] = useState(false)
  const close = () => setOpen(false)
  return (
    <>
      <Button look="primary" onClick={() => setOpen(true)}>
        <Plus aria-hidden="true" className="size-4" />
        Make a queue
      </Button>
      <Dialog title="Make a queue" isOpen={isOpen} onClose={close}>
        <CreateForm onMade={close} />
      </Dialog>
    </>
  )
}

function CreateForm({ onMade }: { onMade: () => void }) {
  const create = useCreateQueue()
  const [name, setName] = useState('')
  const [monitors, setMonitors] = useState('')
  const [severities, setSeverities] = useState<Severity[]>([])
  const [outcomes, setOutcomes] = useState<Outcome[]>([])
  const fields = create.error instanceof ProblemError ? create.error.fields : {}
  const monitorError = Object.entries(fields).find(([path]) => path.startsWith('filter.monitors'))?.[1]
  function submit(event: FormEvent) {
    event.preventDefault()
    const globs = monitors.split(/[\s,]+/).filter(glob => glob !== '')
    create.mutate(
      { name: name.trim(), filter: { monitors: globs, severities, outcomes } },
      { onSuccess: onMade },
    )
  }
  return (
    <form onSubmit={submit} className="space-y-4">
      <TextField
        label="Name"
        required
        maxLength={100}
        value={name}
        placeholder="ticketing"
        onChange={change => setName(change.target.value)}
        hint="Letters, digits, _ . and -; it stands in the address that your program reads."
        error={fields.name}
      />
      <TextField
        label="Monitors"
        value={monitors}
        placeholder="checkout-*, payments-gateway"
        onChange={change => setMonitors(change.target.value)}
        hint="Names or globs; empty: all."
        error={monitorError}
      />
      <Chips
        label="Severities"
        hint="none: all"
        options={SEVERITIES}
        chosen={severities}
        onChange={setSeverities}
      />
      <Chips label="Outcomes" hint="none: all" options={OUTCOMES} chosen={outcomes} onChange={setOutcomes} />
      {!fields.name && !monitorError && <Refusal error={create.error} />}
      <p className="text-sm text-muted">
        It holds attempts from now on. A filter does not change afterwards: make another queue.
      </p>
      <Button look="primary" type="submit" busy={create.isPending}>
        Make it
      </Button>
    </form>
  )
}
