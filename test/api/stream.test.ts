import { connect } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { attempt as attemptSchema } from '../../src/api/schemas/delivery.ts'
import { eventSummary } from '../../src/api/schemas/event.ts'
import { deliveryChange } from '../../src/api/schemas/stream.ts'
import { systemClock } from '../../src/ground/clock.ts'
import { silentLog } from '../../src/ground/log.ts'
import { formatCursor, parseCursor } from '../../src/store/feed-cursor.ts'
import { Partitions } from '../../src/store/partitions.ts'
import {
  attemptOf,
  makeEndpoint,
  openStream,
  readable,
  type StreamClient,
  sendEvent,
  startNode,
  writeDown,
} from './feed-fixtures.ts'
import { startTestApi, type Tenant, type TestApi } from './harness.ts'

let api: TestApi
let tenant: Tenant
let endpointId: string
const clients: StreamClient[] = []

beforeAll(async () => {
  api = await startTestApi()
  tenant = api.first
  endpointId = await makeEndpoint(api, tenant)
})
afterEach(() => {
  vi.useRealTimers()
  for (const client of clients.splice(0)) client.close()
})
afterAll(() => api?.stop())

async function watch(
  options: { query?: string; lastEventId?: string; url?: string } = {},
): Promise<StreamClient> {
  const client = await openStream(options.url ?? api.url, tenant.keys.read, options)
  clients.push(client)
  return client
}

/** An event, and one attempt of its delivery; the hub is told, as by recorder and committer. */
async function happen(
  monitor: string,
  outcome: 'delivered' | 'retry' | 'failed' = 'delivered',
  more: { severity?: string; event_type?: string } = {},
): Promise<{ eventId: string; deliveryId: string }> {
  const { eventId, deliveryIds } = await sendEvent(api, tenant, { monitor_name: monitor, ...more })
  const deliveryId = deliveryIds[0] as string
  await writeDown(api.database, [await attemptOf(api.database, tenant, deliveryId, outcome)])
  api.services.hub.committed([tenant.workspaceId])
  await readable(api.database)
  return { eventId, deliveryId }
}

const kindsOf = (client: StreamClient) => client.messages.map(message => message.event)

