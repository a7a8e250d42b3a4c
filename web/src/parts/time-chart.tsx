import { useEffect, useRef } from 'react'
import UPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { useTheme } from '../lib/theme.ts'
import { duration, hourAndMinute } from '../lib/time.ts'

const HEIGHT_PX = 200

/** The looks of up to three lines, the most important first. */
const LOOKS = [
  { width: 2, dash: [] },
  { width: 1.5, dash: [6, 4] },
  { width: 1, dash: [2, 3] },
]

export interface ChartSeries {
  readonly label: string
  /** Ms; null: nothing is known of then. */
  readonly values: readonly (number | null)[]
}

/**
 * Durations over time. `summary` is read out; the figures themselves stand elsewhere.
 * @param props.times seconds since the epoch
 * @param props.series at most three
 * @param props.line a limit to draw, ms
 */
export function TimeChart({
  times,
  series,
  line,
  summary,
}: {
  times: readonly number[]
  series: readonly ChartSeries[]
  line?: number
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
        scales: { y: { range: (_, __, max) => [0, Math.max(line ?? 0, max, 1) * 1.15] } },
        axes: [
          {
            ...axis,
            grid: { show: false },
            size: 28,
            values: (_, times) => times.map(seconds => hourAndMinute(seconds * 1000)),
          },
          { ...axis, size: 56, values: (_, values) => values.map(value => duration(value)) },
        ],
        series: [{}, ...series.map(stroke)],
        hooks: { draw: line === undefined ? [] : [chart => drawLine(chart, line, colour('bad'))] },
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
  }, [times, series, line, theme])
  return (
    <figure>
      <div ref={host} role="img" aria-label={summary} className="h-[200px] w-full" />
      <figcaption className="mt-2 flex flex-wrap gap-x-5 gap-y-1 text-xs text-muted">
        {series.map(({ label }, index) => (
          <Key key={label} dash={LOOKS[index]?.dash.join(' ') ?? ''}>
            {label}
          </Key>
        ))}
        {line !== undefined && <span className="text-bad">— {duration(line)}</span>}
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

function drawLine(chart: UPlot, value: number, colour: string): void {
  const y = Math.round(chart.valToPos(value, 'y', true))
  const { ctx, bbox } = chart
  ctx.save()
  ctx.strokeStyle = colour
  ctx.lineWidth = devicePixelRatio
  ctx.beginPath()
  ctx.moveTo(bbox.left, y)
  ctx.lineTo(bbox.left + bbox.width, y)
  ctx.stroke()
  ctx.restore()
}
