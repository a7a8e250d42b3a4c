import { type FormEvent, useState } from 'react'
import { useUpdateEndpoint } from '../../api/actions.ts'
import { type Endpoint, EVENT_TYPES, type Filter, SEVERITIES } from '../../api/types.ts'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { Chips, TextField } from '../../ui/field.tsx'
import { FilterPreview } from './filter-preview.tsx'
import { MonitorPicker } from './monitor-picker.tsx'

/** Which events the endpoint wants. @param props.onSaved as a step of the set-up: always goes on */
export function TriggerCard({ endpoint, onSaved }: { endpoint: Endpoint; onSaved?: () => void }) {
  const update = useUpdateEndpoint(endpoint.id)
  const [filter, setFilter] = useState<Filter>(endpoint.filter)
  const [isPicking, setPicking] = useState(endpoint.filter.monitors.length > 0)
  const set = (change: Partial<Filter>) => setFilter({ ...filter, ...change })
  const isChanged = JSON.stringify(filter) !== JSON.stringify(endpoint.filter)

  function save(submit: FormEvent) {
    submit.preventDefault()
    if (isChanged) update.mutate({ filter }, { onSuccess: onSaved })
    else onSaved?.()
  }

  return (
    <Card
      id="triggers"
      title="Define trigger conditions"
      about="Which events are sent here. What you leave open means all; recoveries follow whoever heard of the outage."
    >
      <form onSubmit={save} className="grid gap-x-10 gap-y-6 lg:grid-cols-2">
        <div className="min-w-0 space-y-5">
          <fieldset>
            <legend className="mb-1.5 text-sm font-medium">Monitors</legend>
            <div className="flex gap-5 text-sm">
              {[false, true].map(picks => (
                <label key={String(picks)} className="flex min-h-8 cursor-pointer items-center gap-2">
                  <input
                    type="radio"
                    name="monitors"
                    className="accent-ink"
                    checked={isPicking === picks}
                    onChange={() => {
                      setPicking(picks)
                      if (!picks) set({ monitors: [] })
                    }}
                  />
                  {picks ? 'Only some' : 'All of them'}
                </label>
              ))}
            </div>
          </fieldset>
          {isPicking && (
            <MonitorPicker
              label="Only these monitors"
              hint="Names and patterns: * is any text. Enter adds one."
              chosen={filter.monitors}
              onChange={monitors => set({ monitors })}
            />
          )}
          <Chips
            label="Severities"
            hint="none chosen: all"
            options={SEVERITIES}
            chosen={filter.severities}
            onChange={severities => set({ severities })}
          />
          <Chips
            label="Event types"
            hint="none chosen: all"
            options={EVENT_TYPES}
            chosen={filter.event_types}
            onChange={event_types => set({ event_types })}
          />
          <details open={filter.exclude_monitors.length + filter.regions.length > 0}>
            <summary className="text-sm text-muted">Exceptions and regions</summary>
            <div className="mt-3 space-y-4">
              <MonitorPicker
                label="Except these monitors"
                hint="Wins over the monitors above."
                chosen={filter.exclude_monitors}
                onChange={exclude_monitors => set({ exclude_monitors })}
              />
              <TextField
                label="Regions"
                hint="With commas between them; empty: all."
                defaultValue={filter.regions.join(', ')}
                onChange={change => set({ regions: listOf(change.target.value) })}
              />
            </div>
          </details>
        </div>
        <div className="min-w-0 rounded-xl bg-sunken p-5">
          <FilterPreview endpointId={endpoint.id} filter={filter} />
        </div>
        {update.error && (
          <p role="alert" className="text-sm font-medium text-bad lg:col-span-2">
            {update.error.message}
          </p>
        )}
        <div className="flex flex-wrap gap-2 lg:col-span-2">
          <Button
            look="primary"
            type="submit"
            busy={update.isPending}
            disabled={onSaved === undefined && !isChanged}
          >
            {onSaved ? 'Save and go on' : 'Save conditions'}
          </Button>
          {isChanged && <Button onClick={() => setFilter(endpoint.filter)}>Undo</Button>}
        </div>
      </form>
    </Card>
  )
}

function listOf(text: string): string[] {
  return text
    .split(',')
    .map(one => one.trim())
    .filter(one => one !== '')
}
