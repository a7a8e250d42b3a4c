import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newId, readId } from '../../src/ground/ids.ts'
import type { Attempt, Delivery, DeliveryStatus } from '../../src/ground/vocabulary.ts'
import { findDelivery } from '../../src/store/deliveries-list.ts'
import { insertResults } from '../../src/store/results.ts'
import { startTestApi, type TestApi } from './harness.ts'

let api: TestApi
let endpointId: string
let eventId: string
let deliveryId: string

beforeAll(async () => {
  api = await startTestApi()
  const endpoint = await api.call('POST', '/v1/endpoints', {
    body: { url: 'http://127.0.0.1:18080/', filter: { monitors: ['m'] } },
  })
  endpointId = endpoint.body.id
  ;[eventId, deliveryId] = await send()
})
afterAll(() => api?.stop())

/** An event for the endpoint; its delivery waits, as nobody sends here. */
async function send(): Promise<[string, string]> {
  const { body } = await api.call('POST', '/v1/events', { body: { monitor_name: 'm', status: 'down' } })
  const id = body.data[0].event_id
  const event = await api.call('GET', `/v1/events/${id}`)
  return [id, event.body.endpoints[0].delivery_id]
}

/** Writes an attempt of the delivery down, as its owner would. */
async function attempt(
  id: string,
  retry: number,
  statusCode: number,
  status: DeliveryStatus,
): Promise<string> {
  const stored = await findDelivery(api.database, api.first.workspaceId, id)
  const { bucket } = readId(id) as { bucket: number }
  const startedAt = Date.now()
  const delivery: Delivery = {
    id,
    workspaceId: api.first.workspaceId,
    bucket,
    eventId: stored?.eventId as string,
    endpointId,
    monitorName: 'm',
    incidentId: null,
    createdAt: stored?.createdAt as number,
    attempts: retry,
    firstAttemptAt: retry === 0 ? null : startedAt - 1000,
  }
  const made: Attempt = {
    id: newId('att', startedAt, bucket),
    requestId: newId('req', startedAt, bucket),
    delivery,
    retryAttempt: retry,
    dryRun: false,
    startedAt,
    statusCode,
    responseHeaders: { server: 'test' },
    responseBody: 'busy',
    error: null,
    remoteAddress: '127.0.0.1',
    tlsVersion: null,
    httpVersion: '1.1',
    timings: { wait: 1.23456, dns: null, connect: 0.5, tls: null, firstByte: 2, total: 3 },
    outcome: status === 'delivered' ? 'delivered' : status === 'pending' ? 'retry' : 'failed',
    deliveryStatus: status,
    why: status === 'delivered' ? null : `answered ${statusCode}`,
    nextAttemptAt: status === 'pending' ? startedAt + 1300 : null,
    digestSize: 1,
  }
  const result = {
    delivery,
    epoch: 0,
    attempt: made,
    status,
    reason: made.why,
    dueAt: made.nextAttemptAt,
    at: startedAt,
  }
  await insertResults(api.database.lane('test'), [result])
  return made.id
}

describe('GET /v1/deliveries/{id}', () => {
  it('shows the delivery with its payload and its attempts', async () => {
    const first = await attempt(deliveryId, 0, 503, 'pending')
    const second = await attempt(deliveryId, 1, 400, 'failed')
    const shown = await api.call('GET', `/v1/deliveries/${deliveryId}`)
    expect(shown.body).toMatchObject({
      id: deliveryId,
      event_id: eventId,
      endpoint_id: endpointId,
      status: 'failed',
      attempts: 2,
      last_status_code: 400,
      reason: 'answered 400',
      next_attempt_at: null,
      payload: { event_id: eventId, monitor_name: 'm' },
    })
    expect(shown.body.attempt_log.map((one: { id: string }) => one.id)).toEqual([first, second])
    expect(shown.body.attempt_log[0]).toMatchObject({
      retry_attempt: 0,
      outcome: 'retry',
      status_code: 503,
      timings_ms: { wait: 1.235, dns: null, connect: 0.5, tls: null, first_byte: 2, total: 3 },
      response_headers: { server: 'test' },
      response_body: 'busy',
    })
  })

  it('does not find what there is not', async () => {
    expect((await api.call('GET', '/v1/deliveries/dlv_01jz8m4x5c0gk3v9q2w7d1a0b3')).status).toBe(404)
    expect((await api.call('GET', '/v1/deliveries/nonsense')).status).toBe(404)
  })
})

