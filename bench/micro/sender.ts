import { fork } from 'node:child_process'
import { createServer, type Socket } from 'node:net'
import { Pool } from 'undici'
import { Sender } from '../../src/deliver/http/sender.ts'

/**
 * What `Sender.send` costs over a bare undici `dispatch` of the same POSTs: both in this process, in
 * turns, against one receiver in a process of its own that answers 200 and does nothing else.
 * Prints requests a second and CPU per request of each round, and the ratios of the medians.
 *
 * node bench/micro/sender.ts [seconds of a round] [rounds] [requests in flight]
 */
interface Round {
  readonly perSecond: number
  /** CPU of this process per request, µs. */
  readonly cpu: number
}

const TEXT =
  '{"event_id":"evt_01j9z3k8qk7m2x4v6b8n0p2r4t","monitor_name":"bench-17","status":"degraded","timestamp":"2024-05-14T09:23:11Z","metadata":{"region":"us-west-2","affected_endpoints":["/api/v1/cart","/api/v1/checkout"],"response_time_ms":1840,"error_rate_pct":12.4,"event_type":"status.changed","severity":"warning","incident_id":null}}'
const BODY = Buffer.from(TEXT)
const HEADERS = {
  'content-type': 'application/json',
  'user-agent': 'StatusPulse/bench',
  'x-statuspulse-signature': 'a'.repeat(64),
  'x-statuspulse-timestamp': '1715678591',
  'webhook-id': 'evt_01j9z3k8qk7m2x4v6b8n0p2r4t',
  'webhook-timestamp': '1715678591',
  'webhook-signature': `v1,${'a'.repeat(44)}`,
  'x-statuspulse-event-id': 'evt_01j9z3k8qk7m2x4v6b8n0p2r4t',
  'x-statuspulse-event-type': 'status.changed',
  'x-statuspulse-severity': 'warning',
  'x-statuspulse-delivery-id': 'dlv_01j9z3k8qk7m2x4v6b8n0p2r4t',
  'x-statuspulse-request-id': 'req_01j9z3k8qk7m2x4v6b8n0p2r4t',
  'retry-attempt': '0',
}

/** Answers every request that arrives whole in what a socket has sent so far. */
function answer(socket: Socket): void {
  const response = 'HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 2\r\n\r\nok'
  let pending = ''
  socket.setEncoding('latin1').setNoDelay(true)
  socket.on('error', () => socket.destroy())
  socket.on('data', (chunk: string) => {
    pending += chunk
    for (let end = pending.indexOf('\r\n\r\n'); end >= 0; end = pending.indexOf('\r\n\r\n')) {
      const length = Number(/content-length: (\d+)/.exec(pending)?.[1] ?? 0)
      if (pending.length < end + 4 + length) return
      pending = pending.slice(end + 4 + length)
      socket.write(response)
    }
  })
}

/** Keeps `inFlight` requests under way for `seconds`; `start` calls back at the end of each. */
async function round(seconds: number, inFlight: number, start: (done: () => void) => void): Promise<Round> {
  const startedAt = performance.now()
  const cpuBefore = process.cpuUsage()
  const end = startedAt + seconds * 1000
  let count = 0
  await new Promise<void>(resolve => {
    let active = inFlight
    const done = () => {
      count++
      if (performance.now() < end) start(done)
      else if (--active === 0) resolve()
    }
    for (let index = 0; index < inFlight; index++) start(done)
  })
  const { user, system } = process.cpuUsage(cpuBefore)
  return { perSecond: (count / (performance.now() - startedAt)) * 1000, cpu: (user + system) / count }
}

async function measure(port: number, seconds: number, rounds: number, inFlight: number): Promise<void> {
  const pool = new Pool(`http://127.0.0.1:${port}`, { connections: inFlight, pipelining: 1 })
  const sender = new Sender({ policy: { allowHttp: true, allowNetworks: ['127.0.0.0/8'] } })
  const url = `http://127.0.0.1:${port}/hook`
  const bare = (done: () => void) => {
    pool.dispatch(
      { path: '/hook', method: 'POST', headers: HEADERS, body: BODY },
      {
        onRequestStart() {},
        onResponseStart() {},
        onResponseData() {},
        onResponseEnd: done,
        onResponseError: (_controller, error) => fail(error),
      },
    )
  }
  const sent = (done: () => void) => {
    sender.send({ url, headers: HEADERS, body: TEXT, timeoutMs: 5000 }).then(observation => {
      if (observation.error) fail(new Error(observation.error.message))
      done()
    })
  }
  await round(1, inFlight, bare)
  await round(1, inFlight, sent)
  const results = { bare: [] as Round[], sender: [] as Round[] }
  for (let index = 0; index < rounds; index++) {
    for (const [name, start] of [
      ['bare', bare],
      ['sender', sent],
    ] as const) {
      const result = await round(seconds, inFlight, start)
      results[name].push(result)
      console.log(
        `${name.padEnd(6)}  ${result.perSecond.toFixed(0).padStart(6)}/s  ${result.cpu.toFixed(1)} µs`,
      )
    }
  }
  const of = (name: keyof typeof results, figure: keyof Round) =>
    results[name].map(result => result[figure]).sort((a, b) => a - b)[rounds >> 1]!
  console.log(
    `ratio of requests/s, sender to bare: ${(of('sender', 'perSecond') / of('bare', 'perSecond')).toFixed(2)}`,
  )
  console.log(
    `ratio of CPU per request, bare to sender: ${(of('bare', 'cpu') / of('sender', 'cpu')).toFixed(2)}`,
  )
  await sender.stop()
  await pool.destroy()
}

function fail(error: Error): void {
  console.error(error)
  process.exit(1)
}

if (process.send) {
  const server = createServer(answer)
  server.listen(0, '127.0.0.1', () => process.send?.((server.address() as { port: number }).port))
  process.on('disconnect', () => process.exit())
} else {
  const [seconds = 2, rounds = 5, inFlight = 64] = process.argv.slice(2).map(Number)
  const receiver = fork(import.meta.filename)
  receiver.once('message', async port => {
    await measure(Number(port), seconds, rounds, inFlight)
    receiver.disconnect()
  })
}
