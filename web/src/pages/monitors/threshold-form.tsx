import { useQuery } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { useUpdateMonitor } from '../../api/actions.ts'
import { ProblemError } from '../../api/client.ts'
import { metricsQuery } from '../../api/queries.ts'
import type { Monitor, Severity, Threshold } from '../../api/types.ts'
import { Button } from '../../ui/button.tsx'
import { SelectField, TextField } from '../../ui/field.tsx'

const RULES = [
  ['in_a_row', 'so many samples in a row'],
  ['for_s', 'every sample of so many seconds'],
  ['avg', 'the average of so many seconds'],
  ['max', 'the maximum of so many seconds'],
  ['min', 'the minimum of so many seconds'],
  ['p95', 'the 95th percentile of so many seconds'],
] as const
type Rule = (typeof RULES)[number][0]

const NO_DATA = [
  ['', 'nothing'],
  ['breach', 'a breach'],
  ['unknown', 'an unknown status'],
  ['clear', 'that all is well'],
] as const

const FIELDS = ['metric', 'value', 'clear_value', 'in_a_row', 'for_s', 'window_s']

const OF_THE_FORM = new Set(['in_a_row', 'for_s', 'aggregate', 'window_s', 'no_data'])

interface Texts {
  metric: string
  operator: Threshold['operator']
  value: string
  clear: string
  rule: Rule
  count: string
  severity: Severity
  noData: (typeof NO_DATA)[number][0]
}

/** One threshold; `index`: which of the monitor's, or the next one. */
export function ThresholdForm({
  monitor,
  index,
  onDone,
}: {
  monitor: Monitor
  index: number
  onDone: () => void
}) {
  const update = useUpdateMonitor(monitor.id)
  const { data: metrics = [] } = useQuery(metricsQuery(monitor.id))
  const [texts, setTexts] = useState(() => textsOf(monitor.thresholds[index]))
  const change = (changed: Partial<Texts>) => setTexts({ ...texts, ...changed })
  const errors = update.error instanceof ProblemError ? update.error.fields : {}
  const error = (name: string) => errors[`thresholds[${index}].${name}`]
  function submit(event: FormEvent) {
    event.preventDefault()
    const thresholds = [...monitor.thresholds] as unknown[]
    thresholds[index] = bodyOf(texts, monitor.thresholds[index])
    update.mutate({ thresholds }, { onSuccess: onDone })
  }
  return (
    <form onSubmit={submit} className="space-y-4">
      <TextField
        label="Metric"
        required
        list="metrics"
        autoComplete="off"
        value={texts.metric}
        placeholder="response_time_ms"
        onChange={({ target }) => change({ metric: target.value })}
        error={error('metric')}
      />
      <datalist id="metrics">
        {metrics.map(name => (
          <option key={name} value={name} />
        ))}
      </datalist>
      <div className="grid gap-4 sm:grid-cols-3">
        <SelectField
          label="Bad when"
          value={texts.operator}
          options={(['>', '>=', '<', '<='] as const).map(one => [one, one])}
          onChange={operator => change({ operator })}
        />
        <TextField
          label="Level"
          type="number"
          step="any"
          required
          value={texts.value}
          onChange={({ target }) => change({ value: target.value })}
          error={error('value')}
        />
        <TextField
          label="Clear at"
          type="number"
          step="any"
          value={texts.clear}
          hint="Empty: at the level."
          onChange={({ target }) => change({ clear: target.value })}
          error={error('clear_value')}
        />
      </div>
      <div className="grid gap-4 sm:grid-cols-[1fr_8rem]">
        <SelectField label="When" value={texts.rule} options={RULES} onChange={rule => change({ rule })} />
        <TextField
          label="How many"
          type="number"
          min="1"
          required
          value={texts.count}
          onChange={({ target }) => change({ count: target.value })}
          error={error('in_a_row') ?? error('for_s') ?? error('window_s')}
        />
      </div>
      <div className="grid gap-4 sm:grid-cols-2">
        <SelectField
          label="Severity"
          value={texts.severity}
          options={(['critical', 'warning', 'info'] as const).map(one => [one, one])}
          onChange={severity => change({ severity })}
        />
        <SelectField
          label="No samples for 5 min mean"
          value={texts.noData}
          options={NO_DATA}
          onChange={noData => change({ noData })}
        />
      </div>
      {update.error && !FIELDS.some(error) && (
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

function textsOf(one: Threshold | undefined): Texts {
  const rule: Rule = one?.aggregate ? one.aggregate : one?.for_s ? 'for_s' : 'in_a_row'
  const count = rule === 'in_a_row' ? (one?.in_a_row ?? 1) : rule === 'for_s' ? one?.for_s : one?.window_s
  return {
    metric: one?.metric ?? '',
    operator: one?.operator ?? '>',
    value: one ? String(one.value) : '',
    clear: one?.clear_value == null ? '' : String(one.clear_value),
    rule,
    count: String(count),
    severity: one?.severity ?? 'warning',
    noData: one?.no_data ?? '',
  }
}

/** @param before what it was: what the form does not show stays */
function bodyOf(
  { metric, operator, value, clear, rule, count, severity, noData }: Texts,
  before: Threshold | undefined,
) {
  const amount = Number(count)
  const kept = Object.entries(before ?? {}).filter(([name]) => !OF_THE_FORM.has(name))
  return {
    ...Object.fromEntries(kept),
    metric: metric.trim(),
    operator,
    value: Number(value),
    clear_value: clear === '' ? null : Number(clear),
    severity,
    ...(rule === 'in_a_row'
      ? { in_a_row: amount }
      : rule === 'for_s'
        ? { for_s: amount }
        : { aggregate: rule, window_s: amount }),
    ...(noData && { no_data: noData }),
  }
}
