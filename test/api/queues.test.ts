import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { systemClock } from '../../src/ground/clock.ts'
import { silentLog } from '../../src/ground/log.ts'
import { Partitions } from '../../src/store/partitions.ts'
import { attemptOf, makeEndpoint, readable, sendEvent, startNode, writeDown } from './feed-fixtures.ts'
import { type Answer, startReceiver, startTestApi, type Tenant, type TestApi } from './harness.ts'

const OPS = '/v1/queues/ops-integrations'

let api: TestApi
let tenant: Tenant
let endpointId: string
let names = 0

beforeAll(async () => {
  api = await startTestApi()
  tenant = api.first
  endpointId = await makeEndpoint(api, tenant)
})
afterAll(() => api?.stop())

const read = (query: string, queue = OPS, url?: string): Promise<Answer> =>
  url === undefined
    ? api.call('GET', `${queue}/messages?${query}`, { key: tenant.keys.read })
    : fetch(`${url}${queue}/messages?${query}`, {
        headers: { authorization: `Bearer ${tenant.keys.read}` },
      }).then(async response => ({
        status: response.status,
        headers: response.headers,
        body: await response.json(),
      }))

const ack = (consumer: string, cursor: string, queue = OPS): Promise<Answer> =>
  api.call('POST', `${queue}/ack`, { key: tenant.keys.read, body: { consumer, cursor } })

/** A consumer that begins now. */
async function newConsumer(): Promise<string> {
  const name = `consumer-${++names}`
  expect((await read(`consumer=${name}&from=now`)).body.data).toEqual([])
  return name
}

/** An event and attempts of its delivery, written down one after another. */
async function attempts(
  monitor: string,
  outcomes: readonly ('delivered' | 'retry' | 'failed')[] = ['delivered'],
  more: { severity?: string; event_type?: string; metadata?: object } = {},
): Promise<string> {
  const { deliveryIds } = await sendEvent(api, tenant, { monitor_name: monitor, ...more })
  const id = deliveryIds[0] as string
  for (const [retryAttempt, outcome] of outcomes.entries()) {
    await writeDown(api.database, [await attemptOf(api.database, tenant, id, outcome, { retryAttempt })])
  }
  api.services.hub.committed([tenant.workspaceId])
  await readable(api.database)
  return id
}

async function isConsumer(name: string): Promise<boolean> {
  const { rows } = await api.database.query('select 1 from queue_consumers where name = $1', [name])
  return rows.length > 0
}

const monitorsOf = (answer: Answer): string[] =>
  answer.body.data.map((message: { monitor_name: string }) => message.monitor_name)

