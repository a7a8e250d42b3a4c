import { availableParallelism, loadavg } from 'node:os'
import type { Browser, CDPSession, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createClient, followRaw } from '../../sdk/client/src/index.ts'
import { startTestApp, type TestApp } from '../helpers/app.ts'
import { type Receiver, startReceiver } from '../helpers/receiver.ts'
import { Signal } from '../helpers/signal.ts'
import { launchChromium, openConsole } from './console-pages.ts'

/** The load that the page must bear: attempts a second, and for how long. */
const PER_SECOND = 1_000
const SECONDS = Number(process.env.STATUSPULSE_LIVE_SECONDS ?? 60)
const BATCH = 50
const LONGEST_TASK_MS = 100
/** What the heap may differ by between the middle of the run and its end, with the same rows held. */
const GROWTH_BYTES = 8 * 1024 * 1024
/** Readers of the same stream beside the page. */
const OTHERS = 20
/** Once the page holds all the rows that it ever holds. */
const WARM_SECONDS = 5

const browser: Browser | null = await launchChromium()

describe.skipIf(!browser)('The live page under a thousand attempts a second', () => {
  let app: TestApp
  let receiver: Receiver
  beforeAll(async () => {
    receiver = await startReceiver()
    app = await startTestApp()
    await app.addEndpoint(receiver.url, { concurrency: 64 })
  })
  afterAll(async () => {
    await browser?.close()
    await app?.stop()
    await receiver?.close()
  })

  it('answers all the time, and holds no more at the end than in the middle', async () => {
    const { page, context, faults } = await openConsole(browser!, app, {
      size: 'desktop',
      theme: 'light',
      token: app.token,
    })
    await page.goto('/live')
    await page.getByText('live', { exact: true }).waitFor()
    const cdp = await context.newCDPSession(page)
    await cdp.send('HeapProfiler.enable')
    const others = await watch(app)
    await load(WARM_SECONDS)
    await watchLongTasks(page)
    const cpuBefore = await taskSecondsOf(cdp)
    const half = await load(SECONDS / 2).then(() => heapOf(cdp))
    await load(SECONDS / 2)
    const busy = (await taskSecondsOf(cdp)) - cpuBefore
    const end = await heapOf(cdp)
    const tasks = await page.evaluate<number[]>('window.longTasks')
    // It has seen all there was.
    const sent = PER_SECOND * (WARM_SECONDS + SECONDS)
    await shown(page, sent)
    const longest = Math.max(0, ...tasks)
    console.log(
      `live page, ${SECONDS} s at ${PER_SECOND} attempts/s: ${tasks.length} tasks over 50 ms, the longest ${Math.round(longest)} ms; ` +
        `main thread busy ${Math.round((busy / SECONDS) * 100)} %; heap ${megabytes(half)} in the middle, ${megabytes(end)} at the end`,
    )
    const { lags, cut } = await others.end(sent)
    console.log(
      `the server's stream, with ${OTHERS} readers more: an attempt's record reaches a reader ` +
        `${percentile(lags, 0.5)} ms (p50), ${percentile(lags, 0.99)} ms (p99) after its end; ${cut} readers cut`,
    )
    expect(cut).toBe(0)
    expect(lags).toHaveLength(sent)
    expect(faults).toEqual([])
    expect(end - half).toBeLessThan(GROWTH_BYTES)
    // A machine that does more than it can stops the page between two of its own lines.
    if (loadavg()[0]! <= availableParallelism() * 1.5) expect(longest).toBeLessThanOrEqual(LONGEST_TASK_MS)
    else console.log(`not judged: the machine's load is ${loadavg()[0]?.toFixed(1)}`)
    await page.keyboard.press('p')
    await page.getByText('paused').waitFor()
    await context.close()
  })

  /** Sends events at a steady rate, each of which is attempted once, whatever the answers take. */
  async function load(seconds: number): Promise<void> {
    const start = performance.now()
    const answers: Promise<unknown>[] = []
    for (let batch = 0; batch < (seconds * PER_SECOND) / BATCH; batch++) {
      const due = start + (batch * BATCH * 1_000) / PER_SECOND
      const wait = due - performance.now()
      if (wait > 0) await new Promise(resolve => setTimeout(resolve, wait))
      answers.push(
        app.send(
          Array.from({ length: BATCH }, (_, index) => ({
            monitor_name: `service-${index}`,
            status: index % 2 === 0 ? 'down' : 'operational',
            metadata: { region: 'eu-west-1', response_time_ms: 1_840, affected_endpoints: ['/api/v1/cart'] },
          })),
        ),
      )
    }
    await Promise.all(answers)
  }
})

/** Reads the stream as many others do, and notes how late one of them hears of attempts, ms. */
async function watch(app: TestApp) {
  const stop = new AbortController()
  const lags: number[] = []
  let cut = 0
  const api = createClient({ url: app.url, token: app.token })
  const opened = Promise.withResolvers<void>()
  const heard = new Signal()
  const options = { signal: stop.signal, onOpen: () => opened.resolve(), onLoss: () => cut++ }
  async function listen() {
    for await (const batch of followRaw(api, { ...options, query: { types: ['attempt'] } })) {
      for (const { data } of batch) {
        const { started_at, timings_ms } = JSON.parse(data)
        // `total` leaves out what was waited before the attempt.
        lags.push(Math.max(0, Date.now() - Date.parse(started_at) - timings_ms.total))
      }
      heard.fire()
    }
  }
  async function drain() {
    const headers = { authorization: `Bearer ${app.token}` }
    const { body } = await fetch(`${app.url}/v1/stream`, { headers, signal: stop.signal })
    for await (const _ of body!);
    cut++
  }
  void listen()
  for (let reader = 0; reader < OTHERS; reader++) drain().catch(() => {})
  await opened.promise
  return {
    /** Once it has heard of so many. */
    async end(count: number) {
      await heard.until(() => lags.length >= count)
      const seen = { lags, cut }
      stop.abort()
      return seen
    },
  }
}

function percentile(values: readonly number[], share: number): number {
  return Math.round(values.toSorted((a, b) => a - b)[Math.floor(values.length * share)] ?? 0)
}

/** Three messages for each event: it, its attempt, and its delivery. */
async function shown(page: Page, events: number): Promise<void> {
  await page.waitForFunction(
    `Number(/([\\d,]+) shown/.exec(document.body.innerText)[1].replaceAll(',', '')) >= ${events * 3}`,
    undefined,
    { polling: 250, timeout: 60_000 },
  )
}

async function watchLongTasks(page: Page): Promise<void> {
  await page.evaluate(`
    window.longTasks = []
    new PerformanceObserver(list => window.longTasks.push(...list.getEntries().map(one => one.duration)))
      .observe({ type: 'longtask' })
  `)
}

/** Bytes, after everything was collected that can be. */
async function heapOf(cdp: CDPSession): Promise<number> {
  await cdp.send('HeapProfiler.collectGarbage')
  const { usedSize } = await cdp.send('Runtime.getHeapUsage')
  return usedSize
}

async function taskSecondsOf(cdp: CDPSession): Promise<number> {
  await cdp.send('Performance.enable')
  const { metrics } = await cdp.send('Performance.getMetrics')
  return metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0
}

function megabytes(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(1)} MiB`
}
