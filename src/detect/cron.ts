import { Cron } from 'croner'
import { LRUCache } from 'lru-cache'
import type { NextOccurrence } from '../decide/decision.ts'
import { messageOf } from '../ground/errors.ts'

const known = new LRUCache<string, Cron>({ max: 10_000 })

/** Five fields (six with seconds, `@daily` and the like too), in an IANA time zone. An expression that is none never occurs. */
export const nextOccurrence: NextOccurrence = (expression, timeZone, after) => {
  if (timeZoneProblem(timeZone) !== null || cronProblem(expression, timeZone) !== null) return null
  return cronOf(expression, timeZone).nextRun(new Date(after))?.getTime() ?? null
}

/** What is wrong with the name of a time zone, in words; null: nothing. */
export function timeZoneProblem(name: string): string | null {
  return isTimeZone(name) ? null : `must be the IANA name of a time zone, such as Europe/Berlin, not ${name}`
}

/** What is wrong with an expression in a time zone that there is, in words; null: nothing. */
export function cronProblem(expression: string, timeZone: string): string | null {
  try {
    cronOf(expression, timeZone)
    return null
  } catch (error) {
    return messageOf(error).replace(/^\w+: /, '')
  }
}

function cronOf(expression: string, timeZone: string): Cron {
  const key = `${timeZone} ${expression}`
  let cron = known.get(key)
  if (!cron) {
    cron = new Cron(expression, { timezone: timeZone, paused: true })
    known.set(key, cron)
  }
  return cron
}

const zones = new LRUCache<string, boolean>({ max: 1_000 })

function isTimeZone(name: string): boolean {
  let known = zones.get(name)
  if (known === undefined) {
    try {
      new Intl.DateTimeFormat('en', { timeZone: name })
      known = true
    } catch {
      known = false
    }
    zones.set(name, known)
  }
  return known
}
