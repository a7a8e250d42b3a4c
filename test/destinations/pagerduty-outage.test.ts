import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { EventType, Exchange, Status } from '../../src/ground/vocabulary.ts'
import { startTestApp, type TestApp } from '../helpers/app.ts'
import { TestClock } from '../helpers/clock.ts'
import { type Receiver, startReceiver } from '../helpers/receiver.ts'
import { FakePagerDuty } from './fake-pagerduty.ts'
import { LineOfDelivery, type Network } from './line-of-delivery.ts'
import { endpointOf, eventOf, NOW, ROUTING_KEY } from './shipments.ts'

const MINUTE = 60_000
const LONGEST = 200 * MINUTE
/** From here on everything works: before the last retry of what came first. */
const QUIET_AT = 320 * MINUTE

/** How PagerDuty cannot be reached: what is seen, and whether the event was taken all the same. */
const TROUBLES: readonly { seen: Partial<Exchange>; taken: boolean }[] = [
  { seen: { error: { class: 'connection_refused', message: 'refused' } }, taken: false },
  { seen: { error: { class: 'timeout', message: 'no answer' } }, taken: false },
  { seen: { statusCode: 429 }, taken: false },
  { seen: { statusCode: 503 }, taken: false },
  { seen: { error: { class: 'connection_reset', message: 'the answer was lost' } }, taken: true },
]

const incident = fc.record({
  opensAt: fc.nat(60 * MINUTE),
  /** Of the incident's life, in its middle: updates and acknowledgements. */
  between: fc.array(
    fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), acknowledges: fc.boolean() }),
    { maxLength: 4 },
  ),
  lastsMs: fc.integer({ min: 1, max: LONGEST }),
  /** Where in the incident's life PagerDuty is back. */
  backAt: fc.double({ min: 0, max: 1, noNaN: true }),
})

const schedule = fc.record({
  incidents: fc.array(incident, { minLength: 1, maxLength: 3 }),
  /** What goes wrong with one request after another, round and round. */
  troubles: fc.array(fc.nat(TROUBLES.length - 1), { minLength: 1, maxLength: 8 }),
  /** One request in so many still goes wrong when PagerDuty is back; 0: none. */
  stillFails: fc.constantFrom(0, 2, 3, 5),
  latencies: fc.array(fc.integer({ min: 1, max: 5_000 }), { minLength: 1, maxLength: 8 }),
  jitter: fc.double({ min: 0, max: 1, noNaN: true }),
})
type Schedule = typeof schedule extends fc.Arbitrary<infer T> ? T : never

interface Moment {
  readonly at: number
  readonly incidentId: string
  readonly eventType: EventType
  readonly status: Status
}

function momentsOf({ incidents }: Schedule): Moment[] {
  return incidents
    .flatMap(({ opensAt, lastsMs, between }, index) => {
      const incidentId = `inc_${index}`
      const middle = between.map(
        ({ at, acknowledges }): Moment => ({
          at: opensAt + at * lastsMs,
          incidentId,
          eventType: acknowledges ? 'incident.acknowledged' : 'incident.updated',
          status: 'down',
        }),
      )
      return [
        { at: opensAt, incidentId, eventType: 'incident.opened', status: 'down' } as const,
        ...middle,
        { at: opensAt + lastsMs, incidentId, eventType: 'incident.resolved', status: 'operational' } as const,
      ]
    })
    .sort((a, b) => a.at - b.at)
}

/** Down from before each incident opens until somewhere before it resolves. */
function isDown({ incidents }: Schedule, at: number): boolean {
  return incidents.some(({ opensAt, lastsMs, backAt }) => at >= opensAt && at < opensAt + lastsMs * backAt)
}