describe('the live stream', () => {
  it('says what happens as it happens, in order, in the form of the lists', async () => {
    const client = await watch()
    const { eventId, deliveryId } = await happen('m')
    const [event, begun, attempt, ended] = await client.first(4)
    expect(kindsOf(client)).toEqual(['event', 'delivery', 'attempt', 'delivery'])
    expect(eventSummary.parse(event?.data)).toMatchObject({
      event_id: eventId,
      monitor_name: 'm',
      deliveries: 1,
    })
    expect(deliveryChange.parse(begun?.data)).toMatchObject({
      id: deliveryId,
      status: 'pending',
      endpoint_id: endpointId,
    })
    expect(attemptSchema.parse(attempt?.data)).toMatchObject({
      delivery_id: deliveryId,
      outcome: 'delivered',
    })
    expect(deliveryChange.parse(ended?.data)).toMatchObject({ id: deliveryId, status: 'delivered' })
  })

  it('tells proxies not to hold it back, and clients how soon to come again', async () => {
    const client = await watch()
    expect(client.status).toBe(200)
    expect(client.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
    expect(client.headers.get('x-accel-buffering')).toBe('no')
    expect(client.headers.get('cache-control')).toContain('no-store')
    expect(client.headers.get('x-content-type-options')).toBe('nosniff')
  })

  it('begins now, and not with what was before', async () => {
    await happen('earlier')
    const client = await watch()
    const { eventId } = await happen('later')
    expect((await client.first(1))[0]?.data.event_id).toBe(eventId)
  })

  it('gives everybody the same', async () => {
    const clientsOfIt = await Promise.all([watch(), watch(), watch()])
    for (let index = 0; index < 5; index++) await happen(`m-${index}`)
    const all = await Promise.all(clientsOfIt.map(client => client.first(20)))
    expect(all[1]).toEqual(all[0])
    expect(all[2]).toEqual(all[0])
  })

  it('shows nothing of another workspace', async () => {
    const other = await openStream(api.url, api.second.keys.read)
    clients.push(other)
    const client = await watch()
    await happen('m')
    await client.first(4)
    const foreign = await sendEvent(api, api.second, { monitor_name: 'theirs' })
    expect((await other.first(1))[0]?.data.event_id).toBe(foreign.eventId)
    expect(client.messages).toHaveLength(4)
  })
})

describe('a stream that is resumed', () => {
  it('goes on right after the last message, wherever it was cut: no gap, no repeat', async () => {
    const whole = await watch()
    const places = [whole.lastId()]
    for (let index = 0; index < 3; index++) await happen(`m-${index}`, index === 1 ? 'retry' : 'delivered')
    const all = await whole.first(11)
    places.push(...all.map(message => message.id))
    for (const [seen, lastEventId] of places.entries()) {
      const resumed = await watch({ lastEventId })
      expect(await resumed.first(11 - seen)).toEqual(all.slice(seen))
      resumed.close()
    }
    await happen('last')
    expect((await whole.first(15)).map(message => message.id)).toHaveLength(15)
  })

  it('misses nothing of what goes on while it catches up', async () => {
    const whole = await watch()
    await happen('before')
    const [first] = await whole.first(4)
    let isDone = false
    const going = (async () => {
      for (let index = 0; index < 30; index++) await happen(`busy-${index}`)
      isDone = true
    })()
    const resumed: StreamClient[] = []
    while (!isDone) resumed.push(await watch({ lastEventId: first?.id as string }))
    await going
    const all = await whole.first(124)
    expect(resumed.length).toBeGreaterThan(1)
    for (const client of resumed) expect(await client.first(123)).toEqual(all.slice(1))
  })

  it('takes its place from the query where a header cannot be sent, and from the header before that', async () => {
    const whole = await watch()
    await happen('m')
    const [first, second] = await whole.first(4)
    const byQuery = await watch({ query: `last_event_id=${first?.id}` })
    expect((await byQuery.first(3))[0]?.id).toBe(second?.id)
    const byHeader = await watch({ query: `last_event_id=${first?.id}`, lastEventId: second?.id as string })
    expect((await byHeader.first(2)).map(message => message.event)).toEqual(['attempt', 'delivery'])
  })

  it.each(['last_event_id', 'Last-Event-ID'])(
    'is refused with a place that is none, by name: %s',
    async name => {
      const isQuery = name === 'last_event_id'
      const answer = await api.call('GET', `/v1/stream${isQuery ? '?last_event_id=nonsense' : ''}`, {
        ...(isQuery ? {} : { headers: { 'Last-Event-ID': 'nonsense' } }),
      })
      expect(answer.status).toBe(400)
      expect(answer.body.errors).toEqual([{ path: name, message: expect.any(String) }])
    },
  )

  it('says first that there is a gap, when its place is past retention', async () => {
    const partitions = new Partitions({
      database: api.database,
      clock: systemClock,
      log: silentLog,
      retentionDays: 30,
      auditRetentionDays: 365,
    })
    await partitions.start()
    await partitions.stop()
    const whole = await watch()
    const { eventId } = await happen('m')
    const here = parseCursor((await whole.first(1))[0]?.id as string)
    const old = formatCursor({
      position: (here?.position ?? 0) - 1,
      source: 'event',
      id: '',
      part: null,
      day: '2020-01-01',
    })
    const resumed = await watch({ lastEventId: old })
    const [gap, next] = await resumed.first(2)
    expect(gap).toMatchObject({
      event: 'gap',
      id: old,
      data: { reason: 'retention', message: expect.any(String) },
    })
    expect(next?.data.event_id).toBe(eventId)
  })

  it('says first that there is a gap, when its place was never reached, and goes on from now', async () => {
    const ahead = formatCursor({
      position: 999_999_999,
      source: 'event',
      id: '',
      part: null,
      day: '2026-01-01',
    })
    const client = await watch({ lastEventId: ahead })
    const { eventId } = await happen('m')
    const [gap, next] = await client.first(2)
    expect(gap).toMatchObject({ event: 'gap', data: { reason: 'unknown_place' } })
    expect(next?.data.event_id).toBe(eventId)
  })
})

describe('a filtered stream', () => {
  /** Opens streams with the queries, lets things happen, and gives what each got before the last one. */
  async function compare(queries: readonly string[], things: () => Promise<void>): Promise<string[][]> {
    const start = (await watch()).lastId()
    const live = await Promise.all(queries.map(query => watch({ query })))
    await things()
    const end = await watch({ lastEventId: start })
    await happen('the-end', 'failed', { severity: 'critical', event_type: 'incident.opened' })
    await end.hears(() =>
      end.messages.some(({ data }) => data.monitor_name === 'the-end' && data.status === 'failed'),
    )
    const resumed = await Promise.all(queries.map(query => watch({ query, lastEventId: start })))
    const show = async (client: StreamClient) => {
      await client.hears(() => client.messages.some(({ data }) => data.monitor_name === 'the-end'))
      const last = client.messages.findIndex(message => message.data.monitor_name === 'the-end')
      return client.messages.slice(0, last).map(({ event, data }) => `${event} ${data.monitor_name}`)
    }
    const shown = await Promise.all(live.map(show))
    expect(await Promise.all(resumed.map(show))).toEqual(shown)
    return shown
  }

  it('has only what was asked for, live and resumed alike', async () => {
    const queries = [
      'types=event,attempt',
      'types=attempt&types=delivery&monitor=api-*&monitor=the-end',
      'severity=critical&types=attempt',
      'event_type=incident.opened,metric.cleared&types=delivery',
      `endpoint_id=${endpointId}&types=event&types=attempt`,
      'outcome=failed',
    ]
    const got = await compare(queries, async () => {
      await happen('api-eu', 'retry', { severity: 'critical' })
      await happen('db', 'failed', { severity: 'warning', event_type: 'incident.opened' })
    })
    expect(got).toEqual([
      ['event api-eu', 'attempt api-eu', 'event db', 'attempt db'],
      ['delivery api-eu', 'attempt api-eu'],
      ['attempt api-eu'],
      ['delivery db', 'delivery db'],
      ['attempt api-eu', 'attempt db'],
      ['attempt db'],
    ])
  })

  it('tells its place every 15 s, so that what it leaves out is not read again', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    const filtered = await watch({ query: 'outcome=failed' })
    const whole = await watch()
    const start = filtered.lastId()
    await happen('left-out')
    await whole.first(4)
    vi.advanceTimersByTime(15_000)
    await filtered.hears(() => filtered.lastId() !== start)
    const resumed = await watch({ lastEventId: filtered.lastId() })
    const { eventId } = await happen('next')
    expect((await resumed.first(1))[0]?.data.event_id).toBe(eventId)
    expect(filtered.messages).toEqual([])
  })

  it.each([
    ['types=everything', 'types[0]'],
    ['severity=high', 'severity[0]'],
    ['outcome=maybe', 'outcome[0]'],
    ['monitor=api-[', 'monitor[0]'],
    ['tpyes=event', 'tpyes'],
  ])('refuses %s, and names it', async (query, path) => {
    const answer = await api.call('GET', `/v1/stream?${query}`)
    expect([answer.status, answer.body.errors[0].path]).toEqual([400, path])
  })
})

