import { execFileSync } from 'node:child_process'
import { Webhook } from 'standardwebhooks'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestApp, type TestApp } from '../helpers/app.ts'
import { type ReceivedRequest, type Receiver, startReceiver } from '../helpers/receiver.ts'

const SAMPLE = {
  event_id: 'evt_7f3a9c2b1d',
  monitor_name: 'checkout-service-redis',
  status: 'degraded',
  timestamp: '2024-05-14T09:23:11Z',
  metadata: {
    region: 'us-west-2',
    affected_endpoints: ['/api/v1/cart', '/api/v1/checkout'],
    response_time_ms: 1840,
    error_rate_pct: 12.4,
  },
}

let app: TestApp
let receiver: Receiver
let secret: string
let endpointId: string

beforeAll(async () => {
  app = await startTestApp()
  receiver = await startReceiver({ tls: 'good', http2: true })
  const endpoint = await app.addEndpoint(receiver.url)
  secret = endpoint.secret
  endpointId = endpoint.id
})

afterAll(async () => {
  await app.stop()
  await receiver.close()
})

async function received(event: unknown): Promise<ReceivedRequest> {
  const before = receiver.requests.length
  await app.send(event)
  await receiver.received(before + 1)
  return receiver.requests[before] as ReceivedRequest
}

function verify(secretOf: string, request: ReceivedRequest): unknown {
  return new Webhook(secretOf).verify(request.body.toString(), request.headers as Record<string, string>)
}

describe('the payload', () => {
  it("is DESIGN's sample for the sample's values: its five fields and four metadata keys, in order", async () => {
    const { body } = await received(SAMPLE)
    const text = body.toString()
    const sample = JSON.stringify(SAMPLE)
    // What follows the four keys: event_type, severity, incident_id.
    expect(text.startsWith(`${sample.slice(0, -2)},`)).toBe(true)
    expect(text.slice(sample.length - 2)).toBe(
      ',"event_type":"status.changed","severity":"warning","incident_id":null}}',
    )
  })

  it("passes the producer's own metadata on untouched, after ours, in its order", async () => {
    const { body } = await received({
      monitor_name: 'm',
      status: 'down',
      metadata: { zone: { b: 1, a: [null, 'ü\u2028'] }, region: 'eu', '7': true, __proto__x: 1 },
    })
    expect(body.toString()).toMatch(
      /"metadata":\{"region":"eu","affected_endpoints":\[\],"response_time_ms":null,"error_rate_pct":null,"event_type":"status.changed","severity":"critical","incident_id":null,/,
    )
    expect(JSON.parse(body.toString()).metadata).toMatchObject({
      zone: { b: 1, a: [null, 'ü\u2028'] },
      '7': true,
    })
  })

  it('has its timestamp in UTC, with a fraction only where it is not zero', async () => {
    const stamp = async (timestamp: string) =>
      JSON.parse((await received({ monitor_name: 'm', status: 'down', timestamp })).body.toString()).timestamp
    expect(await stamp('2024-05-14T11:23:11.000+02:00')).toBe('2024-05-14T09:23:11Z')
    expect(await stamp('2024-05-14T09:23:11.120300Z')).toBe('2024-05-14T09:23:11.1203Z')
  })
})

describe('a webhook attempt', () => {
  it('carries every header of the contract', async () => {
    const { headers, method } = await received({
      monitor_name: 'api',
      status: 'down',
      event_type: 'incident.opened',
      event_id: 'own.id-1',
    })
    expect(method).toBe('POST')
    expect(headers).toMatchObject({
      'content-type': 'application/json',
      'webhook-id': 'own.id-1',
      'x-statuspulse-event-id': 'own.id-1',
      'x-statuspulse-event-type': 'incident.opened',
      'x-statuspulse-severity': 'critical',
      'retry-attempt': '0',
      'user-agent': 'StatusPulse/0.0.0-test',
    })
    expect(headers['x-statuspulse-signature']).toMatch(/^[0-9a-f]{64}$/)
    expect(headers['x-statuspulse-delivery-id']).toMatch(/^dlv_/)
    expect(headers['x-statuspulse-request-id']).toMatch(/^req_/)
    expect(headers['x-statuspulse-timestamp']).toBe(headers['webhook-timestamp'])
    expect(headers['x-statuspulse-dry-run']).toBeUndefined()
  })

  it('has the X-StatusPulse-Signature that openssl prints for the same bytes', async () => {
    const { headers, body } = await received({ monitor_name: 'größe "x" 😀', status: 'down' })
    const printed = execFileSync('openssl', ['dgst', '-sha256', '-hmac', secret, '-r'], {
      input: body,
    }).toString()
    expect(headers['x-statuspulse-signature']).toBe(printed.split(' ')[0])
  })

  it('is verified by the Standard Webhooks library, and refused with a changed byte', async () => {
    const request = await received({ monitor_name: 'm', status: 'operational' })
    expect(verify(secret, request)).toMatchObject({ monitor_name: 'm' })
    const changed = Buffer.from(request.body)
    changed[20] = (changed[20] as number) ^ 1
    expect(() => verify(secret, { ...request, body: changed })).toThrow()
  })

  it('is signed by both secrets, newest first, while a rotation lasts', async () => {
    const { body } = await app.call('POST', `/v1/endpoints/${endpointId}/rotate-secret`)
    const request = await received({ monitor_name: 'm', status: 'down' })
    expect(request.headers['x-statuspulse-signature']).toMatch(/^[0-9a-f]{64},[0-9a-f]{64}$/)
    expect(verify(body.secret, request)).toBeTruthy()
    expect(verify(secret, request)).toBeTruthy()
    const [newest] = String(request.headers['x-statuspulse-signature']).split(',')
    const printed = execFileSync('openssl', ['dgst', '-sha256', '-hmac', body.secret, '-r'], {
      input: request.body,
    })
    expect(printed.toString().split(' ')[0]).toBe(newest)
  })
})
