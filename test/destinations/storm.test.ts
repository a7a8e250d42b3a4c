import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { destinationFor } from '../../src/deliver/destinations/index.ts'
import type { Endpoint, Exchange } from '../../src/ground/vocabulary.ts'
import { TestClock } from '../helpers/clock.ts'
import { expectWithinLimits, slackBlocks } from './limits.ts'
import { LineOfDelivery } from './line-of-delivery.ts'
import { endpointOf, eventOf, NOW } from './shipments.ts'

const SECOND = 1_000

/** How a request fails: what is seen, and whether Slack shows the message all the same. */
const TROUBLES: readonly { seen: Partial<Exchange>; shown: boolean }[] = [
  { seen: { error: { class: 'timeout', message: 'no answer' } }, shown: true },
  { seen: { statusCode: 500, responseBody: 'rollup_error' }, shown: false },
  { seen: { statusCode: 429, responseHeaders: { 'retry-after': '30' } }, shown: false },
  { seen: { error: { class: 'connection_refused', message: 'refused' } }, shown: false },
]

const slack = (id: string, rest: Partial<Endpoint> = {}) =>
  endpointOf('slack', { id, ratePerSecond: destinationFor('slack').defaultRatePerSecond, ...rest })

interface Post {
  readonly at: number
  readonly message: ReturnType<typeof JSON.parse>
  readonly shown: boolean
}

interface Answer {
  readonly afterMs: number
  readonly seen: Partial<Exchange>
  readonly shown: boolean
}

const OK: Answer = { afterMs: 50, seen: { statusCode: 200, responseBody: 'ok' }, shown: true }

/** A channel of Slack, and the line of delivery to it. */
function channel(
  endpoints: [Endpoint, ...Endpoint[]],
  answer: (number: number, message: Post['message']) => Answer,
  maxInFlight?: number,
) {
  const clock = new TestClock(NOW)
  const posts: Post[] = []
  const line = new LineOfDelivery({
    clock,
    endpoints,
    random: () => 0.5,
    ...(maxInFlight !== undefined && { maxInFlight }),
    network: ({ body }) => {
      expectWithinLimits('slack', body)
      const message = JSON.parse(body)
      const { afterMs, seen, shown } = answer(posts.length, message)
      posts.push({ at: clock.now(), message, shown })
      return { afterMs, seen }
    },
  })
  return { clock, posts, line }
}

/** The lines of a message, one for each monitor that it names. */
function toldBy(message: Post['message']): { monitor: string; resolved: boolean }[] {
  const text = slackBlocks(message)
    .flatMap(block => [
      block.text?.text ?? '',
      ...(block.fields ?? []).map((one: { text: string }) => one.text),
    ])
    .join('\n')
  const single = /\*Monitor\*\n`([^`]+)`/.exec(text)?.[1]
  if (single !== undefined) return [{ monitor: single, resolved: message.text.includes('Incident resolved') }]
  return [...text.matchAll(/`([^`]+)` is .*?(resolved|opened|updated)/g)].map(([, monitor, word]) => ({
    monitor: monitor as string,
    resolved: word === 'resolved',
  }))
}

const plan = fc.record({
  /** Incidents of monitors of their own: when each opens, and how long it lasts. */
  incidents: fc.array(
    fc.record({ at: fc.nat(20 * SECOND), lastsMs: fc.integer({ min: 1, max: 60 * SECOND }) }),
    {
      minLength: 1,
      maxLength: 150,
    },
  ),
  /** What goes wrong with one request after another, round and round; null: nothing. */
  troubles: fc.array(fc.option(fc.nat(TROUBLES.length - 1), { freq: 2 }), { minLength: 1, maxLength: 6 }),
  latencyMs: fc.integer({ min: 1, max: 4_000 }),
  order: fc.constantFrom('latest', 'ordered', 'unordered' as const),
})

