import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { newId } from '../../src/ground/ids.ts'
import { silentLog } from '../../src/ground/log.ts'
import type { Attempt, Delivery } from '../../src/ground/vocabulary.ts'
import { type Acceptance, insertAcceptances, type Place, type RoutedEvent } from '../../src/store/accept.ts'
import { Database } from '../../src/store/database.ts'
import { ensurePositionsGrow } from '../../src/store/feed.ts'
import { freeLeft, freeUnclear, writeDown } from '../../src/store/places.ts'
import { insertResults } from '../../src/store/results.ts'
import { createTestDatabase, type TestDatabase } from '../helpers/postgres.ts'

const BUCKET = 7
const NOW = Date.parse('2026-05-14T09:23:11Z')

let server: TestDatabase
let database: Database

beforeAll(async () => {
  server = await createTestDatabase()
  database = new Database({ connection: server.connection, log: silentLog })
  await database.start()
  await database.query(`insert into workspaces (id, name) values ('ws_1', 'one')`)
})
afterAll(async () => {
  await database.stop()
  await server.drop()
})
beforeEach(async () => {
  await database.query('delete from deliveries')
  await database.query('delete from events')
  await ownedUnder(1)
})

async function ownedUnder(epoch: number): Promise<void> {
  await database.query(
    `update buckets set epoch = $1, settled_position = 0, settled_day = '-infinity' where bucket = $2`,
    [epoch, BUCKET],
  )
}

/** An event with one delivery. */
function routed(acceptedAt = NOW): { delivery: Delivery; routed: RoutedEvent } {
  const eventId = newId('evt', acceptedAt, BUCKET)
  const delivery: Delivery = {
    id: newId('dlv', acceptedAt, BUCKET),
    workspaceId: 'ws_1',
    bucket: BUCKET,
    eventId,
    endpointId: 'ep_1',
    monitorName: 'checkout',
    incidentId: null,
    createdAt: acceptedAt,
    attempts: 0,
    firstAttemptAt: null,
  }
  const event = {
    workspaceId: 'ws_1',
    eventId,
    bucket: BUCKET,
    eventType: 'status.changed' as const,
    monitorName: 'checkout',
    status: 'down' as const,
    severity: 'critical' as const,
    region: null,
    incidentId: null,
    payload: '{"says":"\\"quoted\\" and \\\\ kept"}',
    acceptedAt,
    dryRun: false,
  }
  return { delivery, routed: { event, deliveries: [delivery] } }
}

const fromOutside = (event: RoutedEvent): Acceptance => ({
  routed: [event],
  replays: [],
  keys: [],
  monitors: [],
})

/** What was decided of a monitor under `epoch`, with its event. */
const decidedUnder = (epoch: number, event: RoutedEvent): Acceptance => ({
  ...fromOutside(event),
  ruling: {
    bucket: BUCKET,
    epoch,
    workspaceId: 'ws_1',
    monitorId: 'mon_1',
    monitorName: 'checkout',
    state: null,
    incidents: [],
    suppressed: [],
    samples: [],
    taken: [],
  },
})

/** Commits by a node that believes to own the bucket under `epoch`. */
function commit(group: readonly Acceptance[], epoch: number | null, place: Place = 'memory') {
  return insertAcceptances(database.lane('accept'), group, { epochOf: () => epoch, placeOf: () => place })
}

/** An event with one delivery, accepted by a node that believes to own the bucket under `epoch`. */
async function accept(epoch: number | null, acceptedAt = NOW): Promise<{ delivery: Delivery; due: boolean }> {
  const { delivery, routed: event } = routed(acceptedAt)
  const inserted = await commit([fromOutside(event)], epoch)
  return { delivery, due: inserted.due.some(({ id }) => id === delivery.id) }
}

async function rows(): Promise<{ id: string; place: string }[]> {
  return (await database.query<{ id: string; place: string }>('select id, place from deliveries order by id'))
    .rows
}

