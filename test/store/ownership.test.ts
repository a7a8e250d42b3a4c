import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { BUCKETS } from '../../src/ground/bucket.ts'
import { silentLog } from '../../src/ground/log.ts'
import { Database } from '../../src/store/database.ts'
import { Ownership } from '../../src/store/ownership.ts'
import { createTestDatabase, type TestDatabase } from '../helpers/postgres.ts'
import { Signal } from '../helpers/signal.ts'

let server: TestDatabase
let database: Database

beforeAll(async () => {
  server = await createTestDatabase()
  database = new Database({ connection: server.connection, log: silentLog })
  await database.start()
})
afterAll(async () => {
  await database.stop()
  await server.drop()
})

describe('a bucket that could not be let go of in good order', () => {
  it('is given back all the same once it can be, also when there is nobody left to give it to', async () => {
    const changed = new Signal()
    const epochs = new Map<number, number>()
    let beats = 0
    let isBroken = true
    const ownership = new Ownership({
      database,
      log: silentLog,
      nodeId: 'node_one',
      hostname: 'one',
      version: '0.0.0-test',
      leaseSeconds: 60,
      beatMs: 5,
      alone: false,
    })
    ownership.connect({
      gained: (bucket, epoch) => epochs.set(bucket, epoch),
      lost: () => {},
      suspended: () => {},
      resumed: () => {},
      release: async () => {
        if (isBroken) throw new Error('the database broke in the middle of it')
      },
      settled: () => ({ buckets: [], position: 0, day: '2026-05-14' }),
      beat: () => {
        beats++
        changed.fire()
      },
    })
    await ownership.start()
    expect(epochs.size).toBe(BUCKETS)
    await database.query(
      `insert into nodes (id, hostname, version) values ('node_other', 'other', '0.0.0-test')`,
    )
    const before = beats
    await changed.until(() => beats >= before + 3)
    await database.query(`delete from nodes where id = 'node_other'`)
    const broken = beats
    await changed.until(() => beats >= broken + 3)
    isBroken = false
    const healed = beats
    await changed.until(() => beats >= healed + 5)
    const again = [...epochs.values()].filter(epoch => epoch === 2).length
    expect(again).toBe(BUCKETS / 2)
    expect(ownership.owned()).toHaveLength(BUCKETS)
    await ownership.stop()
  })
})

describe('the marks of buckets', () => {
  it('follow a clock that was set back: a day that has not come yet would hide what has no row', async () => {
    const changed = new Signal()
    let beats = 0
    let day = '2031-01-01'
    const ownership = new Ownership({
      database,
      log: silentLog,
      nodeId: 'node_two',
      hostname: 'two',
      version: '0.0.0-test',
      leaseSeconds: 60,
      beatMs: 5,
      alone: false,
    })
    ownership.connect({
      gained: () => {},
      lost: () => {},
      suspended: () => {},
      resumed: () => {},
      release: async () => {},
      settled: () => ({ buckets: ownership.owned(), position: 7, day }),
      beat: () => {
        beats++
        changed.fire()
      },
    })
    const days = async () =>
      (await database.query('select distinct settled_day::text as day from buckets')).rows.map(row => row.day)
    await ownership.start()
    await changed.until(() => beats >= 2)
    expect(await days()).toEqual(['2031-01-01'])
    day = '2026-05-13'
    const before = beats
    await changed.until(() => beats >= before + 2)
    expect(await days()).toEqual(['2026-05-13'])
    await ownership.stop()
  })
})
