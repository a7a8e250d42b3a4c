import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { type MaintenanceWindow, useDeleteWindow, windowsQuery } from '../../api/quiet.ts'
import { duration } from '../../lib/time.ts'
import { Badge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Failure, Skeleton } from '../../ui/states.tsx'
import { Time } from '../../ui/time.tsx'
import { EditWindow, NewWindow } from './window-form.tsx'

/** Maintenance windows, and the way to a new one. */
export function MaintenanceCard() {
  const { data, error, refetch } = useQuery(windowsQuery)
  const [isOpen, setOpen] = useState(false)
  return (
    <Card
      title="Maintenance windows"
      about="Times in which trouble is expected, once or again and again."
      action={<Button onClick={() => setOpen(true)}>Plan maintenance</Button>}
    >
      {error && <Failure error={error} retry={refetch} />}
      {!data && !error && <Skeleton rows={3} />}
      {data?.length === 0 && (
        <p className="text-sm text-muted">
          None. In a window its monitors have the status maintenance, also on the status page.
        </p>
      )}
      <ul aria-label="Maintenance windows" className="divide-y divide-line">
        {data?.map(window => (
          <Row key={window.id} window={window} />
        ))}
      </ul>
      <Dialog title="Plan maintenance" isOpen={isOpen} onClose={() => setOpen(false)}>
        <NewWindow onDone={() => setOpen(false)} />
      </Dialog>
    </Card>
  )
}

function Row({ window }: { window: MaintenanceWindow }) {
  const remove = useDeleteWindow(window.id)
  const [isEditing, setEditing] = useState(false)
  return (
    <li className="py-3 text-sm">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <Badge>{window.active ? 'on' : window.span ? 'coming' : 'over'}</Badge>
        <span className="font-medium">{window.name}</span>
        <span className="font-mono text-xs break-all text-muted">
          {window.monitors.join(', ') || 'all monitors'}
        </span>
      </div>
      <p className="mt-1 text-xs text-muted">
        {window.cron !== null &&
          `${window.cron} (${window.time_zone}), for ${duration((window.duration_s ?? 0) * 1000)}; `}
        {window.span ? (
          <>
            {window.active ? 'until ' : 'next '}
            <Time at={window.active ? window.span.ends_at : window.span.starts_at} exact />
          </>
        ) : (
          'It is over.'
        )}
      </p>
      <div className="mt-1 -ml-3.5 flex flex-wrap gap-1">
        <Button look="quiet" aria-label={`Change ${window.name}`} onClick={() => setEditing(true)}>
          Change
        </Button>
        <Button
          look="quiet"
          aria-label={`Delete ${window.name}`}
          busy={remove.isPending}
          onClick={() => remove.mutate()}
        >
          {window.active ? 'End and delete' : 'Delete'}
        </Button>
      </div>
      <Dialog title={`Change ${window.name}`} isOpen={isEditing} onClose={() => setEditing(false)}>
        <EditWindow window={window} onDone={() => setEditing(false)} />
      </Dialog>
      {remove.error && (
        <p role="alert" className="text-xs font-medium text-bad">
          {remove.error.message}
        </p>
      )}
    </li>
  )
}