const freeAt = (epoch: number, known: string[] = [], before = NOW) =>
  freeLeft(database.lane('backlog'), { bucket: BUCKET, epoch, now: NOW, before, known })

describe('a delivery without a row', () => {
  it('is named by its event alone while the bucket is the writer’s, and has a row at once where it is not', async () => {
    expect(await accept(1)).toMatchObject({ due: false })
    expect(await rows()).toEqual([])
    const stale = await accept(0)
    const foreign = await accept(null)
    expect([stale.due, foreign.due]).toEqual([true, true])
    expect(await rows()).toEqual([
      { id: stale.delivery.id, place: 'due' },
      { id: foreign.delivery.id, place: 'due' },
    ])
    const { rows: payloads } = await database.query<{ payload: string }>('select payload from events limit 1')
    expect(JSON.parse(payloads[0]?.payload as string)).toEqual({ says: '"quoted" and \\ kept' })
  })

  it('has a row at once where its monitor’s owner decided, but this node does not trust its lease at the moment', async () => {
    const decided = routed()
    const outside = routed()
    const group = [decidedUnder(1, decided.routed), fromOutside(outside.routed)]
    const ids = [decided.delivery.id, outside.delivery.id].sort()
    for (const acceptances of [group, group.toReversed()]) {
      await database.query('delete from deliveries')
      await database.query('delete from events')
      const inserted = await commit(acceptances, null)
      expect(inserted.void.size).toBe(0)
      expect(inserted.due.map(({ id }) => id).sort()).toEqual(ids)
      expect(await rows()).toEqual(ids.map(id => ({ id, place: 'due' })))
    }
  })

  it('is not there at all where what was decided does not count any more', async () => {
    await ownedUnder(2)
    for (const place of ['memory', 'due', 'parked'] as const) {
      for (const epoch of [1, 2, null]) {
        const acceptance = decidedUnder(1, routed().routed)
        const inserted = await commit([acceptance], epoch, place)
        expect([...inserted.void]).toEqual([acceptance])
        expect(inserted.due).toEqual([])
      }
    }
    expect(await rows()).toEqual([])
  })

  it('is written down by the bucket’s next owner, who leaves alone what it accepted itself', async () => {
    const left = await accept(1)
    await ownedUnder(2)
    await accept(2)
    expect(await freeAt(2)).toBe(1)
    expect(await rows()).toEqual([{ id: left.delivery.id, place: 'due' }])
    expect(await freeAt(2)).toBe(0)
  })

  it('is not written down by who owned the bucket before', async () => {
    await accept(1)
    await ownedUnder(2)
    expect(await freeAt(1)).toBe(0)
  })

  it('is written down by a sweep when it is older than that, and not in the owner’s memory', async () => {
    const lost = await accept(1, NOW - 60_000)
    const held = await accept(1, NOW - 60_000)
    await accept(1, NOW)
    expect(await freeAt(1, [held.delivery.id], NOW - 30_000)).toBe(1)
    expect(await rows()).toEqual([{ id: lost.delivery.id, place: 'due' }])
  })

  it('below the mark is not looked for', async () => {
    await accept(1)
    await ownedUnder(2)
    await database.query(
      'update buckets set settled_position = (select max(position) + 1 from events) where bucket = $1',
      [BUCKET],
    )
    expect(await freeAt(2)).toBe(0)
  })

  it('is looked for after a dump was restored into a cluster whose transactions begin lower than the mark', async () => {
    await ownedUnder(1)
    await database.query(
      `update buckets set settled_position = pg_current_xact_id()::text::bigint + 1000000 where bucket = $1`,
      [BUCKET],
    )
    await database.query(`delete from settings where name = 'position_offset'`)
    await ensurePositionsGrow(database)
    await accept(1)
    await database.query('update buckets set epoch = 2 where bucket = $1', [BUCKET])
    expect(await freeAt(2)).toBe(1)
  })

  it('gets its row from its owner, once, and from nobody whose epoch is over', async () => {
    const { delivery } = await accept(1)
    const row = { delivery, place: 'memory' as const, dueAt: null }
    expect(await writeDown(database.lane('backlog'), [{ ...row, epoch: 0 }])).toEqual([])
    expect(await writeDown(database.lane('backlog'), [{ ...row, epoch: 1 }])).toEqual([BUCKET])
    expect(await writeDown(database.lane('backlog'), [{ ...row, epoch: 1 }])).toEqual([])
    expect(await rows()).toEqual([{ id: delivery.id, place: 'memory' }])
  })

  it('gets none when its commit never came true, though its producer sent the event again', async () => {
    const { delivery } = await accept(1)
    const never = { ...delivery, id: newId('dlv', NOW, BUCKET) }
    const unclear = [never, delivery].map(one => ({ delivery: one, epoch: 1, hasRow: false }))
    await freeUnclear(database.lane('backlog'), unclear, NOW)
    expect(await rows()).toEqual([{ id: delivery.id, place: 'due' }])
  })

  it('is looked for among the events since the mark, however many the bucket had before', async () => {
    await accept(1)
    await database.query(
      `insert into events (bucket, workspace_id, event_id, day, event_type, monitor_name, status, severity, payload,
         matched, accepted_at, position, epoch)
       select n % 64, workspace_id, event_id || n, day, event_type, monitor_name || n, status, severity, payload,
         matched, accepted_at, position, epoch
       from events cross join generate_series(1, 12800) n`,
    )
    await database.query('analyze events')
    const { position } = await commit([], 1)
    await database.query('update buckets set settled_position = $1 where bucket = $2', [position, BUCKET])
    const { delivery } = await accept(1)
    const read = await database.transaction(async tx => {
      // As a lane's statements are planned.
      await tx.query('set local plan_cache_mode = force_generic_plan; set local enable_seqscan = off')
      const hold = { bucket: BUCKET, epoch: 2, now: NOW, before: NOW, known: [] }
      await tx.query('update buckets set epoch = 2 where bucket = $1', [BUCKET])
      expect(await freeLeft(tx, hold)).toBe(1)
      const { rows: counts } = await tx.query<{ read: string }>(
        `select sum(pg_stat_get_xact_tuples_fetched(relid)) as read from pg_stat_xact_user_tables
         where relname like 'events%'`,
      )
      return Number(counts[0]?.read)
    })
    expect(await rows()).toEqual([{ id: delivery.id, place: 'due' }])
    expect(read).toBeLessThan(10)
  })
})

