import { type Client, Pool } from 'undici'

/** What a load generator process is told to do. */
export interface LoadOrder {
  readonly origin: string
  readonly token: string
  /** open: single events at `rate` a second, whatever the answers do; flat: batches as fast as they are answered. */
  readonly kind: 'open' | 'flat'
  readonly rate: number
  readonly seconds: number
  readonly batch: number
  readonly inFlight: number
}

/** What it saw. `accepted`: events answered with 202. */
export interface LoadReport {
  readonly sent: number
  readonly accepted: number
  readonly refused: number
  /** How late the generator itself was at its worst; ms. */
  readonly maxLateMs: number
}

const now = () => performance.timeOrigin + performance.now()

function event(number: number): string {
  return `{"monitor_name":"bench-${number % 200}","status":"degraded","severity":"warning","metadata":{"region":"us-west-2","affected_endpoints":["/api/v1/cart","/api/v1/checkout"],"response_time_ms":1840,"error_rate_pct":12.4,"sent_at":${now().toFixed(3)}}}`
}

async function post(client: Pool | Client, order: LoadOrder, body: string): Promise<boolean> {
  const { statusCode, body: answer } = await client.request({
    path: '/v1/events',
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${order.token}` },
    body,
  })
  await answer.dump()
  return statusCode === 202
}

/** Open loop: event n leaves at its time whether or not earlier ones were answered (no coordinated omission). */
async function openLoop(order: LoadOrder): Promise<LoadReport> {
  const client = new Pool(order.origin, { connections: 64 })
  const total = order.rate * order.seconds
  const start = performance.now() + 100
  const pending: Promise<boolean>[] = []
  let maxLateMs = 0
  for (let number = 0; number < total; ) {
    // Asleep until the next one is due, never spinning: the processor belongs to what is measured.
    const wait = start + (number * 1000) / order.rate - performance.now()
    await new Promise<void>(resolve => setTimeout(resolve, Math.max(1, wait)))
    for (; number < total; number++) {
      const lateMs = performance.now() - start - (number * 1000) / order.rate
      if (lateMs < 0) break
      maxLateMs = Math.max(maxLateMs, lateMs)
      pending.push(post(client, order, event(number)).catch(() => false))
    }
  }
  const answers = await Promise.all(pending)
  await client.close()
  const accepted = answers.filter(Boolean).length
  return { sent: total, accepted, refused: total - accepted, maxLateMs }
}

/** Closed loop: keeps `inFlight` batches under way until the time is up. */
async function flatOut(order: LoadOrder): Promise<LoadReport> {
  const client = new Pool(order.origin, { connections: order.inFlight })
  const end = performance.now() + order.seconds * 1000
  let sent = 0
  let accepted = 0
  const worker = async () => {
    while (performance.now() < end) {
      const batch = Array.from({ length: order.batch }, () => event(sent++))
      if (await post(client, order, `[${batch.join(',')}]`).catch(() => false)) accepted += order.batch
      else await new Promise(resolve => setTimeout(resolve, 20))
    }
  }
  await Promise.all(Array.from({ length: order.inFlight }, worker))
  await client.close()
  return { sent, accepted, refused: sent - accepted, maxLateMs: 0 }
}

if (process.send) {
  process.on('message', async (order: LoadOrder) => {
    process.send?.(order.kind === 'open' ? await openLoop(order) : await flatOut(order))
  })
}
