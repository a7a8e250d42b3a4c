import { afterAll, beforeAll, expect, it } from 'vitest'
import { Backlog } from '../../src/deliver/backlog.ts'
import { Held } from '../../src/deliver/held.ts'
import type { Parcel } from '../../src/deliver/parcel.ts'
import { RowWriter } from '../../src/deliver/row-writer.ts'
import { Unwritten } from '../../src/deliver/unwritten.ts'
import { newId } from '../../src/ground/ids.ts'
import { silentLog } from '../../src/ground/log.ts'
import { Database } from '../../src/store/database.ts'
import { TestClock } from '../helpers/clock.ts'
import { createTestDatabase, type TestDatabase } from '../helpers/postgres.ts'

const BUCKET = 7
const NOW = Date.parse('2026-05-14T09:23:11Z')

let server: TestDatabase
let database: Database

beforeAll(async () => {
  server = await createTestDatabase()
  database = new Database({ connection: server.connection, log: silentLog })
  await database.start()
  await database.query('update buckets set epoch = 1')
})
afterAll(async () => {
  await database.stop()
  await server.drop()
})

function parcelAt(now: number): Parcel {
  const eventId = newId('evt', now, BUCKET)
  const delivery = {
    id: newId('dlv', now, BUCKET),
    workspaceId: 'ws_1',
    bucket: BUCKET,
    eventId,
    endpointId: 'ep_1',
    monitorName: 'checkout',
    incidentId: null,
    createdAt: now,
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
    payload: '{}',
    acceptedAt: now,
    dryRun: false,
  }
  return { delivery, event, epoch: 1, readyAt: now, superseded: 0, unwrittenAt: null }
}

/** As an owner before left it. */
async function insert(delivery: Parcel['delivery'], place: 'due' | 'parked'): Promise<void> {
  await database.query(
    `insert into deliveries (bucket, id, day, workspace_id, event_id, event_day, endpoint_id, monitor_name, created_at,
                             status, place, due_at)
     values ($1, $2, $3, 'ws_1', $4, $3, $5, 'checkout', to_timestamp($6), 'pending', $7, to_timestamp($6))`,
    [
      ...[BUCKET, delivery.id, '2026-05-14', delivery.eventId, delivery.endpointId],
      ...[delivery.createdAt / 1000, place],
    ],
  )
}

/** A bucket in hand, and what of it was fetched: of events that are not there, as only those show by themselves. */
function takeBucket({ alone = true } = {}) {
  const clock = new TestClock(NOW)
  const held = new Held({ unwritten: new Unwritten(), alone })
  const rows = new RowWriter({ database, held, dueAt: () => {}, clock, log: silentLog })
  const backlog = new Backlog({ database, held, rows, clock, log: silentLog })
  const fetched: string[] = []
  const parked: string[] = []
  backlog.connect({
    submit: () => {},
    remember: () => {},
    rememberParked: endpointId => parked.push(endpointId),
    payloadGone: ({ delivery }) => fetched.push(delivery.id),
  })
  return { clock, held, bucket: held.open(BUCKET, 1, NOW), rows, backlog, fetched, parked }
}

it('an endpoint’s parked deliveries are not all fetched while some of them could not be parked yet', async () => {
  const { clock, held, backlog, fetched } = takeBucket()
  const parcel = parcelAt(NOW)
  held.admit(parcel)

  await database.query(`
    create function refuse() returns trigger language plpgsql as $$
      begin raise exception using errcode = 'deadlock_detected', message = 'two waited for each other'; end $$`)
  await database.query(
    'create trigger refuse before insert on deliveries for each row execute function refuse()',
  )
  backlog.park(parcel)
  let emptied = 0
  const unpark = () =>
    clock.runUntil(
      new Promise<void>(resolve => {
        backlog.unpark('ep_1', BUCKET, 10, { arrived: () => resolve(), emptied: () => emptied++ })
      }),
    )
  await unpark()
  expect([emptied, fetched]).toEqual([0, []])

  await database.query('drop trigger refuse on deliveries')
  await unpark()
  expect([emptied, fetched]).toEqual([1, [parcel.delivery.id]])
})

