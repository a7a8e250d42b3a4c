import type { Sighting } from '../detect/detector.ts'
import type { FieldError } from '../ground/errors.ts'

/** What a body from outside says. */
export interface Taken {
  readonly sightings: readonly Sighting[]
  /** What of it cannot be taken, by its place in the body, and why. */
  readonly rejected: readonly FieldError[]
  /** Alerts or series that are left out: a rule says so, or none asks for them. */
  readonly ignored: number
}

/** Longest name of a monitor, as everywhere. */
const MAX_MONITOR_NAME = 200

/** Why a text cannot be a monitor's name; null: it can. */
export function checkMonitorName(name: string): string | null {
  if (name.length > MAX_MONITOR_NAME) return `its monitor's name has more than ${MAX_MONITOR_NAME} characters`
  return name.isWellFormed() && !name.includes('\0')
    ? null
    : "its monitor's name holds NUL or half characters"
}
