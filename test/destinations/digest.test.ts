import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { destinationFor, type HttpKind, type Shipment } from '../../src/deliver/destinations/index.ts'
import type { EventInput } from '../../src/keep/keeper.ts'
import { expectWithinLimits, slackBlocks } from './limits.ts'
import { nastyInput } from './nasty.ts'
import { eventOf, shipmentOf } from './shipments.ts'

const KINDS = ['slack', 'discord', 'teams'] as const
type Kind = (typeof KINDS)[number]

function digestsOf(kind: HttpKind) {
  const { digest } = destinationFor(kind)
  if (!digest) throw new Error(`${kind} has no digests`)
  return digest
}

function shipmentsOf(kind: Kind, inputs: readonly EventInput[], rest: Partial<Shipment> = {}): Shipment[] {
  return inputs.map((input, index) =>
    shipmentOf(kind, eventOf(input), { deliveryId: `dlv_${String(index).padStart(4, '0')}`, ...rest }),
  )
}

/** The first of them that fit into one message. */
function fitting(kind: Kind, shipments: readonly Shipment[]): Shipment[] {
  let room = digestsOf(kind).room
  return shipments.filter(shipment => {
    room -= digestsOf(kind).weigh(shipment)
    return room >= 0
  })
}

// biome-ignore lint/suspicious/noExplicitAny: tests look at what they expect to be there.
function digestOf(kind: Kind, inputs: readonly EventInput[], rest: Partial<Shipment> = {}): any {
  return JSON.parse(digestsOf(kind).buildRequest(shipmentsOf(kind, inputs, rest)).body)
}

const linesOf = (message: unknown): string[] =>
  slackBlocks(message).flatMap(({ type, text }) => (type === 'section' ? text.text.split('\n') : []))

const name = fc.stringMatching(/^[a-z0-9][a-z0-9._/ -]{0,150}[a-z0-9]$/)

describe.each(KINDS)('a digest for %s', kind => {
  it("is within the service's limits, whatever is in the events", () => {
    fc.assert(
      fc.property(
        fc.array(nastyInput, { minLength: 2, maxLength: 60 }),
        fc.constantFrom(null, `https://status.example.com/${'a'.repeat(150)}`),
        fc.nat(),
        (inputs, publicUrl, superseded) => {
          const all = shipmentsOf(kind, inputs, { publicUrl, superseded: superseded % 1_000_000 })
          const taken = fitting(kind, all)
          fc.pre(taken.length > 1)
          expectWithinLimits(kind, digestsOf(kind).buildRequest(taken).body)
        },
      ),
      { numRuns: 60 },
    )
  })

  it('has room for at least two events, however large they are', () => {
    for (const character of ['"', '&', '<', '漢', '*', '😀']) {
      const full = character.repeat(5_000)
      const input = { monitorName: full, status: 'maintenance', eventType: 'incident.acknowledged' } as const
      const event = eventOf({ ...input, incidentId: full, metadata: { region: full, duration_ms: 1e300 } })
      expect(digestsOf(kind).weigh({ event, superseded: Number.MAX_SAFE_INTEGER }) * 2).toBeLessThanOrEqual(
        digestsOf(kind).room,
      )
    }
  })

  it('names every monitor', () => {
    fc.assert(
      fc.property(fc.uniqueArray(name, { minLength: 2, maxLength: 120 }), names => {
        const inputs = names.map(monitorName => ({ monitorName, status: 'down' }) as const)
        const taken = fitting(kind, shipmentsOf(kind, inputs))
        const body = digestsOf(kind).buildRequest(taken).body.replaceAll('\\', '')
        expect(taken.filter(({ event }) => !body.includes(event.monitorName))).toEqual([])
      }),
      { numRuns: 60 },
    )
  })

  it('tells of some forty monitors at once', () => {
    const inputs = Array.from(
      { length: 200 },
      (_, index): EventInput => ({
        monitorName: `checkout-service-redis-${index}`,
        status: 'down',
        eventType: 'incident.opened',
        incidentId: `inc_${index}`,
        metadata: { region: 'us-west-2' },
      }),
    )
    expect(fitting(kind, shipmentsOf(kind, inputs)).length).toBeGreaterThan(40)
  })
})

describe('a digest', () => {
  const storm: EventInput[] = [
    { monitorName: 'api', status: 'operational', eventType: 'incident.resolved', incidentId: 'inc_1' },
    { monitorName: 'db', status: 'degraded', eventType: 'incident.opened', incidentId: 'inc_2' },
    { monitorName: 'db', status: 'down', eventType: 'incident.updated', incidentId: 'inc_2' },
    { monitorName: 'web', status: 'degraded', severity: 'critical', eventType: 'metric.breached' },
    { monitorName: 'web', status: 'degraded', severity: 'info', eventType: 'metric.breached' },
  ]

  it('says how many events of how many monitors it tells of, and how they stand', () => {
    expect(digestOf('slack', storm).text).toBe('🔴 5 events of 3 monitors: 1 down, 1 degraded, 1 operational')
  })

  it('has the latest state of each incident, the worst first, and the colour of the worst', () => {
    const message = digestOf('slack', storm, { publicUrl: null })
    expect(linesOf(message)).toEqual([
      '🔴 `db` is down · Incident updated · critical · after 1 earlier event',
      '🟡 `web` is degraded · Threshold breached · critical',
      '🟡 `web` is degraded · Threshold breached · info',
      '🟢 `api` is operational · Incident resolved · info',
    ])
    expect(message.attachments[0].color).toBe('#e01e5a')
  })

  it('counts incidents by severity, and links to the console', () => {
    const texts = slackBlocks(digestOf('slack', storm)).flatMap(({ elements = [] }) =>
      elements.map((element: { text: string }) => element.text),
    )
    expect(texts).toEqual([
      '2 critical · 2 info',
      '<https://status.example.com/incidents|Open in StatusPulse>',
    ])
  })

  it('counts the events that were superseded before', () => {
    const [line] = linesOf(digestOf('slack', storm, { superseded: 2 }))
    expect(line).toContain('after 5 earlier events')
  })

  it('calls nobody, whatever a monitor is called', () => {
    const inputs = ['<!channel>', '<@U1>'].map(monitorName => ({ monitorName, status: 'down' }) as const)
    expect(JSON.stringify(digestOf('slack', inputs))).not.toMatch(/<[!@#]/)
    expect(digestOf('discord', inputs).allowed_mentions).toEqual({ parse: [] })
  })
})
