import type { Attempt, Endpoint } from '../../api/types.ts'
import { duration } from '../../lib/time.ts'
import { Note, type Tone } from '../../ui/badge.tsx'
import { nameOf } from '../webhooks/endpoint-words.ts'
import { groupBy, oursOf, percentiles, TARGET_MS } from './figures.ts'

/** An endpoint of whose attempts so many do not get through is in trouble. */
const TROUBLE = 0.2
const MOST_NAMED = 3

/** One sentence: is it us or them? */
export function Verdict({
  attempts,
  endpoints,
}: {
  attempts: readonly Attempt[]
  endpoints: readonly Endpoint[]
}) {
  const { tone, text } = verdictOf(attempts, endpoints)
  return <Note tone={tone}>{text}</Note>
}

function verdictOf(
  attempts: readonly Attempt[],
  endpoints: readonly Endpoint[],
): { tone: Tone; text: string } {
  if (attempts.length === 0)
    return { tone: 'idle', text: 'Nothing was sent in this time, so there is nothing to judge.' }
  const names = new Map(endpoints.map(endpoint => [endpoint.id, nameOf(endpoint)]))
  const troubled = groupBy(attempts, ({ endpoint_id }) => endpoint_id)
    .filter(([, all]) => all.filter(({ outcome }) => outcome !== 'delivered').length / all.length > TROUBLE)
    .map(([id]) => names.get(id) ?? id)
  const ours = percentiles(attempts.filter(({ retry_attempt }) => retry_attempt === 0).map(oursOf))
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
