import { createHmac, randomBytes } from 'node:crypto'
import { Pool } from 'undici'

/**
 * The bare limit: an undici `dispatch` loop that signs and POSTs the same payload to the same
 * receiver, and does nothing else. Prints deliveries a second as JSON on IPC.
 */
export interface BareOrder {
  readonly origin: string
  readonly seconds: number
  readonly connections: number
}

const key = randomBytes(32).toString('base64')
const secret = `whsec_${key}`

function headersFor(body: Buffer, id: string): Record<string, string> {
  const at = Math.floor(Date.now() / 1000)
  const signature = createHmac('sha256', key, { encoding: 'base64' })
    .update(`${id}.${at}.`)
    .update(body)
    .digest('base64')
  return {
    'content-type': 'application/json',
    'user-agent': 'StatusPulse/bench',
    'x-statuspulse-signature': createHmac('sha256', secret).update(body).digest('hex'),
    'x-statuspulse-timestamp': String(at),
    'webhook-id': id,
    'webhook-timestamp': String(at),
    'webhook-signature': `v1,${signature}`,
    'x-statuspulse-event-id': id,
    'x-statuspulse-event-type': 'status.changed',
    'x-statuspulse-severity': 'warning',
    'x-statuspulse-delivery-id': id,
    'x-statuspulse-request-id': id,
    'retry-attempt': '0',
  }
}

const PAYLOAD = Buffer.from(
  '{"event_id":"evt_01j9z3k8qk7m2x4v6b8n0p2r4t","monitor_name":"bench-17","status":"degraded","timestamp":"2024-05-14T09:23:11Z","metadata":{"region":"us-west-2","affected_endpoints":["/api/v1/cart","/api/v1/checkout"],"response_time_ms":1840,"error_rate_pct":12.4,"event_type":"status.changed","severity":"warning","incident_id":null,"sent_at":1.5}}',
)

async function run({ origin, seconds, connections }: BareOrder): Promise<number> {
  const pool = new Pool(origin, { connections, pipelining: 1 })
  const end = performance.now() + seconds * 1000
  let done = 0
  await new Promise<void>(resolve => {
    let active = connections
    const next = () => {
      if (performance.now() >= end) {
        active--
        if (active === 0) resolve()
        return
      }
      pool.dispatch(
        { path: '/', method: 'POST', headers: headersFor(PAYLOAD, `bare_${done}`), body: PAYLOAD },
        {
          onRequestStart() {},
          onResponseStart() {},
          onResponseData() {},
          onResponseEnd() {
            done++
            next()
          },
          onResponseError() {
            next()
          },
        },
      )
    }
    for (let index = 0; index < connections; index++) next()
  })
  await pool.close()
  return done / seconds
}

process.on('message', async (order: BareOrder) => process.send?.(await run(order)))
