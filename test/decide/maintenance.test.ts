import { describe, expect, it } from 'vitest'
import { type MaintenanceWindow, maintenanceAt } from '../../src/decide/maintenance.ts'
import { compileSilence, type SilenceMatcher, silencesAt } from '../../src/decide/silences.ts'
import { DAY, daily, HOUR, START } from './harness.ts'

const once: MaintenanceWindow = {
  id: 'mnt_1',
  name: 'release 12',
  monitors: ['shop-*'],
  when: { kind: 'once', startsAt: START + HOUR, endsAt: START + 2 * HOUR },
}
const nightly: MaintenanceWindow = {
  id: 'mnt_2',
  name: 'backup',
  monitors: [],
  when: { kind: 'recurring', cron: '0 3 * * *', timeZone: 'UTC', durationMs: HOUR },
}

function at(time: number, name: string, ...windows: MaintenanceWindow[]) {
  const { active, changesAt } = maintenanceAt(windows, name, START + time, daily)
  return [active?.id ?? null, changesAt === null ? null : changesAt - START]
}

describe('a maintenance window', () => {
  it('once: is in effect from its start until before its end, for the monitors it names', () => {
    expect(at(0, 'shop-cart', once)).toEqual([null, HOUR])
    expect(at(HOUR, 'shop-cart', once)).toEqual(['mnt_1', 2 * HOUR])
    expect(at(2 * HOUR - 1, 'shop-cart', once)).toEqual(['mnt_1', 2 * HOUR])
    expect(at(2 * HOUR, 'shop-cart', once)).toEqual([null, null])
    expect(at(HOUR, 'blog', once)).toEqual([null, null])
  })

  it('recurring: is in effect from each time that its cron expression names', () => {
    expect(at(0, 'blog', nightly)).toEqual([null, 3 * HOUR])
    expect(at(3 * HOUR, 'blog', nightly)).toEqual(['mnt_2', 4 * HOUR])
    expect(at(4 * HOUR - 1, 'blog', nightly)).toEqual(['mnt_2', 4 * HOUR])
    expect(at(4 * HOUR, 'blog', nightly)).toEqual([null, DAY + 3 * HOUR])
  })

  it('of several: the first in effect counts, and the next change of any', () => {
    expect(at(HOUR, 'shop-cart', once, nightly)).toEqual(['mnt_1', 2 * HOUR])
    expect(at(2 * HOUR, 'shop-cart', once, nightly)).toEqual([null, 3 * HOUR])
  })
})

describe('a silence', () => {
  const subject = {
    monitor: 'shop-cart',
    region: 'eu-1',
    severity: 'warning',
    labels: { team: 'shop' },
  } as const

  function matches(...matchers: SilenceMatcher[]) {
    return compileSilence({ id: 'sil_1', comment: '', startsAt: 0, endsAt: 1, matchers }).matches(subject)
  }

  it.each([
    ['monitor', '=', 'shop-cart', true],
    ['monitor', '=', 'shop-*', false],
    ['monitor', '=~', 'shop-*', true],
    ['monitor', '!~', 'shop-*', false],
    ['region', '!=', 'eu-1', false],
    ['region', '!=', 'us-1', true],
    ['severity', '=', 'warning', true],
    ['team', '=~', 's*', true],
    ['owner', '=', '', true],
    ['owner', '!=', 'ana', true],
    ['toString', '=', '', true],
  ] as const)('with %s %s %s matches: %s', (name, operator, value, expected) => {
    expect(matches({ name, operator, value })).toBe(expected)
  })

  it('matches when all its matchers do', () => {
    const team = { name: 'team', operator: '=', value: 'shop' } as const
    expect(matches(team, { name: 'region', operator: '=', value: 'eu-1' })).toBe(true)
    expect(matches(team, { name: 'region', operator: '=', value: 'us-1' })).toBe(false)
    expect(matches()).toBe(true)
  })

  it('is in effect from its start until before its end', () => {
    const silence = (id: string, startsAt: number, endsAt: number) =>
      compileSilence({ id, comment: '', startsAt, endsAt, matchers: [] })
    const silences = [silence('a', 10, 20), silence('b', 15, 30)]
    const now = (time: number) => {
      const { active, changesAt } = silencesAt(silences, time)
      return [active.map(({ id }) => id).join(), changesAt]
    }
    expect(now(0)).toEqual(['', 10])
    expect(now(10)).toEqual(['a', 15])
    expect(now(15)).toEqual(['a,b', 20])
    expect(now(20)).toEqual(['b', 30])
    expect(now(30)).toEqual(['', null])
  })
})
