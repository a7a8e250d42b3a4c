import type { Attempt } from '../api/types.ts'
import { duration } from '../lib/time.ts'

/** Of an attempt, or of a check, which nobody waits for. */
type Timings = Omit<Attempt['timings_ms'], 'wait'> & { readonly wait?: number }

interface Phase {
  readonly name: string
  readonly ms: number
  /** Ours before the attempt began, or theirs. */
  readonly look: string
}

/** The phases of an attempt or a check, one after the other. */
export function phasesOf(timings: Timings): Phase[] {
  const { wait = 0, dns, connect, tls, first_byte, total } = timings
  const opening = (dns ?? 0) + (connect ?? 0) + (tls ?? 0)
  const phases = [
    { name: 'Waiting here', ms: wait, look: 'bg-line-strong' },
    { name: 'DNS', ms: dns ?? 0, look: 'bg-info' },
    { name: 'Connect', ms: connect ?? 0, look: 'bg-info' },
    { name: 'TLS', ms: tls ?? 0, look: 'bg-info' },
  ]
  const answered = first_byte ?? total
  phases.push({
    name: first_byte === null ? 'No answer' : 'First byte',
    ms: Math.max(0, answered - opening),
    look: first_byte === null ? 'bg-bad' : 'bg-ok',
  })
  if (first_byte !== null)
    phases.push({ name: 'Rest of answer', ms: Math.max(0, total - first_byte), look: 'bg-ok' })
  return phases.filter(({ ms, name }) => ms > 0 || name === 'First byte')
}

/** The time of an attempt or a check by phase. */
export function Waterfall({ timings }: { timings: Timings }) {
  const phases = phasesOf(timings)
  const whole = phases.reduce((sum, { ms }) => sum + ms, 0) || 1
  let before = 0
  return (
    <table className="w-full text-sm">
      <caption className="sr-only">Time by phase</caption>
      <tbody>
        {phases.map(({ name, ms, look }) => {
          const left = (before / whole) * 100
          before += ms
          return (
            <tr key={name}>
              <th scope="row" className="w-28 py-1 text-left font-normal text-muted">
                {name}
              </th>
              <td className="relative h-6">
                <span
                  className={`absolute top-1.5 block h-3 rounded-[3px] ${look}`}
                  style={{ left: `${left}%`, width: `max(2px, ${(ms / whole) * 100}%)` }}
                />
              </td>
              <td className="tabular w-20 text-right whitespace-nowrap">{duration(ms)}</td>
            </tr>
          )
        })}
        <tr className="border-t border-line">
          <th scope="row" className="py-1 text-left font-normal text-muted">
            In all
          </th>
          <td />
          <td className="tabular text-right font-medium whitespace-nowrap">{duration(whole)}</td>
        </tr>
      </tbody>
    </table>
  )
}
