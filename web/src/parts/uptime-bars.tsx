import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { Uptime } from '../api/types.ts'
import { uptimeQuery } from '../api/uptime.ts'
import { Card } from '../ui/card.tsx'

type Day = Uptime['days'][number]
type Kind = 'down' | 'degraded' | 'maintenance' | 'operational' | 'unknown'

/** Its height says what its colour says: whoever sees no colour sees how bad a day was. */
const LOOKS: Record<Kind, { height: number; fill: string }> = {
  down: { height: 32, fill: 'fill-bad' },
  degraded: { height: 22, fill: 'fill-warn' },
  maintenance: { height: 22, fill: 'fill-info' },
  operational: { height: 13, fill: 'fill-ok' },
  unknown: { height: 4, fill: 'fill-line-strong opacity-50' },
}
const HEIGHT = 32

/** A bar for each day; one picture, whose name says what is in it. */
export function UptimeBars({ uptime, className = '' }: { uptime: Uptime; className?: string }) {
  const { days } = uptime
  return (
    <svg
      role="img"
      aria-label={summaryOf(uptime)}
      viewBox={`0 0 ${days.length * 4} ${HEIGHT}`}
      preserveAspectRatio="none"
      className={`block w-full ${className}`}
    >
      {days.map((day, index) => {
        const { height, fill } = LOOKS[kindOf(day)]
        return (
          <rect key={day.day} x={index * 4} y={HEIGHT - height} width={3} height={height} className={fill}>
            <title>{dayInWords(day)}</title>
          </rect>
        )
      })}
    </svg>
  )
}

/** The last 90 days of a monitor, each of them to be asked about, by keyboard too. */
export function UptimeCard({ monitorId }: { monitorId: string }) {
  const { data } = useQuery(uptimeQuery(monitorId))
  const [chosen, setChosen] = useState<number | null>(null)
  if (!data) return <div className="skeleton h-44" />
  const last = data.days.length - 1
  const shown = Math.min(chosen ?? last, last)
  return (
    <Card title="Uptime" about={summaryOf(data)}>
      <UptimeBars uptime={data} className="h-10" />
      <input
        type="range"
        min={0}
        max={last}
        value={shown}
        onChange={change => setChosen(Number(change.target.value))}
        aria-label="Day"
        aria-valuetext={dayInWords(data.days[shown] as Day)}
        className="mt-2 block h-6 w-full cursor-pointer accent-ink"
      />
      <p className="mt-1 text-sm" aria-hidden="true">
        {dayInWords(data.days[shown] as Day)}
      </p>
    </Card>
  )
}

/** `99.98 % uptime in the last 90 days; trouble on 2 of them` */
export function summaryOf({ uptime_pct, days }: Uptime): string {
  const troubled = days.filter(day => day.down_s + day.degraded_s > 0).length
  const share = uptime_pct === null ? 'No data' : `${percent(uptime_pct)} uptime`
  return `${share} in the last ${days.length} days${troubled > 0 ? `; trouble on ${troubled} of them` : ''}`
}

/** Rounded down: 100 % means that nothing was wrong. */
export function percent(value: number): string {
  return `${Math.floor(value * 100) / 100} %`
}

function kindOf(day: Day): Kind {
  if (day.down_s > 0) return 'down'
  if (day.degraded_s > 0) return 'degraded'
  if (day.maintenance_s > 0) return 'maintenance'
  return day.operational_s > 0 ? 'operational' : 'unknown'
}

function dayInWords(day: Day): string {
  const troubles = [
    day.down_s > 0 && `down for ${lengthOf(day.down_s)}`,
    day.degraded_s > 0 && `degraded for ${lengthOf(day.degraded_s)}`,
    day.maintenance_s > 0 && `in maintenance for ${lengthOf(day.maintenance_s)}`,
  ].filter(Boolean)
  const otherwise = day.operational_s > 0 ? 'operational' : 'no data'
  return `${day.day}: ${troubles.length > 0 ? troubles.join(', ') : otherwise}`
}

function lengthOf(seconds: number): string {
  const minutes = Math.round(seconds / 60)
  if (minutes < 1) return `${Math.max(1, Math.round(seconds))} s`
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}
