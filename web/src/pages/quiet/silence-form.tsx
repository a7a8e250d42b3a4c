import { type FormEvent, useState } from 'react'
import { isGlob } from '../../../../src/ground/glob.ts'
import { ProblemError } from '../../api/client.ts'
import { type SilenceMatcher, useCreateSilence } from '../../api/quiet.ts'
import type { Severity } from '../../api/types.ts'
import { Button } from '../../ui/button.tsx'
import { SelectField, TextField } from '../../ui/field.tsx'
import { MatchingMonitors } from './matching-monitors.tsx'

const SPANS = [
  ['1', 'an hour'],
  ['4', '4 hours'],
  ['12', '12 hours'],
  ['24', 'a day'],
  ['168', 'a week'],
] as const

const SEVERITIES = [
  ['', 'any severity'],
  ['critical', 'critical only'],
  ['warning', 'warning only'],
  ['info', 'info only'],
] as const

/** A silence of monitors by name or pattern. @param props.monitor what it begins with */
export function SilenceForm({ monitor = '', onDone }: { monitor?: string | undefined; onDone: () => void }) {
  const create = useCreateSilence()
  const [pattern, setPattern] = useState(monitor)
  const [severity, setSeverity] = useState<Severity | ''>('')
  const [hours, setHours] = useState<(typeof SPANS)[number][0]>('1')
  const [comment, setComment] = useState('')
  const errors = create.error instanceof ProblemError ? create.error.fields : {}
  function submit(event: FormEvent) {
    event.preventDefault()
    const ends_at = new Date(Date.now() + Number(hours) * 3_600_000).toISOString()
    const value = pattern.trim()
    const matchers: SilenceMatcher[] = [{ name: 'monitor', operator: isGlob(value) ? '=~' : '=', value }]
    if (severity) matchers.push({ name: 'severity', operator: '=', value: severity })
    create.mutate({ matchers, ends_at, comment: comment.trim() }, { onSuccess: onDone })
  }
  return (
    <form onSubmit={submit} className="space-y-4">
      <TextField
        label="Monitors"
        required
        autoComplete="off"
        value={pattern}
        placeholder="checkout-*"
        hint="A name, or a pattern."
        onChange={({ target }) => setPattern(target.value)}
        error={errors['matchers[0].value']}
      />
      <MatchingMonitors patterns={[pattern.trim()]} />
      <div className="grid gap-4 sm:grid-cols-2">
        <SelectField label="For" value={hours} options={SPANS} onChange={setHours} />
        <SelectField label="Of" value={severity} options={SEVERITIES} onChange={setSeverity} />
      </div>
      <TextField
        label="Why"
        value={comment}
        maxLength={1_000}
        placeholder="Ticket OPS-123: disk is being replaced"
        onChange={({ target }) => setComment(target.value)}
        error={errors.comment}
      />
      {create.error && Object.keys(errors).length === 0 && (
        <p role="alert" className="text-sm font-medium text-bad">
          {create.error.message}
        </p>
      )}
      <Button look="primary" type="submit" busy={create.isPending}>
        Silence them
      </Button>
    </form>
  )
}
