import { useInfiniteQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { ScrollText } from 'lucide-react'
import { type AuditEntry, type AuditFilters, auditQuery } from '../../api/settings.ts'
import { Badge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { Page } from '../../ui/page.tsx'
import { Empty, Failure, Skeleton } from '../../ui/states.tsx'
import { Time } from '../../ui/time.tsx'
import { AuditFilterBar } from './audit-filters.tsx'

/** Who changed what, and when; the filters are in the address. */
export function AuditPage() {
  const filters = useSearch({ from: '/settings/audit' })
  const navigate = useNavigate()
  const change = (search: AuditFilters) => navigate({ to: '/settings/audit', search, replace: true })
  return (
    <Page
      title="Audit log"
      about="Every change that was made here: who, what and when. Secrets are named, and never kept."
    >
      <AuditFilterBar filters={filters} onChange={change} />
      <Entries filters={filters} onChange={change} />
    </Page>
  )
}

function Entries({
  filters,
  onChange,
}: {
  filters: AuditFilters
  onChange: (filters: AuditFilters) => void
}) {
  const list = useInfiniteQuery(auditQuery(filters))
  if (list.error) return <Failure error={list.error} retry={list.refetch} />
  if (!list.data) return <Skeleton rows={8} />
  const entries = list.data.pages.flatMap(page => page.data)
  if (entries.length === 0)
    return Object.keys(filters).length > 0 ? (
      <Empty
        icon={ScrollText}
        title="Nothing matches"
        action={<Button onClick={() => onChange({})}>Clear filters</Button>}
      >
        Nobody did that. Names must be whole: take a filter away, or look further back.
      </Empty>
    ) : (
      <Empty icon={ScrollText} title="Nothing was changed yet">
        Make a key, add a webhook or change a monitor: here, by the API or from a file. Each change leaves an
        entry.
      </Empty>
    )
  return (
    <>
      <ol
        aria-label="Changes, the latest first"
        aria-busy={list.isPlaceholderData}
        className="divide-y divide-line rounded-2xl border border-line bg-surface px-4 shadow-card sm:px-5"
      >
        {entries.map(entry => (
          <Entry
            key={entry.id}
            entry={entry}
            onActor={() => onChange({ ...filters, actor: entry.actor.id })}
          />
        ))}
      </ol>
      <div className="mt-4 flex items-center justify-center">
        {list.hasNextPage ? (
          <Button busy={list.isFetchingNextPage} onClick={() => list.fetchNextPage()}>
            {list.isFetchingNextPage ? 'Loading…' : 'Earlier ones'}
          </Button>
        ) : (
          <p className="text-sm text-muted">
            {entries.length === 1 ? 'That is the only one.' : `These ${entries.length} are all.`}
          </p>
        )}
      </div>
    </>
  )
}

function Entry({
  entry: { at, actor, summary, changes },
  onActor,
}: {
  entry: AuditEntry
  onActor: () => void
}) {
  return (
    <li className="py-3">
      <div className="flex flex-wrap items-baseline justify-between gap-x-4 gap-y-1">
        <p className="min-w-0 flex-1 basis-64 text-sm font-medium break-words">{summary}</p>
        <span className="text-xs text-muted">
          <Time at={at} />
        </span>
      </div>
      <div className="mt-1 flex flex-wrap items-center gap-2 text-xs text-muted">
        <button
          type="button"
          onClick={onActor}
          title="Show only what was done by it"
          className="inline-flex min-h-6 items-center rounded-md break-words underline underline-offset-2 hover:text-ink"
        >
          {actor.name}
        </button>
        <Badge tone="idle">{actor.kind}</Badge>
      </div>
      {changes.length > 0 && (
        <ul aria-label="What changed" className="mt-2 space-y-1 text-xs">
          {changes.map(change => (
            <Change key={change.field} change={change} />
          ))}
        </ul>
      )}
    </li>
  )
}

function Change({ change: { field, before, after } }: { change: AuditEntry['changes'][number] }) {
  return (
    <li className="break-words text-muted">
      <span className="text-ink">{field}</span>
      {before !== undefined && (
        <>
          {' '}
          from <Value value={before} />
        </>
      )}
      {after !== undefined && (
        <>
          {' '}
          {before === undefined ? 'is' : 'to'} <Value value={after} />
        </>
      )}
    </li>
  )
}

function Value({ value }: { value: unknown }) {
  return <code className="rounded bg-sunken px-1 py-0.5 font-mono break-all text-ink">{inWords(value)}</code>
}

function inWords(value: unknown): string {
  if (Array.isArray(value) && value.every(one => typeof one === 'string'))
    return value.length === 0 ? 'none' : value.join(', ')
  return typeof value === 'string' && value !== '' ? value : JSON.stringify(value)
}
