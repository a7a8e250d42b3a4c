import { useSyncExternalStore } from 'react'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto', style: 'narrow' })
const exact = new Intl.DateTimeFormat('en-GB', {
  dateStyle: 'medium',
  timeStyle: 'medium',
})
const clock = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' })

/** `3 min ago`, `in 2 h`. @param at and `now`: ms since the epoch */
export function relativeTime(at: number, now: number): string {
  const distance = at - now
  const size = Math.abs(distance)
  if (size < 5_000) return distance > 0 ? 'in a moment' : 'just now'
  if (size < MINUTE) return relative.format(Math.round(distance / 1000), 'second')
  if (size < HOUR) return relative.format(Math.round(distance / MINUTE), 'minute')
  if (size < DAY) return relative.format(Math.round(distance / HOUR), 'hour')
  return relative.format(Math.round(distance / DAY), 'day')
}

/** In the reader's own zone. */
export function exactTime(at: number): string {
  return exact.format(at)
}

/** `14:03:22.041` */
export function clockTime(at: number): string {
  return `${clock.format(at)}.${String(Math.floor(at) % 1000).padStart(3, '0')}`
}

const minutes = new Intl.DateTimeFormat('en-GB', { timeStyle: 'short' })

/** `14:03` */
export function hourAndMinute(at: number): string {
  return minutes.format(at)
}

const days = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' })

/** `14 May` */
export function dayAndMonth(at: number): string {
  return days.format(at)
}

/** `1.3 s`, `42 min`, `3 h`. @param ms 0 or more */
export function duration(ms: number): string {
  if (ms < 10) return `${trim(ms, 1)} ms`
  if (ms < 1_000) return `${Math.round(ms)} ms`
  if (ms < MINUTE) return `${trim(ms / 1_000, 1)} s`
  if (ms < HOUR) return `${trim(ms / MINUTE, 1)} min`
  if (ms < 2 * DAY) return `${trim(ms / HOUR, 1)} h`
  return `${Math.round(ms / DAY)} days`
}

/** `5:03:09`, for a countdown. */
export function countdown(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  const two = (n: number) => String(n).padStart(2, '0')
  return `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`
}

function trim(value: number, digits: number): string {
  return String(Number(value.toFixed(digits)))
}

const listeners = new Set<() => void>()
let now = Date.now()
let timer: ReturnType<typeof setInterval> | null = null

/** Ms since the epoch, a second apart: one timer for the whole page. */
export function useNow(): number {
  return useSyncExternalStore(listen, () => now)
}

function listen(listener: () => void): () => void {
  listeners.add(listener)
  now = Date.now()
  timer ??= setInterval(() => {
    now = Date.now()
    for (const each of listeners) each()
  }, 1_000)
  return () => {
    listeners.delete(listener)
    if (listeners.size > 0 || timer === null) return
    clearInterval(timer)
    timer = null
  }
}

/** As the browser's field wants it, in the reader's own zone. */
export function localTime(ms: number): string {
  return new Date(ms - new Date(ms).getTimezoneOffset() * 60_000).toISOString().slice(0, 19)
}