describe('a queue', () => {
  it('is there from the start, in every workspace', async () => {
    for (const key of [tenant.keys.read, api.second.keys.read]) {
      const { body } = await api.call('GET', '/v1/queues', { key })
      expect(body.data.map((queue: { name: string }) => queue.name)).toEqual(['ops-integrations'])
    }
  })

  it('gives attempt records in order, those of a delivery in the order of its attempts', async () => {
    const consumer = await newConsumer()
    const first = await attempts('a', ['retry', 'retry', 'delivered'])
    const second = await attempts('b', ['retry', 'failed'])
    const { body } = await read(`consumer=${consumer}`)
    const shown = body.data.map((one: { delivery_id: string; retry_attempt: number; outcome: string }) => [
      one.delivery_id,
      one.retry_attempt,
      one.outcome,
    ])
    expect(shown).toEqual([
      [first, 0, 'retry'],
      [first, 1, 'retry'],
      [first, 2, 'delivered'],
      [second, 0, 'retry'],
      [second, 1, 'failed'],
    ])
    const { cursor, ...record } = body.data[2]
    expect(cursor).toEqual(expect.any(String))
    const listed = await api.call('GET', `/v1/attempts?delivery_id=${first}&limit=1`)
    expect(record).toEqual(listed.body.data[0])
  })

  it('gives a message again until it is acknowledged', async () => {
    const consumer = await newConsumer()
    for (const name of ['a', 'b', 'c']) await attempts(name)
    const once = await read(`consumer=${consumer}`)
    expect(await read(`consumer=${consumer}`).then(monitorsOf)).toEqual(['a', 'b', 'c'])
    await ack(consumer, once.body.data[1].cursor)
    expect(await read(`consumer=${consumer}`).then(monitorsOf)).toEqual(['c'])
    await ack(consumer, once.body.cursor)
    expect(await read(`consumer=${consumer}`).then(monitorsOf)).toEqual([])
  })

  it('is acknowledged once or twice, and never backwards', async () => {
    const consumer = await newConsumer()
    for (const name of ['a', 'b', 'c']) await attempts(name)
    const [a, b] = (await read(`consumer=${consumer}`)).body.data
    const there = await ack(consumer, b.cursor)
    expect(there).toMatchObject({ status: 200, body: { consumer, cursor: b.cursor } })
    expect((await ack(consumer, b.cursor)).body).toEqual(there.body)
    expect((await ack(consumer, a.cursor)).body).toEqual(there.body)
    expect(await read(`consumer=${consumer}`).then(monitorsOf)).toEqual(['c'])
  })

  it('has each consumer at its own place', async () => {
    const [one, other] = [await newConsumer(), await newConsumer()]
    await attempts('m')
    await ack(one, (await read(`consumer=${one}`)).body.cursor)
    expect(await read(`consumer=${one}`).then(monitorsOf)).toEqual([])
    expect(await read(`consumer=${other}`).then(monitorsOf)).toEqual(['m'])
  })

  it('begins a new consumer with everything that is kept', async () => {
    await api.call('POST', '/v1/queues', { body: { name: 'kept' } })
    await attempts('before-any-consumer')
    expect(await read('consumer=late', '/v1/queues/kept').then(monitorsOf)).toEqual(['before-any-consumer'])
  })

  it('gives at most as many as asked for, and all of them page by page', async () => {
    const consumer = await newConsumer()
    const sent = Array.from({ length: 25 }, (_, index) => `m-${index}`)
    for (const name of sent) await attempts(name)
    const got: string[] = []
    while (got.length < sent.length) {
      const answer = await read(`consumer=${consumer}&limit=7`)
      expect(answer.body.data.length).toBeLessThanOrEqual(7)
      got.push(...monitorsOf(answer))
      await ack(consumer, answer.body.cursor)
    }
    expect(got).toEqual(sent)
  })

  it('marks test sends', async () => {
    const consumer = await newConsumer()
    const receiver = await startReceiver()
    const endpoint = await api.call('POST', '/v1/endpoints', {
      body: { url: receiver.url, filter: { monitors: ['none'] } },
    })
    await api.call('POST', `/v1/endpoints/${endpoint.body.id}/test`)
    await readable(api.database)
    expect((await read(`consumer=${consumer}`)).body.data).toMatchObject([
      { dry_run: true, endpoint_id: endpoint.body.id },
    ])
    await receiver.stop()
  })
})

describe('waiting for a message', () => {
  it('ends as soon as there is one', async () => {
    const consumer = await newConsumer()
    const waiting = read(`consumer=${consumer}&wait=30`)
    const begun = performance.now()
    await attempts('m')
    expect(monitorsOf(await waiting)).toEqual(['m'])
    expect(performance.now() - begun).toBeLessThan(20_000)
  })

  it('ends as soon as there is one on another node', async () => {
    await api.services.hub.start()
    const node = await startNode(api)
    const consumer = await newConsumer()
    const { deliveryIds } = await sendEvent(api, tenant, { monitor_name: 'm' })
    const waiting = read(`consumer=${consumer}&wait=30`)
    await writeDown(api.database, [
      await attemptOf(api.database, tenant, deliveryIds[0] as string, 'delivered'),
    ])
    const told = performance.now()
    node.hub.committed([tenant.workspaceId])
    expect(monitorsOf(await waiting)).toEqual(['m'])
    expect(performance.now() - told).toBeLessThan(20_000)
    await node.stop()
  })

  it('ends with nothing when the time is over', async () => {
    const consumer = await newConsumer()
    const begun = performance.now()
    const answer = await read(`consumer=${consumer}&wait=0.2`)
    expect(answer).toMatchObject({ status: 200, body: { data: [], cursor: expect.any(String), gap: false } })
    expect(performance.now() - begun).toBeGreaterThanOrEqual(190)
  })

  it('ends at once when the server stops', async () => {
    const node = await startNode(api)
    const waiting = read('consumer=patient&from=now&wait=30', OPS, node.url)
    while (!(await isConsumer('patient'))) await new Promise(setImmediate)
    const begun = performance.now()
    await node.stop()
    expect((await waiting).body).toMatchObject({ data: [] })
    expect(performance.now() - begun).toBeLessThan(20_000)
  })
})

