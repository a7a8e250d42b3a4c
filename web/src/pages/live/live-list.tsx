import { useVirtualizer } from '@tanstack/react-virtual'
import { memo, useRef } from 'react'
import type { Attempt, DeliveryChange, EventSummary } from '../../api/types.ts'
import type { LiveRow } from '../../lib/live-feed.ts'
import { clockTime, duration } from '../../lib/time.ts'
import { answerOf } from '../../parts/attempt-view.tsx'
import { Badge } from '../../ui/badge.tsx'
import { PlainLink } from '../../ui/plain-link.tsx'

const ROW_PX = 44
const OVERSCAN = 6

/**
 * Only the rows in sight are on the page, and the same elements show one message after another.
 * @param props.onHeld told when somebody takes hold of a row: what is pressed, focused or scrolled to must stay put
 */
export function LiveList({ rows, onHeld }: { rows: readonly LiveRow[]; onHeld: () => void }) {
  const scroller = useRef<HTMLElement>(null)
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: OVERSCAN,
  })
  return (
    <section
      ref={scroller}
      aria-label="What happened, the latest first"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard.
      tabIndex={0}
      onScroll={scroll => scroll.currentTarget.scrollTop > ROW_PX && onHeld()}
      onPointerDown={onHeld}
      onFocus={focus => focus.target !== focus.currentTarget && onHeld()}
      className="h-[calc(100dvh-22rem)] min-h-80 overflow-auto rounded-2xl border border-line bg-surface shadow-card [overflow-anchor:none]"
    >
      <div className="relative" style={{ height: virtualizer.getTotalSize() }}>
        {virtualizer.getVirtualItems().map(({ index, start }) => {
          const row = rows[index]
          return row && <Row key={index} row={row} start={start} />
        })}
      </div>
    </section>
  )
}

const ROW =
  'absolute inset-x-0 top-0 grid h-11 grid-cols-[5.6rem_minmax(0,1fr)_auto] items-center gap-3 border-b border-line px-4 text-sm hover:bg-sunken sm:grid-cols-[6.5rem_4.5rem_minmax(0,1fr)_minmax(0,1fr)_6rem]'

const Row = memo(function Row({ row, start }: { row: LiveRow; start: number }) {
  const { at, name, text, badge, path } = read(row)
  const style = { transform: `translateY(${start}px)` }
  const content = (
    <>
      <span className="tabular font-mono text-xs text-muted">{at}</span>
      <span className="hidden text-xs text-muted sm:block">{row.event}</span>
      <span className="min-w-0 leading-tight">
        <span className="block truncate font-medium">{name}</span>
        <span className="block truncate text-xs text-muted sm:hidden">{text || row.event}</span>
      </span>
      <span className="hidden truncate text-xs text-muted sm:block">{text}</span>
      <span className="justify-self-end">
        <Badge>{badge}</Badge>
      </span>
    </>
  )
  if (path === undefined)
    return (
      <div className={ROW} style={style}>
        {content}
      </div>
    )
  return (
    <PlainLink href={path} className={ROW} style={style}>
      {content}
    </PlainLink>
  )
})

interface Shown {
  at: string
  name: string
  text: string
  badge: string
  /** Where it leads. */
  path?: string
}

function read({ event: kind, data }: LiveRow): Shown {
  const value = JSON.parse(data)
  if (kind === 'event') {
    const event = value as EventSummary
    const to = event.deliveries === 1 ? '1 webhook' : `${event.deliveries} webhooks`
    return {
      at: clockTime(Date.parse(event.accepted_at)),
      name: event.monitor_name,
      text: `${event.event_type}, to ${event.dry_run ? 'one, as a dry run' : to}`,
      badge: event.status,
      path: `/events/${event.event_id}`,
    }
  }
  if (kind === 'attempt') {
    const attempt = value as Attempt
    const which = attempt.retry_attempt === 0 ? '' : `, retry ${attempt.retry_attempt}`
    return {
      at: clockTime(Date.parse(attempt.started_at)),
      name: attempt.monitor_name,
      text: `${answerOf(attempt)} in ${duration(attempt.timings_ms.total)}${which}`,
      badge: attempt.outcome,
      path: `/deliveries/${attempt.delivery_id}`,
    }
  }
  if (kind === 'delivery') {
    const change = value as DeliveryChange
    return {
      at: clockTime(Date.parse(change.changed_at)),
      name: change.monitor_name ?? change.id,
      text: change.reason ?? (change.dry_run ? 'dry run' : ''),
      badge: change.status,
      path: `/deliveries/${change.id}`,
    }
  }
  return { at: '', name: 'Some messages were missed', text: String(value.message ?? ''), badge: 'gap' }
}