describe('a storm at Slack', () => {
  it('comes in few messages that lose nothing and repeat nothing, in random storms', async () => {
    await fc.assert(
      fc.asyncProperty(plan, async ({ incidents, troubles, latencyMs, order }) => {
        const { clock, posts, line } = channel([slack('ep_1', { order })], number => {
          // Everything works in the end.
          const trouble = number < 10 ? (troubles[number % troubles.length] ?? null) : null
          return trouble === null
            ? { ...OK, afterMs: latencyMs }
            : { afterMs: latencyMs, ...(TROUBLES[trouble] as (typeof TROUBLES)[number]) }
        })
        let accepted = 0
        for (const [index, { at, lastsMs }] of incidents.entries()) {
          const known = { monitorName: `m-${index}`, incidentId: `inc_${index}` }
          const accept = (input: object) => () =>
            line.accept(eventOf({ ...known, ...input } as never, { eventId: `evt_${accepted++}` }))
          clock.after(at, accept({ status: 'down', eventType: 'incident.opened' }))
          clock.after(at + lastsMs, accept({ status: 'operational', eventType: 'incident.resolved' }))
        }
        await line.runOut()

        // Every delivery is over, once.
        const over = line.results.filter(({ status }) => status !== 'pending')
        expect(new Set(over.map(({ delivery }) => delivery.id)).size).toBe(accepted)
        expect(over).toHaveLength(accepted)
        expect(over.filter(({ status }) => status === 'failed')).toEqual([])
        // A digest's deliveries have its request, and there are as many as it says.
        const requests = Map.groupBy(
          line.results.flatMap(({ attempt }) => attempt ?? []),
          ({ requestId }) => requestId,
        )
        for (const attempts of requests.values())
          expect(attempts.map(({ digestSize }) => digestSize)).toEqual(attempts.map(() => attempts.length))
        expect(requests.size).toBe(posts.length)
        // Slack's own limit.
        for (const [index, { at }] of posts.entries())
          if (index > 0) expect(at - (posts[index - 1] as Post).at).toBeGreaterThanOrEqual(SECOND - 1)
        // Each monitor is named, and what was said last of it is that it is over.
        const said = new Map<string, boolean[]>()
        for (const { message } of posts.filter(({ shown }) => shown))
          for (const { monitor, resolved } of toldBy(message))
            said.set(monitor, [...(said.get(monitor) ?? []), resolved])
        expect(said.size).toBe(incidents.length)
        // Where order is kept, no opening follows its end.
        if (order !== 'unordered')
          for (const words of said.values())
            expect(words.lastIndexOf(false)).toBeLessThan(words.indexOf(true))
      }),
      { numRuns: 150, seed: 4 },
    )
  })

  it('of two hundred monitors is told in a few seconds', async () => {
    const { posts, line } = channel([slack('ep_1')], () => OK)
    for (let index = 0; index < 200; index++)
      line.accept(eventOf({ monitorName: `m-${index}`, status: 'down', eventType: 'incident.opened' }))
    await line.runOut()
    expect(posts.length).toBeLessThan(6)
    expect(new Set(posts.flatMap(({ message }) => toldBy(message).map(({ monitor }) => monitor))).size).toBe(
      200,
    )
    expect(line.results.filter(({ status }) => status === 'delivered')).toHaveLength(200)
  })

  it('takes one place of those that the node has, however many events are in a message', async () => {
    const other = slack('ep_2', { url: 'https://receiver.example/services/T000/B000/another' })
    const hangs = {
      afterMs: 5_000,
      seen: { error: { class: 'timeout', message: 'no answer' } as const },
      shown: false,
    }
    const { clock, posts, line } = channel(
      [slack('ep_1'), other],
      (_, message) => (JSON.stringify(message).includes('quiet') ? OK : hangs),
      5,
    )
    for (let index = 0; index < 80; index++)
      line.accept(eventOf({ monitorName: `m-${index}`, status: 'down' }, { eventId: `evt_${index}` }))
    clock.after(2_500, () => line.accept(eventOf({ monitorName: 'quiet', status: 'down' }), other))
    await line.runOut()
    const quiet = posts.find(({ message }) => JSON.stringify(message).includes('quiet'))
    expect(quiet?.at).toBe(NOW + 2_500)
  })

  it('a few events come one by one', async () => {
    const { posts, line } = channel([slack('ep_1')], () => OK)
    for (let index = 0; index < 4; index++)
      line.accept(eventOf({ monitorName: `m-${index}`, status: 'down' }, { eventId: `evt_${index}` }))
    await line.runOut()
    expect(posts.map(({ at }) => at - NOW)).toEqual([0, 1_050, 2_100, 3_150])
  })

  it('a digest that is refused for what it is comes as single messages', async () => {
    const { posts, line } = channel([slack('ep_1')], (_, message) =>
      message.text.includes('events of')
        ? { afterMs: 50, seen: { statusCode: 400, responseBody: 'invalid_blocks' }, shown: false }
        : OK,
    )
    for (let index = 0; index < 10; index++)
      line.accept(eventOf({ monitorName: `m-${index}`, status: 'down' }, { eventId: `evt_${index}` }))
    await line.runOut()
    expect(posts).toHaveLength(11)
    expect(line.results[1]?.reason).toBe(
      'Slack answered 400: invalid_blocks; it was one message for several events, and each is sent by itself next',
    )
    expect(line.results.filter(({ status }) => status === 'delivered')).toHaveLength(10)
  })

  it.each([
    [404, 'no_service'],
    [403, 'action_prohibited'],
  ])(
    'a digest at a webhook that is gone (%i) stops at once, with the reason',
    async (statusCode, responseBody) => {
      const { posts, line } = channel([slack('ep_1')], () => ({
        afterMs: 50,
        seen: { statusCode, responseBody },
        shown: false,
      }))
      for (let index = 0; index < 10; index++)
        line.accept(eventOf({ monitorName: `m-${index}`, status: 'down' }, { eventId: `evt_${index}` }))
      await line.runOut()
      // The first event goes at once, by itself.
      expect(posts).toHaveLength(2)
      expect(line.results.map(({ status, reason }) => [status, reason])).toEqual(
        Array(10).fill(['failed', `Slack answered ${statusCode}: ${responseBody}`]),
      )
    },
  )
})