function networkOf(plan: Schedule, clock: TestClock, pagerDuty: FakePagerDuty): Network {
  let requests = 0
  return ({ body }) => {
    const number = requests++
    const afterMs = plan.latencies[number % plan.latencies.length] as number
    const at = clock.now() - NOW
    const isShaky = at < QUIET_AT && plan.stillFails > 0 && number % plan.stillFails === 1
    const fails = isDown(plan, at) || isShaky
    if (!fails) {
      const { status, body: said } = pagerDuty.take(body.toString())
      return { afterMs, seen: { statusCode: status, responseBody: String(said) } }
    }
    const trouble = TROUBLES[plan.troubles[number % plan.troubles.length] as number]!
    if (trouble.taken) pagerDuty.take(body.toString())
    return { afterMs, seen: trouble.seen }
  }
}

async function play(plan: Schedule): Promise<{ pagerDuty: FakePagerDuty; line: LineOfDelivery }> {
  const clock = new TestClock(NOW)
  const pagerDuty = new FakePagerDuty()
  const network = networkOf(plan, clock, pagerDuty)
  const line = new LineOfDelivery({
    clock,
    endpoints: [endpointOf('pagerduty')],
    network,
    random: () => plan.jitter,
  })
  for (const [index, { at, ...event }] of momentsOf(plan).entries())
    clock.after(at, () => line.accept(eventOf({ monitorName: 'api', ...event }, { eventId: `evt_${index}` })))
  await line.runOut()
  return { pagerDuty, line }
}

describe('when PagerDuty is down as incidents open, and back before they resolve', () => {
  it('nothing is left open there, and every recovery is delivered, in 1,000 schedules', async () => {
    await fc.assert(
      fc.asyncProperty(schedule, async plan => {
        const { pagerDuty, line } = await play(plan)
        expect(pagerDuty.open).toEqual([])
        const delivered = line.results.filter(({ status }) => status === 'delivered')
        const last = momentsOf(plan).flatMap(({ eventType }, index) =>
          eventType === 'incident.resolved' ? `evt_${index}` : [],
        )
        expect(delivered.map(({ delivery }) => delivery.eventId)).toEqual(expect.arrayContaining(last))
      }),
      { numRuns: 1_000, seed: 4 },
    )
  })

  it('whoever is on call is paged when it is back, although only an acknowledgement is left to say so', async () => {
    const plan: Schedule = {
      incidents: [{ opensAt: 0, lastsMs: LONGEST, backAt: 0.1, between: [{ at: 0.01, acknowledges: true }] }],
      troubles: [3],
      stillFails: 0,
      latencies: [100],
      jitter: 0.5,
    }
    const { pagerDuty } = await play(plan)
    expect(pagerDuty.heardOf('inc_0')).toBe(true)
    expect(pagerDuty.open).toEqual([])
  })
})

describe('from end to end', () => {
  let app: TestApp
  let receiver: Receiver
  const pagerDuty = new FakePagerDuty()

  beforeAll(async () => {
    app = await startTestApp()
    receiver = await startReceiver({ tls: 'good', answer: { status: 503 } })
  })

  afterAll(async () => {
    await app.stop()
    await receiver.close()
  })

  it('an alert that could not be opened is not opened after all, and none stays open', async () => {
    await app.addEndpoint(receiver.url, { kind: 'pagerduty', options: { routing_key: ROUTING_KEY } })
    const incident = { monitor_name: 'api', incident_id: 'inc_1' }
    const [opened] = await app.send({ ...incident, status: 'down', event_type: 'incident.opened' })
    await app.eventually(`/v1/events/${opened?.event_id}`, ({ endpoints }) => endpoints[0]?.attempts > 0)
    receiver.answerWith(({ body }) => pagerDuty.take(body.toString()))
    await app.send({ ...incident, status: 'down', event_type: 'incident.updated' })
    const [resolved] = await app.send({ ...incident, status: 'operational', event_type: 'incident.resolved' })
    await app.eventually(
      `/v1/events/${resolved?.event_id}`,
      ({ endpoints }) => endpoints[0]?.outcome === 'delivered',
    )
    await app.eventually(
      `/v1/events/${opened?.event_id}`,
      ({ endpoints }) => endpoints[0]?.outcome !== 'waiting',
    )
    expect(pagerDuty.open).toEqual([])
  })
})
