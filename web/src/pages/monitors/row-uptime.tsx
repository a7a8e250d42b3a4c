import type { Uptime } from '../../api/types.ts'
import { Sparkline } from '../../parts/sparkline.tsx'
import { percent, UptimeBars } from '../../parts/uptime-bars.tsx'

/** What a monitor's row shows of its past: 90 days, and the response times of one. */
export function RowUptime({ uptime }: { uptime: Uptime | undefined }) {
  return (
    <span className="order-last flex w-full shrink-0 items-center gap-4 md:order-none md:w-72 lg:w-96">
      <span className="hidden w-24 shrink-0 lg:block">
        {uptime && <Sparkline values={uptime.latency_ms} className="h-6 w-24" />}
      </span>
      <span className="flex-1">{uptime && <UptimeBars uptime={uptime} className="h-6" />}</span>
      <span className="w-16 shrink-0 text-right text-xs text-muted tabular-nums">
        {uptime && (uptime.uptime_pct === null ? 'no data' : percent(uptime.uptime_pct))}
      </span>
    </span>
  )
}
