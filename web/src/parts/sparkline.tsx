import { duration } from '../lib/time.ts'

const WIDTH = 96
const HEIGHT = 24

/** Response times of the last 24 hours, as a line without axes; hours without any are gaps. */
export function Sparkline({
  values,
  className = '',
}: {
  values: readonly (number | null)[]
  className?: string
}) {
  const known = values.filter(value => value !== null)
  if (known.length === 0) return null
  const top = Math.max(...known)
  const step = WIDTH / Math.max(1, values.length - 1)
  let isOn = false
  const path = values
    .map((value, index) => {
      if (value === null) {
        isOn = false
        return ''
      }
      const command = isOn ? 'L' : 'M'
      isOn = true
      const y = HEIGHT - 2 - (top === 0 ? 0 : (value / top) * (HEIGHT - 4))
      return `${command}${(index * step).toFixed(1)} ${y.toFixed(1)}h0`
    })
    .join('')
  return (
    <svg
      role="img"
      aria-label={`Response time in the last 24 hours: ${duration(Math.min(...known))} to ${duration(top)}`}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      className={`overflow-visible ${className}`}
    >
      <path
        d={path}
        className="fill-none stroke-muted"
        strokeWidth={1.5}
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  )
}
