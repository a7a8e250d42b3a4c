import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { Search, X } from 'lucide-react'
import { type FormEvent, useEffect, useState } from 'react'
import { type DeliveryFilters, endpointsQuery } from '../../api/queries.ts'
import { DELIVERY_STATUSES, type DeliveryStatus } from '../../api/types.ts'
import { exactTime } from '../../lib/time.ts'
import { inputClass } from '../../ui/field.tsx'
import { nameOf } from '../webhooks/endpoint-words.ts'

const SPANS = [
  ['', 'Any time'],
  ['60', 'The last hour'],
  ['1440', 'The last day'],
  ['10080', 'The last week'],
] as const

/** One field for whatever is at hand (monitor, event id, delivery id, HTTP code), and the rest to choose from. */
export function Filters({
  filters,
  onChange,
}: {
  filters: DeliveryFilters
  onChange: (filters: DeliveryFilters) => void
}) {
  const { data: endpoints = [] } = useQuery(endpointsQuery)
  const set = (change: DeliveryFilters) => onChange(withoutEmpty({ ...filters, ...change }))
  return (
    <search className="mb-4 block space-y-3">
      <div className="grid gap-2 sm:grid-cols-[minmax(0,1fr)_12rem_10rem]">
        <SearchField filters={filters} set={set} />
        <select
          aria-label="Webhook"
          value={filters.endpoint_id ?? ''}
          onChange={change => set({ endpoint_id: change.target.value || undefined })}
          className={inputClass}
        >
          <option value="">Every webhook</option>
          {endpoints.map(endpoint => (
            <option key={endpoint.id} value={endpoint.id}>
              {nameOf(endpoint)}
            </option>
          ))}
        </select>
        <select
          aria-label="Time"
          value={filters.since ? 'since' : ''}
          onChange={change => set({ since: agoOf(Number(change.target.value)), until: undefined })}
          className={inputClass}
        >
          {filters.since && <option value="since">since {exactTime(Date.parse(filters.since))}</option>}
          {SPANS.map(([minutes, text]) => (
            <option key={minutes} value={minutes}>
              {text}
            </option>
          ))}
        </select>
      </div>
      <div className="flex flex-wrap gap-1.5">
        {DELIVERY_STATUSES.map(status => (
          <StatusChip
            key={status}
            status={status}
            isChosen={filters.status === status}
            onChange={isChosen => set({ status: isChosen ? status : undefined })}
          />
        ))}
        {filters.status_code && (
          <Chip text={`HTTP ${filters.status_code}`} onRemove={() => set({ status_code: undefined })} />
        )}
        {filters.until && (
          <Chip
            text={`until ${exactTime(Date.parse(filters.until))}`}
            onRemove={() => set({ until: undefined })}
          />
        )}
      </div>
    </search>
  )
}

function SearchField({ filters, set }: { filters: DeliveryFilters; set: (change: DeliveryFilters) => void }) {
  const navigate = useNavigate()
  const given = filters.event_id ?? filters.monitor ?? ''
  const [text, setText] = useState(given)
  useEffect(() => setText(given), [given])

  function search(submit: FormEvent) {
    submit.preventDefault()
    const words = text.trim()
    if (words.startsWith('dlv_')) navigate({ to: '/deliveries/$id', params: { id: words } })
    else if (/^[1-9]\d\d$/.test(words))
      set({ status_code: Number(words), monitor: undefined, event_id: undefined })
    else if (words.startsWith('evt_')) set({ event_id: words, monitor: undefined })
    else set({ monitor: words || undefined, event_id: undefined })
  }

  return (
    <form onSubmit={search} className="relative">
      <Search aria-hidden="true" className="absolute top-2.5 left-3 size-4 text-muted" />
      <input
        type="search"
        aria-label="Search deliveries"
        placeholder="A monitor, an event or delivery id, an HTTP code  ( / )"
        value={text}
        onChange={change => {
          setText(change.target.value)
          // The browser's own clear button.
          if (change.target.value === '' && given !== '') set({ monitor: undefined, event_id: undefined })
        }}
        className={`${inputClass} pl-9`}
      />
    </form>
  )
}

function StatusChip({
  status,
  isChosen,
  onChange,
}: {
  status: DeliveryStatus
  isChosen: boolean
  onChange: (isChosen: boolean) => void
}) {
  return (
    <button
      type="button"
      aria-pressed={isChosen}
      onClick={() => onChange(!isChosen)}
      className="min-h-8 rounded-full border border-line-strong bg-surface px-3 text-sm transition-colors hover:bg-sunken aria-pressed:border-ink aria-pressed:bg-ink aria-pressed:text-paper"
    >
      {status}
    </button>
  )
}

function Chip({ text, onRemove }: { text: string; onRemove: () => void }) {
  return (
    <button
      type="button"
      aria-label={`Remove filter ${text}`}
      onClick={onRemove}
      className="inline-flex min-h-8 items-center gap-1.5 rounded-full bg-ink px-3 text-sm text-paper"
    >
      {text}
      <X aria-hidden="true" className="size-3.5" />
    </button>
  )
}

function agoOf(minutes: number): string | undefined {
  return minutes > 0 ? new Date(Date.now() - minutes * 60_000).toISOString() : undefined
}

function withoutEmpty(filters: DeliveryFilters): DeliveryFilters {
  return Object.fromEntries(Object.entries(filters).filter(([, value]) => value !== undefined))
}