describe('what a queue outlives', () => {
  it('goes on where the consumer was after a restart, on any node', async () => {
    const consumer = await newConsumer()
    for (const name of ['a', 'b']) await attempts(name)
    const before = await startNode(api)
    const first = await read(`consumer=${consumer}&limit=1`, OPS, before.url)
    await ack(consumer, first.body.cursor)
    await before.stop()
    const after = await startNode(api)
    expect(monitorsOf(await read(`consumer=${consumer}`, OPS, after.url))).toEqual(['b'])
    await after.stop()
  })

  it('loses nothing of a transaction that began earlier and commits later', async () => {
    const consumer = await newConsumer()
    const early = await sendEvent(api, tenant, { monitor_name: 'early' })
    const late = await sendEvent(api, tenant, { monitor_name: 'late' })
    const resultOf = (one: { deliveryIds: string[] }) =>
      attemptOf(api.database, tenant, one.deliveryIds[0] as string, 'delivered')
    const [earlyResult, lateResult] = [await resultOf(early), await resultOf(late)]
    const waiting = await api.database.transaction(async tx => {
      await writeDown(tx, [earlyResult])
      await writeDown(api.database, [lateResult])
      const held = await read(`consumer=${consumer}`)
      expect(held.body.data).toEqual([])
      expect((await ack(consumer, held.body.cursor)).status).toBe(200)
      const wait = read(`consumer=${consumer}&wait=30`)
      return () => wait
    })
    expect(monitorsOf(await waiting())).toEqual(['early', 'late'])
  })

  it('says that there may be a gap when a consumer stayed away longer than retention', async () => {
    const consumer = await newConsumer()
    const partitions = new Partitions({
      database: api.database,
      clock: systemClock,
      log: silentLog,
      retentionDays: 30,
      auditRetentionDays: 365,
    })
    await partitions.start()
    await partitions.stop()
    expect((await read(`consumer=${consumer}`)).body.gap).toBe(false)
    await api.database.query(`update queue_consumers set updated_at = '2020-01-01' where name = $1`, [
      consumer,
    ])
    expect((await read(`consumer=${consumer}`)).body.gap).toBe(true)
  })
})

describe('a queue with a filter', () => {
  it('holds what its filter wants', async () => {
    const filters = {
      monitors: { monitors: ['api-*'], exclude_monitors: ['api-test'] },
      severities: { severities: ['critical'] },
      'event-types': { event_types: ['incident.opened'] },
      regions: { regions: ['eu-west-1'] },
      outcomes: { outcomes: ['failed'] },
      endpoints: { endpoint_ids: [endpointId] },
      'other-endpoints': { endpoint_ids: ['ep_other'] },
    }
    for (const [name, filter] of Object.entries(filters)) {
      const made = await api.call('POST', '/v1/queues', { body: { name, filter } })
      expect([made.status, made.headers.get('location')]).toEqual([201, `/v1/queues/${name}`])
      expect(made.body.filter).toMatchObject(filter)
    }
    await attempts('api-eu', ['retry', 'failed'], { severity: 'critical' })
    await attempts('api-test', ['delivered'], {
      severity: 'warning',
      event_type: 'incident.opened',
      metadata: { region: 'eu-west-1' },
    })
    const got: Record<string, string[]> = {}
    for (const name of Object.keys(filters)) {
      got[name] = (await read('consumer=c', `/v1/queues/${name}`)).body.data.map(
        (one: { monitor_name: string; outcome: string }) => `${one.monitor_name} ${one.outcome}`,
      )
    }
    expect(got).toEqual({
      monitors: ['api-eu retry', 'api-eu failed'],
      severities: ['api-eu retry', 'api-eu failed'],
      'event-types': ['api-test delivered'],
      regions: ['api-test delivered'],
      outcomes: ['api-eu failed'],
      endpoints: ['api-eu retry', 'api-eu failed', 'api-test delivered'],
      'other-endpoints': [],
    })
  })

  it('does not read again what its filter leaves out', async () => {
    await api.call('POST', '/v1/queues', { body: { name: 'picky', filter: { monitors: ['picked'] } } })
    for (let index = 0; index < 3; index++) await attempts('left-out')
    expect(await read('consumer=c', '/v1/queues/picky').then(monitorsOf)).toEqual([])
    const { rows } = await api.database.query(
      `select count(*)::int as count from attempts a, queue_consumers c where c.queue = 'picky' and a.workspace_id = c.workspace_id
       and (a.position, a.id) > (c.position, c.id)`,
    )
    expect(rows[0]).toEqual({ count: 0 })
    await attempts('picked')
    expect(await read('consumer=c', '/v1/queues/picky').then(monitorsOf)).toEqual(['picked'])
  })

  it.each([
    [{ name: 'x', filter: { monitors: ['api-['] } }, 'filter.monitors[0]'],
    [{ name: 'x', filter: { outcomes: ['maybe'] } }, 'filter.outcomes[0]'],
    [{ name: 'a b' }, 'name'],
    [{ name: 'x', fliter: {} }, 'fliter'],
  ])('is refused when it makes no sense: %j', async (body, path) => {
    const answer = await api.call('POST', '/v1/queues', { body })
    expect([answer.status, answer.body.errors[0].path]).toEqual([422, path])
  })
})

