import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { Delivery, DeliveryStats } from '../../api/types.ts'
import { duration } from '../../lib/time.ts'
import { successRate, TARGET_MS } from './figures.ts'

/** The four figures that matter. */
export function Tiles({
  total,
  waiting,
}: {
  total: DeliveryStats['total']
  waiting: { data: Delivery[]; next_cursor: string | null } | undefined
}) {
  const rate = successRate(total)
  const { ours_ms: ours, theirs_ms: theirs } = total
  const retries = waiting?.data.filter(delivery => delivery.attempts > 0).length ?? 0
  return (
    <dl className="grid grid-cols-2 gap-3 lg:grid-cols-4">
      <Tile name="Delivered">
        <Figure
          text={rate === null ? '–' : `${(rate * 100).toFixed(rate === 1 ? 0 : 1)} %`}
          tone={rate !== null && rate < 0.99 ? 'text-bad' : 'text-ink'}
        />
        of what came to an end
      </Tile>
      <Tile name="Detection to receiver">
        <Figure
          text={ours ? duration(ours.p99) : '–'}
          tone={ours && ours.p99 > TARGET_MS ? 'text-bad' : 'text-ink'}
        />
        p99{ours && `, p95 ${duration(ours.p95)}, p50 ${duration(ours.p50)}`}
      </Tile>
      <Tile name="Receivers answer in">
        <Figure text={theirs ? duration(theirs.p95) : '–'} />
        p95{theirs && `, p50 ${duration(theirs.p50)}`}
      </Tile>
      <Tile name="Retries waiting">
        <Figure
          text={`${retries}${waiting?.next_cursor ? '+' : ''}`}
          tone={retries > 0 ? 'text-warn' : 'text-ink'}
        />
        <Link to="/deliveries" search={{ status: 'pending' }} className="underline underline-offset-2">
          see them
        </Link>
      </Tile>
    </dl>
  )
}

function Tile({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="rounded-2xl border border-line bg-surface px-5 py-4 shadow-card">
      <dt className="text-sm text-muted">{name}</dt>
      <dd className="mt-1 text-xs text-muted">{children}</dd>
    </div>
  )
}

function Figure({ text, tone = 'text-ink' }: { text: string; tone?: string }) {
  return (
    <strong
      className={`tabular mb-0.5 block text-[1.75rem] leading-tight font-semibold tracking-tight ${tone}`}
    >
      {text}
    </strong>
  )
}
