import type { Draft } from './draft.ts'
import { durationOf } from './gatus-text.ts'
import { exactly, type Json, listOf, textOf, within } from './values.ts'

const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']

/** A window of Gatus, every day or on some days of the week, as one that recurs. */
export function addMaintenance(draft: Draft, thing: string, window: Json, monitors: readonly string[]): void {
  if (window.enabled === false) {
    draft.note(thing, null, 'is left out: it is switched off')
    return
  }
  const [, hour, minute] = /^(\d{1,2}):(\d{2})$/.exec(String(window.start)) ?? []
  const duration = durationOf(window.duration)
  const days = listOf(window.every).map(day => DAYS.indexOf(String(day)))
  if (hour === undefined || duration === null || days.includes(-1)) {
    draft.note(thing, null, 'is left out: its start, duration or days cannot be read')
    return
  }
  const name = monitors[0] === undefined ? 'maintenance' : `maintenance of ${monitors[0]}`
  draft.add('maintenance_windows', thing, {
    name: draft.nameOf('maintenance_windows', name, thing),
    monitors: monitors.map(exactly),
    cron: `${Number(minute)} ${Number(hour)} * * ${days.length === 0 ? '*' : days.join(',')}`,
    time_zone: textOf(window.timezone) ?? 'UTC',
    duration_s: within(draft, thing, 'duration', duration / 1_000, [60, 86_400]),
  })
}