it('an endpoint’s parked deliveries are all fetched, those that are on their way into the table too', async () => {
  const { clock, held, backlog, fetched } = takeBucket()
  const parcels = Array.from({ length: 250 }, (_, index) => parcelAt(NOW + index))
  for (const parcel of parcels) {
    held.admit(parcel)
    backlog.park(parcel)
  }
  // Parking begins, in statements of some each.
  clock.advance(20)
  let emptied = 0
  await new Promise<void>(resolve => {
    backlog.unpark('ep_1', BUCKET, 1_000, { arrived: () => resolve(), emptied: () => emptied++ })
  })
  expect(emptied).toBe(1)
  expect(fetched.length).toBe(parcels.length)
})

it('an endpoint’s parked deliveries are not all fetched when a commit parked more meanwhile', async () => {
  const { backlog } = takeBucket()
  let emptied = 0
  const fetch = (meanwhile = () => {}) =>
    new Promise<void>(resolve => {
      backlog.unpark('ep_1', BUCKET, 10, { arrived: () => resolve(), emptied: () => emptied++ })
      meanwhile()
    })
  await fetch(() => backlog.parked('ep_1', BUCKET))
  expect(emptied).toBe(0)
  await fetch()
  expect(emptied).toBe(1)
})

it('a sweep leaves alone what is being fetched at this moment', async () => {
  const { bucket, backlog, fetched } = takeBucket()
  const { delivery } = parcelAt(NOW - 60_000)
  await insert(delivery, 'due')
  bucket.ready = true
  const lane = database.lane('backlog')
  let swept: Promise<void> | undefined
  await database.transaction(async tx => {
    // Whoever fetches waits for this to end.
    await tx.query('lock table deliveries in exclusive mode')
    backlog.dueAt(BUCKET, NOW - 1)
    while (!bucket.claiming) await new Promise(resolve => setImmediate(resolve))
    swept = backlog.sweep()
  })
  await swept
  while (bucket.claiming) await lane.query('select 1')
  expect(fetched).toEqual([delivery.id])
})

it('a sweep finds what is parked, whoever parked it', async () => {
  const { bucket, backlog, parked } = takeBucket()
  bucket.ready = true
  await insert(parcelAt(NOW - 60_000).delivery, 'parked')
  await backlog.sweep()
  expect(parked).toEqual(['ep_1'])
})

it('rows that are late are written in statements of bounded size, each result meanwhile sparing one', async () => {
  const { held, rows } = takeBucket()
  const count = 1_100
  const parcels = Array.from({ length: count }, (_, index) => ({ ...parcelAt(NOW + index), unwrittenAt: 1 }))
  await database.query(
    `insert into events (bucket, workspace_id, event_id, day, event_type, monitor_name, status, severity, payload,
                         matched, accepted_at, position, epoch)
     select $1, 'ws_1', e.id, '2026-05-14', 'status.changed', 'checkout', 'down', 'critical', '{}',
            jsonb_build_array(jsonb_build_array('ep_1', e.delivery)), now(), 1, 1
     from unnest($2::text[], $3::text[]) as e (id, delivery)`,
    [BUCKET, parcels.map(({ event }) => event.eventId), parcels.map(({ delivery }) => delivery.id)],
  )
  for (const parcel of parcels) held.admit(parcel)
  const [spared] = parcels.slice(-1) as [Parcel]
  const writing = rows.writeOut()
  held.drop(spared)
  await writing
  const { rows: written } = await database.query<{ id: string; place: string }>(
    'select id, place from deliveries where bucket = $1 and id = any ($2)',
    [BUCKET, parcels.map(({ delivery }) => delivery.id)],
  )
  expect(written.length).toBe(count - 1)
  expect(written.some(({ id }) => id === spared.delivery.id)).toBe(false)
  expect(new Set(written.map(({ place }) => place))).toEqual(new Set(['memory']))
  expect(held.size).toBe(count - 1)
})
