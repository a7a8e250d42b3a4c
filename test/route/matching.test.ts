import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkGlob, isGlob, parseGlob } from '../../src/ground/glob.ts'
import {
  type Endpoint,
  EVENT_TYPES,
  type EventFacts,
  type Filter,
  SEVERITIES,
} from '../../src/ground/vocabulary.ts'
import { whyNot } from '../../src/route/explain.ts'
import { RoutingTable } from '../../src/route/routing-table.ts'

const EVERYTHING: Filter = { monitors: [], excludeMonitors: [], severities: [], eventTypes: [], regions: [] }

function endpointWith(filter: Partial<Filter>, id = 'ep_1', enabled = true): Endpoint {
  return {
    id,
    workspaceId: 'ws_1',
    kind: 'webhook',
    name: id,
    url: 'https://receiver.example/hook',
    filter: { ...EVERYTHING, ...filter },
    headers: {},
    secrets: [],
    successStatuses: [200, 201],
    timeoutMs: 5_000,
    ratePerSecond: null,
    concurrency: 16,
    order: 'unordered',
    enabled,
    disabledReason: null,
    options: {},
    createdAt: 0,
    changedAt: 0,
  }
}

const FACTS: EventFacts = {
  monitorName: 'api-gateway-eu',
  eventType: 'incident.opened',
  severity: 'critical',
  region: 'us-west-2',
}

function matches(filter: Partial<Filter>, facts: Partial<EventFacts> = {}): boolean {
  return new RoutingTable([endpointWith(filter)]).match({ ...FACTS, ...facts }).length === 1
}

describe('a filter', () => {
  it('takes everything when it is empty', () => expect(matches({})).toBe(true))

  it('takes exact names and globs, and what is excluded wins', () => {
    expect(matches({ monitors: ['api-gateway-eu'] })).toBe(true)
    expect(matches({ monitors: ['api-gateway'] })).toBe(false)
    expect(matches({ monitors: ['api-gateway-*'] })).toBe(true)
    expect(matches({ monitors: ['*-eu'] })).toBe(true)
    expect(matches({ monitors: ['db', '*gate*'] })).toBe(true)
    expect(matches({ monitors: ['api-*'], excludeMonitors: ['*-eu'] })).toBe(false)
    expect(matches({ excludeMonitors: ['api-gateway-eu'] })).toBe(false)
  })

  it('takes severities, event types and regions', () => {
    expect(matches({ severities: ['critical', 'warning'] })).toBe(true)
    expect(matches({ severities: ['info'] })).toBe(false)
    expect(matches({ eventTypes: ['incident.resolved'] })).toBe(false)
    expect(matches({ regions: ['us-west-2'] })).toBe(true)
    expect(matches({ regions: ['eu-central-1'] })).toBe(false)
    expect(matches({ regions: ['us-west-2'] }, { region: null })).toBe(false)
  })

  it('matches nothing while the endpoint is disabled', () => {
    expect(new RoutingTable([endpointWith({}, 'ep_1', false)]).match(FACTS)).toEqual([])
  })
})

