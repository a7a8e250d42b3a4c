import { Search, X } from 'lucide-react'
import { type FormEvent, useEffect, useState } from 'react'
import type { AuditFilters } from '../../api/settings.ts'
import { exactTime } from '../../lib/time.ts'
import { inputClass } from '../../ui/field.tsx'
import { AUDIT_OPERATIONS } from './audit-operations.ts'

const SPANS = [
  ['', 'Any time'],
  ['1', 'The last day'],
  ['7', 'The last week'],
  ['30', 'The last 30 days'],
] as const
const DAY_MS = 86_400_000

/** What it was done to, what was done, when, and by whom. */
export function AuditFilterBar({
  filters,
  onChange,
}: {
  filters: AuditFilters
  onChange: (filters: AuditFilters) => void
}) {
  const set = (change: { [K in keyof AuditFilters]: AuditFilters[K] | undefined }) =>
    onChange(
      Object.fromEntries(
        Object.entries({ ...filters, ...change }).filter(([, value]) => value),
      ) as AuditFilters,
    )
  return (
    <search className="mb-4 block space-y-3">
      <div className="grid gap-2 sm:grid-cols-[minmax(0,1fr)_14rem_10rem]">
        <TargetField given={filters.target ?? ''} onChange={target => set({ target })} />
        <select
          aria-label="What was done"
          value={filters.operation ?? ''}
          onChange={change => set({ operation: change.target.value })}
          className={inputClass}
        >
          <option value="">Every change</option>
          {AUDIT_OPERATIONS.map(([thing, operations]) => (
            <optgroup key={thing} label={thing}>
              {operations.map(([id, text]) => (
                <option key={id} value={id}>
                  {text}
                </option>
              ))}
            </optgroup>
          ))}
        </select>
        <select
          aria-label="Time"
          value={filters.since ? 'since' : ''}
          onChange={change => set({ since: daysAgo(Number(change.target.value)), until: undefined })}
          className={inputClass}
        >
          {filters.since && <option value="since">since {exactTime(Date.parse(filters.since))}</option>}
          {SPANS.map(([days, text]) => (
            <option key={days} value={days}>
              {text}
            </option>
          ))}
        </select>
      </div>
      <div className="flex flex-wrap gap-1.5 empty:hidden">
        {filters.actor && <Chip text={`by ${filters.actor}`} onRemove={() => set({ actor: undefined })} />}
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

function TargetField({ given, onChange }: { given: string; onChange: (target: string) => void }) {
  const [text, setText] = useState(given)
  useEffect(() => setText(given), [given])
  function search(submit: FormEvent) {
    submit.preventDefault()
    onChange(text.trim())
  }
  return (
    <form onSubmit={search} className="relative">
      <Search aria-hidden="true" className="absolute top-2.5 left-3 size-4 text-muted" />
      <input
        type="search"
        aria-label="What it was done to"
        placeholder="The name or id of what was changed  ( / )"
        value={text}
        onChange={change => {
          setText(change.target.value)
          // The browser's own clear button.
          if (change.target.value === '' && given !== '') onChange('')
        }}
        className={`${inputClass} pl-9`}
      />
    </form>
  )
}

function Chip({ text, onRemove }: { text: string; onRemove: () => void }) {
  return (
    <button
      type="button"
      aria-label={`Remove filter ${text}`}
      onClick={onRemove}
      className="inline-flex min-h-8 items-center gap-1.5 rounded-full bg-ink px-3 text-sm break-all text-paper"
    >
      {text}
      <X aria-hidden="true" className="size-3.5" />
    </button>
  )
}

function daysAgo(days: number): string | undefined {
  return days > 0 ? new Date(Date.now() - days * DAY_MS).toISOString() : undefined
}
