import { useNavigate } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import { useDeleteMonitor, useUpdateMonitor } from '../../api/actions.ts'
import { ProblemError } from '../../api/client.ts'
import type { Monitor } from '../../api/types.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { bodyOf, isAllShown, textsOf } from './form/body.ts'
import { KINDS } from './form/kinds.ts'
import { MonitorFields } from './form/monitor-fields.tsx'
import { TryNow } from './form/try-now.tsx'

/** Changes a monitor, pauses it, or takes it away. */
export function EditMonitor({ monitor }: { monitor: Monitor }) {
  const [open, setOpen] = useState<'edit' | 'delete' | null>(null)
  const update = useUpdateMonitor(monitor.id)
  const close = () => setOpen(null)
  return (
    <>
      <Button onClick={() => setOpen('edit')}>Edit</Button>
      <Button busy={update.isPending} onClick={() => update.mutate({ enabled: !monitor.enabled })}>
        {monitor.enabled ? 'Pause' : 'Resume'}
      </Button>
      <Button look="danger" onClick={() => setOpen('delete')}>
        Delete
      </Button>
      <Dialog title={`Edit ${monitor.name}`} isOpen={open === 'edit'} onClose={close}>
        <EditForm monitor={monitor} onDone={close} />
      </Dialog>
      <Dialog title={`Delete ${monitor.name}?`} isOpen={open === 'delete'} onClose={close}>
        <ConfirmDelete monitor={monitor} onKeep={close} />
      </Dialog>
    </>
  )
}

function EditForm({ monitor, onDone }: { monitor: Monitor; onDone: () => void }) {
  const { fields } = KINDS[monitor.kind]
  const update = useUpdateMonitor(monitor.id)
  const [before] = useState(() => textsOf(fields, monitor))
  const [texts, setTexts] = useState(before)
  const errors = update.error instanceof ProblemError ? update.error.fields : {}
  function submit(event: FormEvent) {
    event.preventDefault()
    const body = bodyOf(fields, texts, before)
    if (Object.keys(body).length === 0) return onDone()
    update.mutate(body, { onSuccess: onDone })
  }
  return (
    <form onSubmit={submit} className="space-y-4">
      <MonitorFields
        fields={fields}
        texts={texts}
        errors={errors}
        onChange={(path, text) => setTexts({ ...texts, [path]: text })}
      />
      <TryNow
        kind={monitor.kind}
        body={() => ({ monitor_id: monitor.id, ...bodyOf(fields, texts, before) })}
      />
      {update.error && !isAllShown(errors, fields) && (
        <p role="alert" className="text-sm font-medium text-bad">
          {update.error.message}
        </p>
      )}
      <Button look="primary" type="submit" busy={update.isPending}>
        Save
      </Button>
    </form>
  )
}

function ConfirmDelete({ monitor, onKeep }: { monitor: Monitor; onKeep: () => void }) {
  const remove = useDeleteMonitor(monitor.id)
  const navigate = useNavigate()
  return (
    <>
      <p className="text-sm text-muted">
        It is not watched any more, and its open incident ends. What was recorded of it stays.
      </p>
      {remove.error && (
        <p role="alert" className="mt-2 text-sm text-bad">
          {remove.error.message}
        </p>
      )}
      <div className="mt-5 flex gap-2">
        <Button
          look="danger"
          busy={remove.isPending}
          onClick={() => remove.mutate(undefined, { onSuccess: () => navigate({ to: '/monitors' }) })}
        >
          Delete it
        </Button>
        <Button onClick={onKeep}>Keep it</Button>
      </div>
    </>
  )
}
