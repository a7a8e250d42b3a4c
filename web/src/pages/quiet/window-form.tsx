import { type FormEvent, useState } from 'react'
import { ProblemError } from '../../api/client.ts'
import { useCreateWindow } from '../../api/quiet.ts'
import { Button } from '../../ui/button.tsx'
import { SelectField, TextField } from '../../ui/field.tsx'
import { MatchingMonitors } from './matching-monitors.tsx'

const HOW_OFTEN = [
  ['once', 'once'],
  ['again', 'again and again'],
] as const

/** A maintenance window, which happens once or by a cron expression. */
export function WindowForm({ onDone }: { onDone: () => void }) {
  const create = useCreateWindow()
  const [name, setName] = useState('')
  const [monitors, setMonitors] = useState('')
  const [often, setOften] = useState<'once' | 'again'>('once')
  const [starts, setStarts] = useState('')
  const [ends, setEnds] = useState('')
  const [cron, setCron] = useState('0 3 * * 0')
  const [zone, setZone] = useState(() => Intl.DateTimeFormat().resolvedOptions().timeZone)
  const [minutes, setMinutes] = useState('60')
  const errors = create.error instanceof ProblemError ? create.error.fields : {}
  const patterns = monitors.split(',').flatMap(part => part.trim() || [])
  function submit(event: FormEvent) {
    event.preventDefault()
    const when =
      often === 'once'
        ? {
            time_zone: 'UTC',
            starts_at: new Date(starts).toISOString(),
            ends_at: new Date(ends).toISOString(),
          }
        : { cron: cron.trim(), time_zone: zone.trim(), duration_s: Number(minutes) * 60 }
    create.mutate({ name: name.trim(), monitors: patterns, ...when }, { onSuccess: onDone })
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
      {create.error && Object.keys(errors).length === 0 && (
        <p role="alert" className="text-sm font-medium text-bad">
          {create.error.message}
        </p>
      )}
      <Button look="primary" type="submit" busy={create.isPending}>
        Plan it
      </Button>
    </form>
  )
}
