import { useQuery } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import { metricsQuery, samplesQuery } from '../../api/queries.ts'
import type { Monitor } from '../../api/types.ts'
import { duration } from '../../lib/time.ts'
import { type ChartLimit, TimeChart } from '../../parts/time-chart.tsx'
import { Card } from '../../ui/card.tsx'
import { SelectField } from '../../ui/field.tsx'
import { Failure } from '../../ui/states.tsx'
import { levelOf } from './threshold-words.ts'

const SPANS = [
  ['1', 'the last hour'],
  ['24', 'the last day'],
  ['168', 'the last week'],
  ['720', 'the last 30 days'],
] as const

/** A metric of the monitor over time, with the thresholds on it. */
export function MetricGraph({ monitor }: { monitor: Monitor }) {
  const { data: metrics } = useQuery(metricsQuery(monitor.id))
  const [chosen, setChosen] = useState<string>()
  const [hours, setHours] = useState<(typeof SPANS)[number][0]>('1')
  const metric = chosen ?? (metrics?.includes('response_time_ms') ? 'response_time_ms' : metrics?.[0])
  if (!metrics) return <div className="skeleton h-72" />
  if (metric === undefined) return null
  return (
    <Card title="Figures" about="Each point is an average.">
      <div className="mb-4 flex flex-wrap gap-3">
        <SelectField
          label="Metric"
          value={metric}
          options={metrics.map(name => [name, name])}
          onChange={setChosen}
        />
        <SelectField label="Over" value={hours} options={SPANS} onChange={setHours} />
      </div>
      <Graph monitor={monitor} metric={metric} hours={Number(hours)} />
    </Card>
  )
}

function Graph({ monitor, metric, hours }: { monitor: Monitor; metric: string; hours: number }) {
  const { data, error, refetch } = useQuery(samplesQuery(monitor.id, metric, hours))
  const limits = useMemo(() => limitsOn(monitor, metric), [monitor, metric])
  const times = useMemo(() => data?.map(({ time }) => Date.parse(time) / 1000) ?? [], [data])
  const series = useMemo(() => [{ label: 'average', values: data?.map(({ avg }) => avg) ?? [] }], [data])
  if (error) return <Failure error={error} retry={refetch} />
  if (!data) return <div className="skeleton h-56" />
  if (data.length < 2)
    return <p className="py-8 text-sm text-muted">Too little was measured in that time for a line.</p>
  return (
    <TimeChart
      times={times}
      series={series}
      limits={limits}
      format={metric.endsWith('_ms') ? duration : plain}
      summary={`${metric} over ${SPANS.find(([span]) => Number(span) === hours)?.[1]}`}
    />
  )
}

function limitsOn({ thresholds }: Monitor, metric: string): ChartLimit[] {
  return thresholds
    .filter(one => one.metric === metric)
    .flatMap((one): ChartLimit[] => [
      { value: one.value, text: `${one.severity} ${levelOf(one)}` },
      ...(one.clear_value === null
        ? []
        : [{ value: one.clear_value, text: `clear at ${one.clear_value}`, isClear: true }]),
    ])
}

function plain(value: number): string {
  return String(Number(value.toPrecision(3)))
}
