import { type FormEvent, useState } from 'react'
import { ProblemError } from '../../api/client.ts'
import { type MaintenanceWindow, useCreateWindow, useUpdateWindow } from '../../api/quiet.ts'
import { withoutNulls } from '../../lib/merge-patch.ts'
import { localTime } from '../../lib/time.ts'
import { Button } from '../../ui/button.tsx'
import { SelectField, TextField } from '../../ui/field.tsx'
import { MatchingMonitors } from './matching-monitors.tsx'

const HOW_OFTEN = [
  ['once', 'once'],
  ['again', 'again and again'],
] as const

/** What of a window can be said in its form. */
type Fields = Omit<MaintenanceWindow, 'id' | 'active' | 'span' | 'created_at' | 'time_zone'> & {
  time_zone: string
}

/** Plans a new maintenance window. */
export function NewWindow({ onDone }: { onDone: () => void }) {
  const create = useCreateWindow()
  return (
    <WindowForm
      deed="Plan it"
      isBusy={create.isPending}
      error={create.error}
      onSubmit={fields =>
        create.mutate(withoutNulls(fields) as Parameters<typeof create.mutate>[0], { onSuccess: onDone })
      }
    />
  )
}

/** Changes a maintenance window: also one that is on is shortened or prolonged so. */
export function EditWindow({ window, onDone }: { window: MaintenanceWindow; onDone: () => void }) {
  const update = useUpdateWindow(window.id)
  return (
    <WindowForm
      before={window}
      deed="Save"
      isBusy={update.isPending}
      error={update.error}
      onSubmit={fields => update.mutate(fields, { onSuccess: onDone })}
    />
  )
}

/** A maintenance window, which happens once or by a cron expression. */
function WindowForm({
  before,
  deed,
  isBusy,
  error,
  onSubmit,
}: {
  before?: MaintenanceWindow
  deed: string
  isBusy: boolean
  error: Error | null
  onSubmit: (fields: Fields) => void
}) {
  const [name, setName] = useState(before?.name ?? '')
  const [monitors, setMonitors] = useState(before?.monitors.join(', ') ?? '')
  const [often, setOften] = useState<'once' | 'again'>(before?.cron ? 'again' : 'once')
  const [starts, setStarts] = useState(before?.starts_at ? localTime(Date.parse(before.starts_at)) : '')
  const [ends, setEnds] = useState(before?.ends_at ? localTime(Date.parse(before.ends_at)) : '')
  const [cron, setCron] = useState(before?.cron ?? '0 3 * * 0')
  const [zone, setZone] = useState(
    () => (before?.cron && before.time_zone) || Intl.DateTimeFormat().resolvedOptions().timeZone,
  )
  const [minutes, setMinutes] = useState(String((before?.duration_s ?? 3_600) / 60))
  const errors = error instanceof ProblemError ? error.fields : {}
  const patterns = monitors.split(',').flatMap(part => part.trim() || [])
  function submit(event: FormEvent) {
    event.preventDefault()
    const once = often === 'once'
    onSubmit({
      name: name.trim(),
      monitors: patterns,
      starts_at: once ? new Date(starts).toISOString() : null,
      ends_at: once ? new Date(ends).toISOString() : null,
      cron: once ? null : cron.trim(),
      time_zone: once ? 'UTC' : zone.trim(),
      duration_s: once ? null : Number(minutes) * 60,
    })
  }
  return (
    <form onSubmit={submit} className="space-y-4">
      <TextField
        label="What for"
        required
        maxLength={200}
        value={name}
        placeholder="New switches in rack 7"
        onChange={({ target }) => setName(target.value)}
        error={errors.name}
      />
      <TextField
        label="Monitors"
        autoComplete="off"
        value={monitors}
        placeholder="rack-7-*, checkout-api"
        hint="Names and patterns, separated by commas. Empty: all."
        onChange={({ target }) => setMonitors(target.value)}
        error={errors.monitors}
      />
      <MatchingMonitors patterns={patterns} />
      <SelectField label="It happens" value={often} options={HOW_OFTEN} onChange={setOften} />
      {often === 'once' ? (
        <div className="grid gap-4 sm:grid-cols-2">
          <TextField
            label="From"
            type="datetime-local"
            required
            value={starts}
            onChange={({ target }) => setStarts(target.value)}
            error={errors.starts_at}
          />
          <TextField
            label="To"
            type="datetime-local"
            required
            value={ends}
            onChange={({ target }) => setEnds(target.value)}
            error={errors.ends_at}
          />
        </div>
      ) : (
        <div className="grid gap-4 sm:grid-cols-3">
          <TextField
            label="At (cron)"
            required
            value={cron}
            onChange={({ target }) => setCron(target.value)}
            error={errors.cron}
          />
          <TextField
            label="Time zone"
            required
            value={zone}
            onChange={({ target }) => setZone(target.value)}
            error={errors.time_zone}
          />
          <TextField
            label="For minutes"
            type="number"
            min="1"
            required
            value={minutes}
            onChange={({ target }) => setMinutes(target.value)}
            error={errors.duration_s}
          />
        </div>
      )}
      {error && Object.keys(errors).length === 0 && (
        <p role="alert" className="text-sm font-medium text-bad">
          {error.message}
        </p>
      )}
      <Button look="primary" type="submit" busy={isBusy}>
        {deed}
      </Button>
    </form>
  )
}
