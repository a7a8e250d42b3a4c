import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestApp, type TestApp } from '../helpers/app.ts'
import { type Receiver, startReceiver } from '../helpers/receiver.ts'

const MONITORS = 60

let app: TestApp
let slack: Receiver

beforeAll(async () => {
  let isFirst = true
  slack = await startReceiver({
    answer: ({ body }) => {
      const isDigest = body.includes('events of')
      const fails = isDigest && isFirst
      if (isDigest) isFirst = false
      return fails ? { status: 500, body: 'rollup_error' } : { status: 200, body: 'ok' }
    },
  })
  app = await startTestApp()
})

afterAll(async () => {
  await app?.stop()
  await slack?.close()
})

describe('a storm at a Slack endpoint', () => {
  it('is on record: every delivery with its attempts, and each request with all that it carried', async () => {
    const { id } = await app.addEndpoint(slack.url, { kind: 'slack' })
    await app.send(
      Array.from({ length: MONITORS }, (_, index) => ({
        monitor_name: `m-${index}`,
        status: 'down',
        event_type: 'incident.opened',
        incident_id: `inc_${index}`,
      })),
    )
    const list = `/v1/deliveries?endpoint_id=${id}&limit=200`
    await app.eventually(`${list}&status=delivered`, ({ data }) => data.length === MONITORS)
    const { body } = await app.call('GET', `/v1/attempts?endpoint_id=${id}&limit=200`)
    const requests = Map.groupBy(body.data as Attempt[], attempt => attempt.request_id)
    expect(requests.size).toBe(slack.requests.length)
    expect(requests.size).toBeLessThan(8)
    let largest = 0
    for (const [requestId, attempts] of requests) {
      expect(attempts.map(({ digest_size }) => digest_size)).toEqual(attempts.map(() => attempts.length))
      const found = await app.call('GET', `/v1/attempts?request_id=${requestId}&limit=200`)
      expect(idsOf(found.body.data)).toEqual(idsOf(attempts))
      largest = Math.max(largest, attempts.length)
    }
    expect(largest).toBeGreaterThan(20)
    const failed = (body.data as Attempt[]).filter(({ outcome }) => outcome === 'retry')
    expect(failed.length).toBeGreaterThan(20)
    expect(new Set(failed.map(({ status_code }) => status_code))).toEqual(new Set([500]))
    const one = await app.call('GET', `/v1/deliveries/${failed[0]?.delivery_id}`)
    expect(one.body.attempt_log.map(({ retry_attempt }: Attempt) => retry_attempt)).toEqual([0, 1])
  })

  it('has nothing to show of a request that there never was', async () => {
    const { body } = await app.call('GET', '/v1/attempts?request_id=req_nothing')
    expect(body.data).toEqual([])
  })
})

interface Attempt {
  readonly id: string
  readonly request_id: string
  readonly delivery_id: string
  readonly digest_size: number
  readonly outcome: string
  readonly status_code: number | null
  readonly retry_attempt: number
}

function idsOf(attempts: readonly Attempt[]): string[] {
  return attempts.map(({ id }) => id).sort()
}

describe('a storm at one Slack URL, sent by two nodes', () => {
  it('is told whole, at about a message a second from both together', async () => {
    const channel = await startReceiver({ answer: { status: 200, body: 'ok' } })
    const first = await startTestApp()
    const second = await startTestApp({ beside: first })
    try {
      await ownsHalf(second)
      const { id } = await first.addEndpoint(channel.url, { kind: 'slack' })
      const names = Array.from({ length: 120 }, (_, index) => `monitor-${index}-end`)
      const startedAt = Date.now()
      await second.send(names.map(monitor_name => ({ monitor_name, status: 'down' })))
      const list = `/v1/deliveries?endpoint_id=${id}&limit=200`
      await first.eventually(`${list}&status=delivered`, ({ data }) => data.length === names.length)
      const seconds = (Date.now() - startedAt) / 1_000
      const told = channel.requests.map(({ body }) => body.toString()).join()
      expect(names.filter(name => !told.includes(name))).toEqual([])
      // Each node may begin with one at once.
      expect(channel.requests.length).toBeLessThanOrEqual(seconds + 2)
    } finally {
      await second.stop()
      await first.stop()
      await channel.close()
    }
  })
})

/** Resolves when the node has taken over half of the buckets. */
async function ownsHalf({ url, token }: TestApp): Promise<void> {
  for (;;) {
    const answer = await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${token}` } })
    if ((await answer.text()).includes('statuspulse_buckets_owned 32\n')) return
    await new Promise(resolve => setTimeout(resolve, 20))
  }
}