describe('streams over several nodes', () => {
  it('say what was committed on another one, without waiting for the next look', async () => {
    await api.services.hub.start()
    const node = await startNode(api)
    const client = await watch()
    const { deliveryIds } = await sendEvent(api, tenant, { monitor_name: 'm' })
    await client.first(2)
    await writeDown(api.database, [
      await attemptOf(api.database, tenant, deliveryIds[0] as string, 'delivered'),
    ])
    const told = performance.now()
    node.hub.committed([tenant.workspaceId])
    await client.first(4)
    expect(performance.now() - told).toBeLessThan(20_000)
    await node.stop()
  })

  it('are resumed on another node', async () => {
    const node = await startNode(api)
    const client = await watch()
    await happen('m')
    const [first, ...rest] = await client.first(4)
    const resumed = await watch({ url: node.url, lastEventId: first?.id as string })
    expect(await resumed.first(3)).toEqual(rest)
    await node.stop()
  })
})

describe('a stream and the database', () => {
  it('waits for a transaction that began earlier and commits later, and loses nothing of it', async () => {
    const client = await watch({ query: 'types=attempt' })
    const early = await sendEvent(api, tenant, { monitor_name: 'early' })
    const late = await sendEvent(api, tenant, { monitor_name: 'late' })
    const [earlyResult, lateResult] = await Promise.all(
      [early, late].map(one => attemptOf(api.database, tenant, one.deliveryIds[0] as string, 'delivered')),
    )
    await api.database.transaction(async tx => {
      await writeDown(tx, [earlyResult as never])
      await writeDown(api.database, [lateResult as never])
      api.services.hub.committed([tenant.workspaceId])
      // A stream that begins now has nothing to show yet: the head is where the open transaction is.
      const onlooker = await watch({ query: 'types=attempt' })
      expect(onlooker.messages).toEqual([])
      expect(client.messages).toEqual([])
    })
    const names = (await client.first(2)).map(message => message.data.monitor_name)
    expect(names).toEqual(['early', 'late'])
  })
})

