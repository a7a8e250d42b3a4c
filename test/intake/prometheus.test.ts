import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { whereThereIs } from '../brokers/required.ts'
import { arrivedOf, told } from '../detection/harness.ts'
import { blocksOf } from '../docs/pages.ts'
import { startTestApp, type TestApp } from '../helpers/app.ts'
import { type Receiver, startReceiver } from '../helpers/receiver.ts'
import { commandOf, startAlertmanager, startPrometheus, startTarget } from './programs.ts'

const prometheus = commandOf('prometheus')
const alertmanager = commandOf('prometheus-alertmanager', 'alertmanager')
const canRun =
  whereThereIs('Prometheus', prometheus, 'apt-get install prometheus') &&
  whereThereIs('Alertmanager', alertmanager, 'apt-get install prometheus-alertmanager')

let app: TestApp
let receiver: Receiver
let key: string
let broken = 0
const running: { stop(): Promise<void> }[] = []

beforeAll(async () => {
  if (!canRun) return
  receiver = await startReceiver()
  app = await startTestApp()
  await app.addEndpoint(receiver.url)
  const made = await app.call('POST', '/v1/keys', { name: 'prometheus', scopes: ['ingest'] })
  key = made.body.key
})
afterEach(async () => {
  for (const one of running.splice(0).toReversed()) await one.stop()
})
afterAll(async () => {
  await app?.stop()
  await receiver?.close()
})

/** What is scraped: a service of the name, broken or not, and how slow it is. */
async function scrape(service: string) {
  broken = 0
  const labels = `service="${service}",region="eu-west-1",path="/api/v1/cart"`
  const target = await startTarget(
    () => `shop_broken{${labels}} ${broken}\nshop_latency_seconds{${labels}} ${broken ? 1.84 : 0.05}\n`,
  )
  running.push(target)
  return { scrape_configs: [{ job_name: 'shop', static_configs: [{ targets: [target.address] }] }] }
}

const RULES = {
  groups: [
    {
      name: 'shop',
      rules: [
        {
          alert: 'ShopBroken',
          expr: 'shop_broken == 1',
          labels: { severity: 'page' },
          annotations: { summary: '{{ $labels.service }} is broken' },
        },
      ],
    },
  ],
}

async function run(program: Promise<{ url: string; stop(): Promise<void> }>): Promise<string> {
  const started = await program
  running.push(started)
  return new URL(started.url).host
}

describe.skipIf(!canRun)('the real Prometheus', () => {
  it('by way of the real Alertmanager: a rule fires and we tell of it once; it resolves and we tell of that', async () => {
    const manager = await run(
      startAlertmanager(alertmanager as string, {
        route: { receiver: 'us', group_wait: '0s', group_interval: '1s', repeat_interval: '1s' },
        receivers: [
          {
            name: 'us',
            webhook_configs: [
              {
                url: `${app.url}/v1/intake/alertmanager`,
                http_config: { authorization: { type: 'Bearer', credentials: key } },
              },
            ],
          },
        ],
      }),
    )
    const scraped = await scrape('checkout')
    const alerting = { alertmanagers: [{ static_configs: [{ targets: [manager] }] }] }
    await run(startPrometheus(prometheus as string, { ...scraped, alerting }, RULES))

    broken = 1
    const [opened] = await arrivedOf(receiver, 'checkout', 1)
    expect(opened?.payload).toMatchObject({
      monitor_name: 'checkout',
      status: 'down',
      metadata: {
        region: 'eu-west-1',
        affected_endpoints: ['/api/v1/cart'],
        event_type: 'incident.opened',
        severity: 'critical',
        message: expect.stringContaining('checkout is broken'),
      },
    })
    // Alertmanager repeats it every second: all of that is known.
    await app.eventually('/v1/suppressed?monitor=checkout', ({ data }) => data.length >= 2)
    broken = 0
    expect(await told(receiver, 'checkout', 2)).toEqual([
      'incident.opened critical down',
      'incident.resolved critical operational',
    ])
  })

  it('pointed straight at us, with the key as a password: fires, repeats, resolves', async () => {
    const scraped = await scrape('orders')
    const alerting = {
      alertmanagers: [
        {
          static_configs: [{ targets: [new URL(app.url).host] }],
          basic_auth: { username: 'prometheus', password: key },
        },
      ],
    }
    await run(startPrometheus(prometheus as string, { ...scraped, alerting }, RULES))
    broken = 1
    await arrivedOf(receiver, 'orders', 1)
    await app.eventually('/v1/suppressed?monitor=orders', ({ data }) => data.length >= 2)
    broken = 0
    expect(await told(receiver, 'orders', 2)).toEqual([
      'incident.opened critical down',
      'incident.resolved critical operational',
    ])
  })

  it('by remote write: a series that a rule names is held against its threshold', async () => {
    const rules = [
      {
        sources: ['remote_write'],
        match: { __name__: 'shop_latency_seconds' },
        monitor: '{service}',
        metric: 'response_time_ms',
        scale: 1000,
      },
    ]
    expect((await app.call('PUT', '/v1/intake/rules', { rules })).status).toBe(200)
    const made = await app.call('POST', '/v1/monitors', {
      name: 'payments',
      kind: 'metric',
      thresholds: [{ metric: 'response_time_ms', operator: '>', value: 500, in_a_row: 2 }],
    })
    expect(made.status).toBe(201)
    const scraped = await scrape('payments')
    const remote_write = [
      {
        url: `${app.url}/api/v1/write`,
        authorization: { credentials: key },
        queue_config: { batch_send_deadline: '1s' },
      },
    ]
    await run(startPrometheus(prometheus as string, { ...scraped, remote_write }, RULES))
    broken = 1
    await arrivedOf(receiver, 'payments', 1)
    broken = 0
    const story = await told(receiver, 'payments', 4)
    expect(story.filter(line => line.startsWith('metric.'))).toEqual([
      'metric.breached warning degraded',
      'metric.cleared warning operational',
    ])
    // All of Prometheus's other series are nobody's.
    const { body } = await app.call('GET', '/v1/monitors?limit=200')
    expect(body.data.map((one: { name: string }) => one.name).sort()).toEqual([
      'checkout',
      'orders',
      'payments',
    ])
  })
})

describe.skipIf(!canRun)('the configuration on our pages', () => {
  it.each([
    ['docs/how-to/prometheus.md', 'promtool', ['check', 'config'], 2],
    ['docs/how-to/alertmanager.md', 'amtool', ['check-config'], 1],
  ] as const)('of %s is what %s takes', async (page, tool, args, count) => {
    const folder = mkdtempSync(join(tmpdir(), 'statuspulse-pages-'))
    try {
      const blocks = blocksOf(page).filter(({ language }) => language === 'yaml')
      expect(blocks.length).toBe(count)
      for (const { text } of blocks) {
        writeFileSync(join(folder, 'config.yml'), text)
        await promisify(execFile)(commandOf(tool) ?? tool, [...args, join(folder, 'config.yml')])
      }
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})
