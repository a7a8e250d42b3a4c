import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { followGiven, type GivenIncident, type GivenWord } from '../../src/decide/given.ts'
import { EVENT_TYPES, SEVERITIES, STATUSES } from '../../src/ground/vocabulary.ts'

const WORD: GivenWord = {
  eventId: 'e',
  eventType: 'status.changed',
  status: 'down',
  severity: 'critical',
  incidentId: null,
  region: null,
  affectedEndpoints: [],
  summary: 'gone',
  by: null,
  at: 1,
}

/** What words make of a monitor's incidents, all of them. */
function follow(words: readonly Partial<GivenWord>[]): GivenIncident[] {
  const all = new Map<string, GivenIncident>()
  for (const [at, word] of words.entries()) {
    const open = [...all.values()].filter(({ resolvedAt }) => resolvedAt === null)
    for (const one of followGiven(open, { ...WORD, at, ...word }, () => `inc_${at}`)) all.set(one.id, one)
  }
  return [...all.values()]
}

const inShort = (incidents: readonly GivenIncident[]) =>
  incidents.map(one => `${one.producerId} ${one.openedAt}-${one.resolvedAt ?? ''}`)

describe('an incident of given events', () => {
  it('is its own for each incident_id, and the one of the monitor for events without', () => {
    const found = follow([
      { incidentId: 'a' },
      { incidentId: 'b' },
      { incidentId: 'a', eventType: 'incident.resolved' },
      { status: 'operational' },
    ])
    expect(inShort(found)).toEqual(['a 0-2', 'b 1-3'])
  })

  it('that was opened without an incident_id takes the first that comes', () => {
    const found = follow([{}, { incidentId: 'a' }, { incidentId: 'a', status: 'operational' }])
    expect(inShort(found)).toEqual(['a 0-2'])
  })

  it('is ended by any incident_id where it has none', () => {
    expect(inShort(follow([{}, { incidentId: 'a', eventType: 'incident.resolved' }]))).toEqual(['null 0-1'])
  })

  it('keeps who took it on first, and what is wrong whoever comments', () => {
    const [found] = follow([
      {},
      { eventType: 'incident.acknowledged', by: 'Ana', summary: 'Ana acknowledged' },
      { eventType: 'incident.acknowledged', by: 'Bo' },
      { eventType: 'incident.updated', by: 'Ana', summary: 'Ana: half way' },
    ])
    expect(found).toMatchObject({ acknowledgedAt: 1, acknowledgedBy: 'Ana', summary: 'gone' })
  })

  it('is there once for each id, whatever is said, and none stays open that is over', () => {
    const word = fc.record({
      eventType: fc.constantFrom(...EVENT_TYPES),
      status: fc.constantFrom(...STATUSES),
      severity: fc.constantFrom(...SEVERITIES),
      incidentId: fc.constantFrom(null, 'a', 'b'),
    })
    fc.assert(
      fc.property(fc.array(word), words => {
        const open = follow(words).filter(({ resolvedAt }) => resolvedAt === null)
        expect(new Set(open.map(({ producerId }) => producerId)).size).toBe(open.length)
        const ended = follow([...words, { status: 'operational' }])
        expect(ended.filter(({ resolvedAt }) => resolvedAt === null)).toEqual([])
        for (const one of ended) expect(one.resolvedAt).toBeGreaterThan(one.openedAt)
      }),
    )
  })
})