describe('a result', () => {
  it('is written down whatever the other side said, NULs included', async () => {
    const { delivery } = await accept(1)
    const said = 'Invalid greeting: \0'
    const attempt: Attempt = {
      id: newId('att', NOW, BUCKET),
      requestId: newId('req', NOW, BUCKET),
      delivery,
      retryAttempt: 0,
      dryRun: false,
      startedAt: NOW,
      outcome: 'failed',
      deliveryStatus: 'failed',
      why: said,
      nextAttemptAt: null,
      digestSize: 1,
      statusCode: null,
      responseHeaders: {},
      responseBody: said,
      error: { class: 'protocol', message: said },
      remoteAddress: null,
      tlsVersion: null,
      httpVersion: null,
      timings: { wait: 0, dns: null, connect: null, tls: null, firstByte: null, total: 0 },
    }
    const result = { delivery, epoch: 1, status: 'failed' as const, dueAt: null, at: NOW }
    await insertResults(database.lane('record'), [
      { ...result, attempt, reason: said },
      { ...result, attempt: null, reason: said },
    ])
    const { rows: written } = await database.query('select error, why, response_body from attempts')
    const kept = 'Invalid greeting: \ufffd'
    expect(written).toEqual([{ error: kept, why: kept, response_body: kept }])
    expect(await rows()).toEqual([{ id: delivery.id, place: 'done' }])
  })
})
