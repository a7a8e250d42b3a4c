import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { destinationFor } from '../../src/deliver/destinations/index.ts'
import { expectWithinLimits, LIMITS } from './limits.ts'
import { nastyInput } from './nasty.ts'
import { eventOf, shipmentOf } from './shipments.ts'

const KINDS = Object.keys(LIMITS) as (keyof typeof LIMITS)[]

const rest = fc.record({
  superseded: fc.nat(),
  publicUrl: fc.constantFrom(null, 'https://status.example.com'),
  dryRun: fc.boolean(),
})

/** Every text of a JSON document, names included. */
function textsIn(body: string): string[] {
  const texts: string[] = []
  JSON.parse(body, (name, value) => {
    texts.push(name)
    if (typeof value === 'string') texts.push(value)
    return value
  })
  return texts
}

describe.each(KINDS)('every message to %s', kind => {
  it("is valid JSON of well-formed text within the service's limits, whatever is in the event", () => {
    fc.assert(
      fc.property(nastyInput, rest, (event, { dryRun, ...more }) => {
        const shipment = shipmentOf(kind, eventOf(event, { dryRun }), more)
        const { body } = destinationFor(kind).buildRequest(shipment)
        expectWithinLimits(kind, body)
        expect(textsIn(body).filter(one => !one.isWellFormed())).toEqual([])
      }),
      { numRuns: 150 },
    )
  })

  it.each(['"', '\\', '漢', '<', '\ud83d'])(
    'fits when every text that there can be is full of %j',
    character => {
      const full = character.repeat(5_000)
      const own: Record<string, string> = {}
      for (let index = 0; index < 20; index++) {
        own[`${full.slice(0, 300)}${index}`] = full
        own[`${full.slice(0, 200)}link ${index}`] = `https://x.example/?${'漢('.repeat(20 + index)}`
      }
      const known = { region: full, affected_endpoints: Array(500).fill(full.slice(0, 700)), summary: full }
      const numbers = { response_time_ms: 1e300, error_rate_pct: -1.5e-300, duration_ms: 1e300 }
      const input = {
        monitorName: full,
        incidentId: full,
        status: 'unknown',
        eventType: 'incident.acknowledged',
      } as const
      const event = eventOf({ ...input, metadata: { ...own, ...known, ...numbers } }, { dryRun: true })
      const shipment = shipmentOf(kind, event, { superseded: Number.MAX_SAFE_INTEGER })
      expectWithinLimits(kind, destinationFor(kind).buildRequest(shipment).body)
    },
  )

  it('can be made of a payload that is no object, as a test send may have it', () => {
    for (const payload of ['', '[]', 'null', '"x"', '{"metadata":[1]}', '{"timestamp":"soon"}']) {
      const event = eventOf({ monitorName: 'api', status: 'down' }, { payload })
      const { body } = destinationFor(kind).buildRequest(shipmentOf(kind, event))
      expectWithinLimits(kind, body)
      expect(body).toContain('api is down')
    }
  })
})

describe('a mention in a name', () => {
  const event = { monitorName: '<!channel> <@U1> @everyone', status: 'down' } as const
  const own = {
    metadata: { '<!here>': '<!channel>', summary: '<!everyone>', affected_endpoints: ['<!channel>'] },
  }
  const bodyAt = (kind: keyof typeof LIMITS) =>
    destinationFor(kind).buildRequest(shipmentOf(kind, eventOf({ ...event, ...own }))).body

  it('is text in Slack', () => {
    expect(bodyAt('slack')).not.toMatch(/<[!@#](?!date)/)
    expect(bodyAt('slack')).toContain('&lt;!channel&gt;')
  })

  it('calls nobody in Discord', () => {
    expect(JSON.parse(bodyAt('discord')).allowed_mentions).toEqual({ parse: [] })
    expect(JSON.parse(bodyAt('discord')).embeds[0].fields[0].value).toBe(
      '\\<!channel\\> \\<\\@U1\\> \\@everyone',
    )
  })
})

describe.each(KINDS)('the limits of %s', kind => {
  const page = readFileSync('docs/reference/message-limits.md', 'utf8')

  it.each(LIMITS[kind].map(({ what, most, source }) => [what, most.toLocaleString('en-US'), source]))(
    'are in the reference: %s',
    (what, most, source) => {
      expect(page).toContain(`| ${what} | ${most} | <${source}> |`)
    },
  )
})
