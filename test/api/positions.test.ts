import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { attemptOf, makeEndpoint, readable, sendEvent, writeDown } from './feed-fixtures.ts'
import { startTestApi, type TestApi } from './harness.ts'

/** Positions grow from 8 digits to 9 within the attempts below. */
const EDGE = 100_000_000

let api: TestApi
/** Ids of deliveries. */
let written: string[]

beforeAll(async () => {
  api = await startTestApi()
  await makeEndpoint(api, api.first)
  await api.database.query(
    `insert into settings (name, value)
     values ('position_offset', jsonb_build_object('offset', $1::bigint - pg_current_xact_id()::text::bigint))
     on conflict (name) do update set value = excluded.value`,
    [EDGE - 8],
  )
  written = []
  for (let count = 0; count < 12; count++) {
    const { deliveryIds } = await sendEvent(api, api.first, { monitor_name: `m-${count}` })
    const attempt = await attemptOf(api.database, api.first, deliveryIds[0] as string, 'delivered')
    await writeDown(api.database, [attempt])
    written.push(deliveryIds[0] as string)
  }
  await readable(api.database)
  const { rows } = await api.database.query('select position from attempts where position > $1', [EDGE])
  expect(rows.length).toBeGreaterThan(0)
  expect(rows.length).toBeLessThan(12)
})
afterAll(() => api?.stop())

describe('where positions get a digit more', () => {
  it('a queue gives every message, in order', async () => {
    const read: string[] = []
    for (let page = 0; page < written.length; page++) {
      const path = '/v1/queues/ops-integrations'
      const { body } = await api.call('GET', `${path}/messages?consumer=c&limit=1`)
      read.push(...body.data.map((one: { delivery_id: string }) => one.delivery_id))
      await api.call('POST', `${path}/ack`, { body: { consumer: 'c', cursor: body.cursor } })
    }
    expect(read).toEqual(written)
  })

  it.each(['attempts', 'events'])('the list of %s is whole and in order over its pages', async list => {
    const read: { monitor_name: string }[] = []
    let cursor: string | null = ''
    while (cursor !== null) {
      const { body } = await api.call('GET', `/v1/${list}?limit=5${cursor && `&cursor=${cursor}`}`)
      read.push(...body.data)
      cursor = body.next_cursor
    }
    expect(read.map(row => row.monitor_name)).toEqual(written.map((_, count) => `m-${count}`).toReversed())
  })
})