describe('a reader who is too slow', () => {
  it('is let go, so that the others are not held up, and then resumes without a gap', async () => {
    const fast = await watch({ query: 'types=attempt' })
    const start = fast.lastId()
    const { port } = new URL(api.url)
    const socket = connect(Number(port), '127.0.0.1')
    socket.on('error', () => {})
    const closed = new Promise(resolve => socket.once('close', resolve))
    socket.write(
      `GET /v1/stream?types=attempt HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${tenant.keys.read}\r\nLast-Event-ID: ${start}\r\n\r\n`,
    )
    await new Promise(resolve => socket.once('data', resolve))
    socket.pause()
    const { deliveryIds } = await sendEvent(api, tenant, { monitor_name: 'chatty' })
    const responseBody = 'x'.repeat(4_096)
    const connections = () =>
      new Promise<number>(resolve => api.app.server.getConnections((_, n) => resolve(n)))
    const before = await connections()
    let count = 0
    while ((await connections()) >= before && count < 20_000) {
      const results = await Promise.all(
        Array.from({ length: 400 }, () =>
          attemptOf(api.database, tenant, deliveryIds[0] as string, 'retry', { responseBody }),
        ),
      )
      await writeDown(api.database, results)
      api.services.hub.committed([tenant.workspaceId])
      count += 400
      await fast.first(count)
    }
    expect(count).toBeLessThan(20_000)
    socket.resume()
    await closed
    const resumed = await watch({ query: 'types=attempt', lastEventId: start })
    expect((await resumed.first(count)).map(message => message.id)).toEqual(
      fast.messages.map(message => message.id),
    )
  }, 60_000)
})

describe('a key that is revoked', () => {
  it('ends the streams that it opened, and no others', async () => {
    const { body } = await api.call('POST', '/v1/keys', { body: { name: 'guest', scopes: ['read'] } })
    const guest = await openStream(api.url, body.key)
    const client = await watch()
    await api.call('DELETE', `/v1/keys/${body.id}`)
    await guest.ended
    await happen('m')
    expect(await client.first(4)).toHaveLength(4)
  })
})

describe('the server that stops', () => {
  it('ends its streams in good order, and does not wait for them', async () => {
    const node = await startNode(api)
    const client = await watch({ url: node.url })
    const begun = performance.now()
    await node.stop()
    await client.ended
    expect(performance.now() - begun).toBeLessThan(20_000)
  })
})
