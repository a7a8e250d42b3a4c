import { useEffect, useRef } from 'react'
import UPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { useTheme } from '../lib/theme.ts'
import { dayAndMonth, duration, hourAndMinute } from '../lib/time.ts'

const HEIGHT_PX = 200
/** Over more than two days, days say more than hours. */
const LONG_S = 2 * 86_400

/** The looks of up to three lines, the most important first. */
const LOOKS = [
  { width: 2, dash: [] },
  { width: 1.5, dash: [6, 4] },
  { width: 1, dash: [2, 3] },
]

/** A limit: it is drawn across the chart. */
export interface ChartLimit {
  readonly value: number
  readonly text: string
  /** One that ends trouble, not one that begins it. */
  readonly isClear?: boolean
}

const NO_LIMITS: readonly ChartLimit[] = []

export interface ChartSeries {
  readonly label: string
  /** Null: nothing is known of then. */
  readonly values: readonly (number | null)[]
}

/**
 * Figures over time. `summary` is read out; the figures themselves stand elsewhere.
 * @param props.times seconds since the epoch
 * @param props.series at most three
 * @param props.format a figure as text; a duration of so many ms when left out
 */
export function TimeChart({
  times,
  series,
  limits = NO_LIMITS,
  format = duration,
  summary,
}: {
  times: readonly number[]
  series: readonly ChartSeries[]
  limits?: readonly ChartLimit[]
  format?: (value: number) => string
  summary: string
}) {
  const host = useRef<HTMLDivElement>(null)
  const { theme } = useTheme()
  // The theme's colours are read anew.
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above.
  useEffect(() => {
    const element = host.current
    if (!element) return
    const colour = (name: string) => getComputedStyle(element).getPropertyValue(`--${name}`)
    const axis = {
      stroke: colour('muted'),
      grid: { stroke: colour('line'), width: 1 },
      ticks: { show: false },
      font: '11px sans-serif',
    }
    const isLong = (times.at(-1) ?? 0) - (times[0] ?? 0) > LONG_S
    const stroke = ({ label }: ChartSeries, index: number) => ({
      label,
      stroke: colour('ink'),
      ...LOOKS[index],
      spanGaps: true,
      points: { size: 4, fill: colour('ink') },
    })
    const plot = new UPlot(
      {
        width: element.clientWidth,
        height: HEIGHT_PX,
        legend: { show: false },
        cursor: { show: false },
        padding: [8, 20, 0, 0],
        scales: {
          y: { range: (_, min, max) => rangeOf([min, max, ...limits.map(({ value }) => value)]) },
        },
        axes: [
          {
            ...axis,
            grid: { show: false },
            size: 28,
            values: (_, ticks) =>
              ticks.map(seconds => (isLong ? dayAndMonth : hourAndMinute)(seconds * 1000)),
          },
          { ...axis, size: 56, values: (_, values) => values.map(value => format(value)) },
        ],
        series: [{}, ...series.map(stroke)],
        hooks: { draw: limits.map(limit => chart => drawLimit(chart, limit, colour('bad'))) },
      },
      [[...times], ...series.map(({ values }) => [...values])],
      element,
    )
    const resized = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height: HEIGHT_PX }))
    resized.observe(element)
    return () => {
      resized.disconnect()
      plot.destroy()
    }
  }, [times, series, limits, format, theme])
  return (
    <figure>
      <div ref={host} role="img" aria-label={summary} className="h-[200px] w-full" />
      <figcaption className="mt-2 flex flex-wrap gap-x-5 gap-y-1 text-xs text-muted">
        {series.map(({ label }, index) => (
          <Key key={label} dash={LOOKS[index]?.dash.join(' ') ?? ''}>
            {label}
          </Key>
        ))}
        {distinct(limits).map(({ text, isClear }) => (
          <span key={text} className="text-bad">
            {isClear ? '┄' : '—'} {text}
          </span>
        ))}
      </figcaption>
    </figure>
  )
}

function Key({ dash, children }: { dash: string; children: string }) {
  return (
    <span className="inline-flex items-center gap-2">
      <svg aria-hidden="true" viewBox="0 0 24 4" className="h-1 w-6 stroke-ink">
        <line x1="0" x2="24" y1="2" y2="2" strokeWidth="2" strokeDasharray={dash} />
      </svg>
      {children}
    </span>
  )
}

/** From zero, or below it where there are negative figures, with some air at the far ends. */
function rangeOf(values: readonly number[]): [number, number] {
  const least = Math.min(0, ...values)
  const most = Math.max(0, ...values)
  const air = (most - least || 1) * 0.15
  return [least < 0 ? least - air : 0, most > 0 || least === 0 ? most + air : 0]
}

/** Limits that differ in what is said of them: several thresholds may have one level. */
function distinct(limits: readonly ChartLimit[]): ChartLimit[] {
  return [...new Map(limits.map(limit => [limit.text, limit])).values()]
}

function drawLimit(chart: UPlot, { value, isClear = false }: ChartLimit, colour: string): void {
  const y = Math.round(chart.valToPos(value, 'y', true))
  const { ctx, bbox } = chart
  ctx.save()
  ctx.strokeStyle = colour
  ctx.lineWidth = devicePixelRatio
  ctx.setLineDash(isClear ? [4 * devicePixelRatio, 4 * devicePixelRatio] : [])
  ctx.beginPath()
  ctx.moveTo(bbox.left, y)
  ctx.lineTo(bbox.left + bbox.width, y)
  ctx.stroke()
  ctx.restore()
}