describe('POST /v1/deliveries/{id}/replay', () => {
  it('makes a new delivery of the same event', async () => {
    const replayed = await api.call('POST', `/v1/deliveries/${deliveryId}/replay`)
    expect(replayed.status).toBe(202)
    expect(replayed.body.replay_of).toBe(deliveryId)
    const fresh = await api.call('GET', `/v1/deliveries/${replayed.body.delivery_id}`)
    expect(fresh.body).toMatchObject({
      event_id: eventId,
      status: 'pending',
      attempts: 0,
      replay_of: deliveryId,
    })
    const event = await api.call('GET', `/v1/events/${eventId}`)
    expect(event.body.endpoints.map((one: { delivery_id: string }) => one.delivery_id)).toEqual([
      deliveryId,
      replayed.body.delivery_id,
    ])
    const ofEvent = await api.call('GET', `/v1/deliveries?event_id=${eventId}`)
    expect(ofEvent.body.data.map((one: { id: string }) => one.id)).toEqual([
      replayed.body.delivery_id,
      deliveryId,
    ])
    expect((await api.call('POST', `/v1/deliveries/${replayed.body.delivery_id}/replay`)).status).toBe(409)
  })
})

describe('GET /v1/deliveries and /v1/attempts', () => {
  const idsOf = async (path: string): Promise<string[]> =>
    (await api.call('GET', path)).body.data.map((one: { id: string }) => one.id)

  it('filter by endpoint, event, monitor, status, code and time', async () => {
    const [otherEvent, other] = await send()
    const otherAttempt = await attempt(other, 0, 200, 'delivered')
    const since = new Date(Date.now() - 3_600_000).toISOString()
    const until = new Date(Date.now() + 3_600_000).toISOString()

    expect(await idsOf('/v1/deliveries?status=delivered')).toEqual([other])
    expect(await idsOf('/v1/deliveries?status_code=400&monitor=m')).toEqual([deliveryId])
    expect(
      await idsOf(`/v1/deliveries?endpoint_id=${endpointId}&status=failed&since=${since}&until=${until}`),
    ).toEqual([deliveryId])
    expect(await idsOf(`/v1/deliveries?since=${until}`)).toEqual([])
    expect(await idsOf(`/v1/deliveries?until=${since}`)).toEqual([])
    expect(await idsOf('/v1/deliveries?endpoint_id=ep_other')).toEqual([])
    expect(await idsOf('/v1/deliveries?event_id=evt_other')).toEqual([])
    expect(await idsOf(`/v1/deliveries?replay_of=${deliveryId}`)).toHaveLength(1)

    expect(await idsOf('/v1/attempts?outcome=delivered')).toEqual([otherAttempt])
    expect(await idsOf(`/v1/attempts?delivery_id=${other}`)).toEqual([otherAttempt])
    expect(await idsOf(`/v1/attempts?event_id=${otherEvent}`)).toEqual([otherAttempt])
    expect(await idsOf(`/v1/attempts?event_id=${otherEvent}&delivery_id=${deliveryId}`)).toEqual([])
    expect(
      await idsOf(`/v1/attempts?event_id=${eventId}&status_code=503&since=${since}&until=${until}`),
    ).toHaveLength(1)
    expect(await idsOf(`/v1/attempts?monitor=m&endpoint_id=${endpointId}`)).toHaveLength(3)
    expect(await idsOf('/v1/attempts?delivery_id=nonsense')).toEqual([])
  })

  it('page through everything once, the latest first, whatever comes meanwhile', async () => {
    for (let index = 0; index < 7; index++) {
      const [, id] = await send()
      await attempt(id, 0, 200, 'delivered')
    }
    for (const list of ['/v1/deliveries', '/v1/attempts']) {
      const all = await idsOf(`${list}?limit=200`)
      const seen: string[] = []
      let cursor: string | null = null
      do {
        const page = await api.call('GET', `${list}?limit=3${cursor ? `&cursor=${cursor}` : ''}`)
        seen.push(...page.body.data.map((one: { id: string }) => one.id))
        cursor = page.body.next_cursor
        const [, id] = await send()
        await attempt(id, 0, 200, 'delivered')
      } while (cursor)
      expect(seen).toEqual(all)
    }
  })
})
