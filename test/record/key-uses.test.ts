import { afterAll, beforeAll, expect, it } from 'vitest'
import { silentLog } from '../../src/ground/log.ts'
import { KeyUses } from '../../src/record/key-uses.ts'
import { startTestApi, type TestApi } from '../api/harness.ts'
import { TestClock } from '../helpers/clock.ts'

let api: TestApi
beforeAll(async () => {
  api = await startTestApi()
})
afterAll(() => api?.stop())

async function lastUsed(name: string): Promise<string | null> {
  const { body } = await api.call('GET', '/v1/keys')
  return body.data.find((key: { name: string }) => key.name === name).last_used_at
}

it('is shown at once by the node that saw it, and null of a key that nobody used', async () => {
  expect(await lastUsed('admin')).toEqual(expect.any(String))
  expect(await lastUsed('ingest')).toBeNull()
})

it('is written at the stop at the latest, and never goes back', async () => {
  const clock = new TestClock(1_700_000_000_000)
  const { body } = await api.call('GET', '/v1/keys')
  const { id } = body.data.find((key: { name: string }) => key.name === 'ingest')
  const uses = new KeyUses({ database: api.database, clock, log: silentLog })
  await uses.start()
  uses.saw(id)
  await uses.stop()
  expect(await lastUsed('ingest')).toBe('2023-11-14T22:13:20.000Z')

  const late = new KeyUses({
    database: api.database,
    clock: new TestClock(1_600_000_000_000),
    log: silentLog,
  })
  late.saw(id)
  await late.stop()
  expect(await lastUsed('ingest')).toBe('2023-11-14T22:13:20.000Z')
})

it('is written again when the database was away', async () => {
  const clock = new TestClock(1_700_000_100_000)
  const { body } = await api.call('GET', '/v1/keys')
  const { id } = body.data.find((key: { name: string }) => key.name === 'ingest')
  let isAway = true
  const database: TestApi['database'] = {
    query: (statement: string, values: unknown[]) =>
      isAway ? Promise.reject(new Error('away')) : api.database.query(statement, values),
  } as never
  const uses = new KeyUses({ database, clock, log: silentLog })
  await uses.start()
  uses.saw(id)
  clock.advance(60_000)
  isAway = false
  await uses.stop()
  expect(await lastUsed('ingest')).toBe('2023-11-14T22:15:00.000Z')
})