describe('the consumers of a queue', () => {
  it('are shown with how far they are behind', async () => {
    await api.call('POST', '/v1/queues', { body: { name: 'shown', filter: { monitors: ['s-*'] } } })
    const queue = '/v1/queues/shown'
    await attempts('s-1')
    await attempts('other')
    await attempts('s-2')
    const { body } = await read('consumer=behind', queue)
    await read('consumer=done', queue)
    await ack('done', body.cursor, queue)
    const shown = await api.call('GET', queue, { key: tenant.keys.read })
    expect(shown.body.consumers).toMatchObject([
      { name: 'behind', lag: { messages: 2, is_capped: false, oldest_at: body.data[0].started_at } },
      { name: 'done', lag: { messages: 0, is_capped: false, oldest_at: null, age_seconds: 0 } },
    ])
    expect(shown.body.consumers[0].lag.age_seconds).toBeGreaterThan(0)
  })

  it('are forgotten when they are deleted', async () => {
    const consumer = await newConsumer()
    expect((await api.call('DELETE', `${OPS}/consumers/${consumer}`)).status).toBe(204)
    expect((await api.call('DELETE', `${OPS}/consumers/${consumer}`)).status).toBe(404)
    const { body } = await read('consumer=looker')
    expect((await ack(consumer, body.cursor)).status).toBe(404)
  })

  it('cannot be acknowledged to a place that is none, or that nobody has reached', async () => {
    const consumer = await newConsumer()
    const ahead = Buffer.from('999999999:1::2026-01-01:att_x').toString('base64url')
    for (const cursor of ['nonsense', ahead]) {
      const answer = await ack(consumer, cursor)
      expect([answer.status, answer.body.errors[0].path]).toEqual([422, 'cursor'])
    }
  })
})

describe('who may', () => {
  it('make and delete queues: an admin; the first one stays', async () => {
    const body = { name: 'mine' }
    expect((await api.call('POST', '/v1/queues', { body, key: tenant.keys.read })).status).toBe(403)
    expect((await api.call('POST', '/v1/queues', { body })).status).toBe(201)
    const again = await api.call('POST', '/v1/queues', { body })
    expect([again.status, again.body.errors[0].path]).toEqual([409, 'name'])
    expect((await api.call('DELETE', '/v1/queues/mine', { key: tenant.keys.read })).status).toBe(403)
    expect((await api.call('DELETE', '/v1/queues/mine')).status).toBe(204)
    expect((await api.call('DELETE', '/v1/queues/mine')).status).toBe(404)
    expect((await api.call('DELETE', OPS)).status).toBe(409)
  })

  it('see a queue: only its workspace', async () => {
    await api.call('POST', '/v1/queues', { body: { name: 'ours' } })
    const key = api.second.keys.admin
    for (const [method, path, body] of [
      ['GET', '/v1/queues/ours'],
      ['GET', '/v1/queues/ours/messages?consumer=c'],
      ['POST', '/v1/queues/ours/ack', { consumer: 'c', cursor: 'x' }],
      ['DELETE', '/v1/queues/ours'],
      ['DELETE', '/v1/queues/ours/consumers/c'],
    ] as const) {
      expect([path, (await api.call(method, path, { key, body })).status]).toEqual([path, 404])
    }
    await attempts('secret')
    const { body } = await api.call('GET', `${OPS}/messages?consumer=c`, { key })
    expect(body.data).toEqual([])
  })
})
