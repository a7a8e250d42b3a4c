import { useQuery } from '@tanstack/react-query'
import { type Node, nodesQuery } from '../../api/settings.ts'
import { Badge } from '../../ui/badge.tsx'
import { Page } from '../../ui/page.tsx'
import { Failure, Skeleton } from '../../ui/states.tsx'
import { Time } from '../../ui/time.tsx'

const BUCKETS = 64

/** The running copies of StatusPulse, and what each has to do. */
export function NodesPage() {
  return (
    <Page
      title="Nodes"
      about="The running copies of StatusPulse. Monitors are spread over 64 buckets, and each bucket has one owner: it checks, and it sends."
    >
      <Nodes />
    </Page>
  )
}

function Nodes() {
  const { data, error, refetch } = useQuery(nodesQuery)
  if (error) return <Failure error={error} retry={refetch} />
  if (!data) return <Skeleton rows={2} className="h-44" />
  const unowned = BUCKETS - data.reduce((count, { buckets }) => count + buckets.length, 0)
  return (
    <>
      <ul aria-label="Nodes" className="grid gap-4 lg:grid-cols-2">
        {data.map(node => (
          <NodeCard key={node.id} node={node} />
        ))}
      </ul>
      <p className="mt-4 text-sm text-muted">
        {unowned > 0
          ? `${unowned} buckets change hands at this moment: the next heartbeats take them.`
          : data.length === 1
            ? 'One node owns everything. Start another one on the same database, and they share it within seconds.'
            : 'Every bucket has its owner. When a node ends, the others take its buckets within 5 s.'}
      </p>
    </>
  )
}

function NodeCard({ node: { id, hostname, version, started_at, seen_at, alive, buckets } }: { node: Node }) {
  const owned = new Set(buckets)
  return (
    <li className="min-w-0 rounded-2xl border border-line bg-surface p-5 shadow-card">
      <div className="flex items-start justify-between gap-3">
        <div className="min-w-0">
          <h2 className="text-base font-semibold break-words">{hostname}</h2>
          <p className="font-mono text-xs break-all text-muted">{id}</p>
        </div>
        <Badge tone={alive ? 'ok' : 'bad'}>{alive ? 'alive' : 'silent'}</Badge>
      </div>
      <p className="mt-2 text-sm text-muted">
        Version {version}, started <Time at={started_at} />, heard of <Time at={seen_at} />
      </p>
      <svg
        viewBox="0 0 160 40"
        role="img"
        aria-label={`Owns ${buckets.length} of ${BUCKETS} buckets: ${spans(buckets)}`}
        className="mt-4 w-full max-w-sm"
      >
        {Array.from({ length: BUCKETS }, (_, bucket) => (
          <rect
            // biome-ignore lint/suspicious/noArrayIndexKey: a bucket is its number.
            key={bucket}
            x={(bucket % 16) * 10 + 0.75}
            y={Math.floor(bucket / 16) * 10 + 0.75}
            width="8.5"
            height="8.5"
            rx="2"
            className={owned.has(bucket) ? 'fill-ink' : 'fill-idle-soft'}
          >
            <title>{`bucket ${bucket}`}</title>
          </rect>
        ))}
      </svg>
      <p className="tabular mt-2 text-sm">
        {buckets.length} of {BUCKETS} buckets
      </p>
    </li>
  )
}

/** `0–31, 40`. */
function spans(buckets: readonly number[]): string {
  const found: [number, number][] = []
  for (const bucket of buckets) {
    const last = found.at(-1)
    if (last && last[1] === bucket - 1) last[1] = bucket
    else found.push([bucket, bucket])
  }
  return found.map(([from, to]) => (from === to ? `${from}` : `${from}–${to}`)).join(', ') || 'none'
}