describe('a glob', () => {
  it.each([
    ['*', 'a/b c', true],
    ['api/*', 'api/v1/cart', true],
    ['*/cart', 'api/v1/cart', true],
    ['a?c', 'a/c', true],
    ['a?c', 'ac', false],
    ['a[bc]d', 'abd', true],
    ['a[!bc]d', 'abd', false],
    ['a[!bc]d', 'axd', true],
    ['a\\*b', 'a*b', true],
    ['a\\*b', 'axb', false],
    ['(a|b)*', 'a', false],
    ['(a|b)*', '(a|b)c', true],
    ['{a,b}*', 'a', false],
    ['!a*', '!ab', true],
    ['!a*', 'b', false],
    ['+(a)*', '+(a)b', true],
    ['*.redis', 'checkout.redis', true],
    ['*.redis', 'checkout-redis', false],
    ['größe-*', 'größe-1', true],
    ['A*', 'ab', false],
    ['*', '', true],
    ['a*b*c', 'abbcbc', true],
    ['a*b*c', 'abbcb', false],
    ['?', '😀', true],
    ['[]x]', ']', true],
    ['[^a-c]', 'b', false],
    ['[a\\]]', ']', true],
    ['[a-]', '-', true],
  ])('%s holds %s: %s', (glob, name, expected) => {
    expect(parseGlob(glob).matches(name)).toBe(expected)
  })

  it('is refused when a bracket or a backslash lacks its other half', () => {
    expect(checkGlob('a[b')).toMatch(/without its other half/)
    expect(checkGlob('a*\\')).toMatch(/takes nothing/)
    expect(checkGlob('a\\\\')).toBeNull()
    expect(checkGlob('api-*')).toBeNull()
  })

  it('with many stars takes no longer than a name and a pattern are long', () => {
    const { matches } = parseGlob(`${'*a'.repeat(90)}*b`)
    const started = performance.now()
    expect(matches('a'.repeat(10_000))).toBe(false)
    expect(performance.now() - started).toBeLessThan(10_000)
  })

  it('holds what a regular expression of the same meaning holds', () => {
    const part = fc.constantFrom('a', 'b', '/', '*', '?', '[ab]', '[!a]')
    const expression = (parts: readonly string[]) =>
      parts.map(one => ({ '*': '.*', '?': '.', '[!a]': '[^a]' })[one] ?? one).join('')
    fc.assert(
      fc.property(
        fc.array(part, { maxLength: 8 }),
        fc.string({ unit: fc.constantFrom('a', 'b', '/'), maxLength: 8 }),
        (parts, name) => {
          const expected = new RegExp(`^${expression(parts)}$`).test(name)
          expect(parseGlob(parts.join('')).matches(name)).toBe(expected)
        },
      ),
      { numRuns: 2_000 },
    )
  })

  it('says what every matching name starts and ends with', () => {
    const part = fc.constantFrom('a', 'b', '-', '/', '.', '*', '?', '[ab]', '\\*', '+')
    fc.assert(
      fc.property(
        fc.array(part, { minLength: 1, maxLength: 6 }),
        fc.string({ unit: fc.constantFrom(...'ab-/.*+'), maxLength: 8 }),
        (parts, name) => {
          const text = parts.join('')
          if (!isGlob(text) || checkGlob(text) !== null) return
          const glob = parseGlob(text)
          if (!glob.matches(name)) return
          expect(name.startsWith(glob.prefix) && name.endsWith(glob.suffix), `${text} / ${name}`).toBe(true)
        },
      ),
      { numRuns: 2_000 },
    )
  })
})

describe('the index', () => {
  const name = fc.constantFrom('api-a', 'api-b', 'db-a', 'db/b', 'cache')
  const pattern = fc.constantFrom('api-a', 'api-*', '*-a', 'db*', '*', '?b*', '*ach*', 'cache', '[ad]*')
  const region = fc.constantFrom('eu', 'us', 'ap')
  const filter = fc.record({
    monitors: fc.array(pattern, { maxLength: 3 }),
    excludeMonitors: fc.array(pattern, { maxLength: 1 }),
    severities: fc.uniqueArray(fc.constantFrom(...SEVERITIES), { maxLength: 2 }),
    eventTypes: fc.uniqueArray(fc.constantFrom(...EVENT_TYPES), { maxLength: 3 }),
    regions: fc.uniqueArray(region, { maxLength: 2 }),
  })
  const facts = fc.record({
    monitorName: name,
    eventType: fc.constantFrom(...EVENT_TYPES),
    severity: fc.constantFrom(...SEVERITIES),
    region: fc.option(fc.oneof(region, fc.constant('elsewhere'))),
  })

  it('says the same as the explanation of each endpoint, for any filters and events', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(filter, fc.boolean()), { maxLength: 12 }),
        fc.array(facts, { minLength: 1, maxLength: 8 }),
        (filters, events) => {
          const endpoints = filters.map(([f, enabled], index) => endpointWith(f, `ep_${index}`, enabled))
          const table = new RoutingTable(endpoints)
          for (const event of [...events, ...events]) {
            const expected = endpoints.filter(endpoint => whyNot(endpoint, event) === null)
            const found = [...table.match(event)].sort((a, b) => endpoints.indexOf(a) - endpoints.indexOf(b))
            expect(found).toEqual(expected)
          }
        },
      ),
    )
  })
})
