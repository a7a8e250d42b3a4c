import { useQuery } from '@tanstack/react-query'
import { responseTimesQuery } from '../../api/queries.ts'
import type { Monitor } from '../../api/types.ts'
import { TimeChart } from '../../parts/time-chart.tsx'
import { Card } from '../../ui/card.tsx'

/** How long answers took in the last day, and the threshold on it. */
export function ResponseTimes({ monitor }: { monitor: Monitor }) {
  const { data } = useQuery(responseTimesQuery(monitor.id))
  const line = monitor.thresholds.find(({ metric }) => metric === 'response_time_ms')?.value
  if (!data) return <div className="skeleton h-72" />
  if (data.data.length < 2) return null
  return (
    <Card title="Response time" about="Of the last day; each point is an average.">
      <TimeChart
        times={data.data.map(({ time }) => Date.parse(time) / 1000)}
        series={[{ label: 'average', values: data.data.map(({ avg }) => avg) }]}
        line={line}
        summary="Response time over the last day"
      />
    </Card>
  )
}
