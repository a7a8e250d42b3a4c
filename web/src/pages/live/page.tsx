import { useNavigate, useSearch } from '@tanstack/react-router'
import { Pause, Play, Radio, SlidersHorizontal } from 'lucide-react'
import { useCallback, useEffect, useMemo, useState, useSyncExternalStore } from 'react'
import { SEVERITIES, type StreamQuery } from '../../api/types.ts'
import { LiveFeed, type LiveState } from '../../lib/live-feed.ts'
import type { LiveFilters } from '../../router.tsx'
import { Badge, Note, type Tone } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { Chips, TextField } from '../../ui/field.tsx'
import { Page } from '../../ui/page.tsx'
import { Empty } from '../../ui/states.tsx'
import { LiveList } from './live-list.tsx'

const STATES: Readonly<Record<LiveState, readonly [word: string, tone: Tone]>> = {
  connecting: ['connecting', 'idle'],
  open: ['live', 'ok'],
  lost: ['connection lost, trying again', 'warn'],
  refused: ['refused', 'bad'],
}

/** Events, deliveries and attempts, as they happen. */
export function LivePage() {
  const filters = useSearch({ from: '/live' })
  const query = JSON.stringify(queryOf(filters))
  const feed = useMemo(() => new LiveFeed(JSON.parse(query)), [query])
  useEffect(() => feed.start(), [feed])
  const { rows, held, isPaused, state, problem, received } = useSyncExternalStore(
    feed.subscribe,
    feed.snapshot,
  )
  const hold = useCallback(() => feed.setPaused(true), [feed])
  usePauseKey(() => feed.setPaused(!feed.snapshot().isPaused))
  const [word, tone] = STATES[state]
  return (
    <Page
      title="Live"
      about={
        <span className="flex flex-wrap items-center gap-3">
          Events, deliveries and attempts as they happen.
          <span role="status">
            {isPaused && <Badge tone="info">paused</Badge>}{' '}
            {(!isPaused || state !== 'open') && <Badge tone={tone}>{word}</Badge>}
          </span>
          <span className="tabular text-sm">{received.toLocaleString('en')} shown</span>
        </span>
      }
      actions={
        <>
          <Button onClick={() => feed.clear()} disabled={rows.length === 0}>
            Clear
          </Button>
          <Button look="primary" onClick={() => feed.setPaused(!isPaused)} className="tabular min-w-36">
            {isPaused ? (
              <>
                <Play aria-hidden="true" className="size-4" />
                {held > 0 ? `Show ${held.toLocaleString('en')} new` : 'Go on'}
              </>
            ) : (
              <>
                <Pause aria-hidden="true" className="size-4" />
                Pause
              </>
            )}
          </Button>
        </>
      }
    >
      <LiveFilterBar filters={filters} />
      {problem && <Note tone="bad">{problem}</Note>}
      {rows.length > 0 ? (
        <LiveList rows={rows} onHeld={hold} />
      ) : (
        <Empty icon={Radio} title={state === 'open' ? 'Listening' : 'Not connected yet'}>
          The next event shows up here the moment it is accepted. Send a dry run from a webhook’s page to see
          one now.
        </Empty>
      )}
    </Page>
  )
}

function LiveFilterBar({ filters }: { filters: LiveFilters }) {
  const navigate = useNavigate()
  const [monitor, setMonitor] = useState(filters.monitor ?? '')
  const set = (change: LiveFilters) =>
    navigate({ to: '/live', search: withoutEmpty({ ...filters, ...change }), replace: true })
  const [isOpen, setOpen] = useState(false)
  const count = Object.values(withoutEmpty(filters)).length
  return (
    <search className="mb-4 block">
      <Button
        aria-expanded={isOpen}
        aria-controls="live-filters"
        onClick={() => setOpen(!isOpen)}
        className="sm:hidden"
      >
        <SlidersHorizontal aria-hidden="true" className="size-4" />
        {count > 0 ? `Filters (${count})` : 'Filters'}
      </Button>
      <div
        id="live-filters"
        className={`${isOpen ? 'mt-3 flex' : 'hidden sm:flex'} flex-wrap items-end gap-x-8 gap-y-3 sm:mt-0`}
      >
        <Chips
          label="Show"
          options={['event', 'delivery', 'attempt'] as const}
          chosen={filters.types ?? []}
          onChange={types => set({ types })}
        />
        <Chips
          label="Severity"
          options={SEVERITIES}
          chosen={filters.severity ?? []}
          onChange={severity => set({ severity })}
        />
        <form
          className="min-w-56 flex-1"
          onSubmit={submit => {
            submit.preventDefault()
            set({ monitor: monitor.trim() })
          }}
        >
          <TextField
            label="Monitor"
            type="search"
            placeholder="A name or pattern, then Enter: checkout-*"
            value={monitor}
            onChange={change => setMonitor(change.target.value)}
            onBlur={() => monitor.trim() !== (filters.monitor ?? '') && set({ monitor: monitor.trim() })}
          />
        </form>
      </div>
    </search>
  )
}

/** `p` pauses and goes on. */
function usePauseKey(toggle: () => void) {
  useEffect(() => {
    function onKey(press: KeyboardEvent) {
      const isElsewhere =
        press.target instanceof HTMLElement && press.target.closest('input, textarea, select, dialog')
      if (press.key === 'p' && !press.ctrlKey && !press.metaKey && !isElsewhere) toggle()
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [toggle])
}

function queryOf({ types, severity, event_type, monitor, endpoint_id }: LiveFilters): StreamQuery {
  return {
    types,
    severity,
    event_type,
    monitor: monitor ? [monitor] : undefined,
    endpoint_id: endpoint_id ? [endpoint_id] : undefined,
  }
}

function withoutEmpty(filters: LiveFilters): LiveFilters {
  return Object.fromEntries(Object.entries(filters).filter(([, value]) => value && value.length > 0))
}
