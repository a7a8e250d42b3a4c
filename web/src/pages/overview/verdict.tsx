import type { DeliveryStats, Endpoint } from '../../api/types.ts'
import { duration } from '../../lib/time.ts'
import { Note, type Tone } from '../../ui/badge.tsx'
import { nameOf } from '../webhooks/endpoint-words.ts'
import { attemptsOf, TARGET_MS } from './figures.ts'

/** An endpoint of whose attempts so many do not get through is in trouble. */
const TROUBLE = 0.2
const MOST_NAMED = 3

/** One sentence: is it us or them? */
export function Verdict({ stats, endpoints }: { stats: DeliveryStats; endpoints: readonly Endpoint[] }) {
  const { tone, text } = verdictOf(stats, endpoints)
  return <Note tone={tone}>{text}</Note>
}

function verdictOf(stats: DeliveryStats, endpoints: readonly Endpoint[]): { tone: Tone; text: string } {
  if (attemptsOf(stats.total) === 0)
    return { tone: 'idle', text: 'Nothing was sent in this time, so there is nothing to judge.' }
  const names = new Map(endpoints.map(endpoint => [endpoint.id, nameOf(endpoint)]))
  const troubled = stats.endpoints
    .filter(its => (its.retry + its.failed) / attemptsOf(its) > TROUBLE)
    .map(({ endpoint_id: id }) => names.get(id) ?? id)
  const ours = stats.total.ours_ms
  const areWeSlow = ours !== null && ours.p99 > TARGET_MS
  const them =
    troubled.length > MOST_NAMED
      ? `${troubled.slice(0, MOST_NAMED).join(', ')} and ${troubled.length - MOST_NAMED} more`
      : troubled.join(' and ')
  if (troubled.length > 0 && areWeSlow)
    return {
      tone: 'bad',
      text: `Us and them: we are slow (p99 ${duration(ours.p99)}), and ${them} refuse or do not answer.`,
    }
  if (troubled.length > 0)
    return {
      tone: 'warn',
      text: `It is them: ${them} ${troubled.length === 1 ? 'refuses or does' : 'refuse or do'} not answer. We are in time.`,
    }
  if (areWeSlow)
    return {
      tone: 'bad',
      text: `It is us, or the way there: p99 from detection to the receiver is ${duration(ours.p99)}, over 200 ms.`,
    }
  return { tone: 'ok', text: 'All is well: receivers answer, and events reach them in time.' }
}