describe('endpoints of one Slack URL', () => {
  it('have one message a second together, and each has its turn', async () => {
    const endpoints: [Endpoint, Endpoint] = [slack('ep_1'), slack('ep_2')]
    const { clock, posts, line } = channel(endpoints, () => OK)
    // A stream of events to the first, so that it always has something to send.
    for (let index = 0; index < 40; index++)
      clock.after(index * 500, () => line.accept(eventOf({ monitorName: `a-${index}`, status: 'down' })))
    for (let index = 0; index < 3; index++)
      clock.after(5_000, () =>
        line.accept(eventOf({ monitorName: `b-${index}`, status: 'down' }), endpoints[1]),
      )
    await line.runOut()
    const gaps = posts.slice(1).map(({ at }, index) => at - (posts[index] as Post).at)
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(SECOND - 1)
    const ofSecond = posts.filter(({ message }) => JSON.stringify(message).includes('b-'))
    expect(ofSecond.map(({ at }) => at - NOW).at(-1)).toBeLessThan(5_000 + 3 * 2_000 + 500)
  })

  it('do not wait for one that has said all it had to say', async () => {
    const endpoints: [Endpoint, Endpoint] = [slack('ep_1'), slack('ep_2')]
    const { clock, posts, line } = channel(endpoints, () => OK)
    for (let index = 0; index < 20; index++)
      line.accept(eventOf({ monitorName: `a-${index}`, status: 'down' }))
    // The first event, then a digest of all others; a second after that it is the other's turn.
    clock.after(1_500, () => line.accept(eventOf({ monitorName: 'b', status: 'down' }), endpoints[1]))
    await line.runOut()
    expect(posts.map(({ at }) => at - NOW)).toEqual([0, 1_050, 2_100])
  })

  it('all wait when Slack asks for patience', async () => {
    const endpoints: [Endpoint, Endpoint] = [slack('ep_1'), slack('ep_2')]
    const { clock, posts, line } = channel(endpoints, number =>
      number === 0
        ? { afterMs: 50, seen: { statusCode: 429, responseHeaders: { 'retry-after': '30' } }, shown: false }
        : OK,
    )
    line.accept(eventOf({ monitorName: 'a', status: 'down' }))
    clock.after(2_000, () => line.accept(eventOf({ monitorName: 'b', status: 'down' }), endpoints[1]))
    await line.runOut()
    expect(posts.slice(1).every(({ at }) => at - NOW >= 30_000)).toBe(true)
    expect(posts).toHaveLength(3)
  })

  it('of different URLs have a message a second each', async () => {
    const other = slack('ep_2', { url: 'https://receiver.example/services/T000/B000/another' })
    const { posts, line } = channel([slack('ep_1'), other], () => OK)
    line.accept(eventOf({ monitorName: 'a', status: 'down' }))
    line.accept(eventOf({ monitorName: 'b', status: 'down' }), other)
    await line.runOut()
    expect(posts.map(({ at }) => at - NOW)).toEqual([0, 0])
  })
})
