import type { Severity } from '../ground/vocabulary.ts'

const SEVERITY_WORDS: Readonly<Record<Severity, string>> = {
  critical:
    'critical crit page emergency emerg fatal panic alert disaster blocker high major error err urgent p0 p1 p2 sev0 sev1 sev2',
  warning: 'warning warn average medium moderate minor low ticket p3 p4 sev3 sev4',
  info: 'info information informational notice debug none ok p5 sev5',
}

/** Only words that can mean nothing else: what is `open` or `failed` may be a door or a payment. */
const STATE_WORDS = {
  firing: 'firing alerting alarm triggered problem down degraded critical failing unhealthy',
  resolved: 'resolved recovered cleared ok up normal operational healthy',
} as const

const severities = byWord(SEVERITY_WORDS)
const states = byWord(STATE_WORDS)

/** The severity that a word of another system means, in any case; null: none that we know. */
export function severityOfWord(word: string): Severity | null {
  return severities.get(word.toLowerCase()) ?? null
}

/** Whether a word of another system says that something is wrong or that it is over; null: neither. */
export function stateOfWord(word: string): 'firing' | 'resolved' | null {
  return states.get(word.toLowerCase()) ?? null
}

function byWord<T extends string>(words: Readonly<Record<T, string>>): ReadonlyMap<string, T> {
  return new Map(
    (Object.entries(words) as [T, string][]).flatMap(([meaning, list]) =>
      list.split(' ').map(word => [word, meaning] as const),
    ),
  )
}
