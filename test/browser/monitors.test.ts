import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestApp, type TestApp } from '../helpers/app.ts'
import { type Receiver, startReceiver } from '../helpers/receiver.ts'
import { launchChromium, openConsole } from './console-pages.ts'

const browser: Browser | null = await launchChromium()

describe.skipIf(!browser)('The monitors of the console', () => {
  let app: TestApp
  let service: Receiver
  let page: Page
  let faults: readonly string[]

  beforeAll(async () => {
    app = await startTestApp()
    service = await startReceiver({ answer: { status: 200, body: '{"status":"ok","jobs":3}' } })
    const opened = await openConsole(browser!, app, { size: 'desktop', theme: 'light', token: app.token })
    page = opened.page
    faults = opened.faults
  })
  afterAll(async () => {
    await browser?.close()
    await service?.close()
    await app?.stop()
  })

  async function choose(kind: string): Promise<void> {
    await page.goto('/monitors')
    await page.getByRole('button', { name: 'Add a monitor' }).click()
    await page.getByRole('button', { name: new RegExp(`^${kind}`) }).click()
  }

  it('are added with what they must answer, and tell at the field what is wrong with it', async () => {
    await choose('Page or API')
    await page.getByLabel('Name', { exact: true }).fill('shop')
    await page.getByLabel('URL').fill(service.url)
    await page.getByLabel('Every so many seconds').fill('1')
    await page.getByRole('button', { name: 'Add it' }).click()
    await page.getByLabel('Every so many seconds').and(page.locator('[aria-invalid=true]')).waitFor()
    await page.getByLabel('Every so many seconds').fill('5')
    await page.getByText('Advanced').click()
    await page.getByLabel('The answer must hold').fill('contains: nothing of the kind')
    await page.getByRole('button', { name: 'Try it now' }).click()
    await page.getByRole('region', { name: 'Trial' }).getByText('failed', { exact: true }).waitFor()
    await page.getByLabel('The answer must hold').fill('$.status = ok\ncontains: jobs\nheader date exists')
    await page.getByRole('button', { name: 'Try it now' }).click()
    await page.getByRole('region', { name: 'Trial' }).getByText('passed', { exact: true }).waitFor()
    await page.getByRole('button', { name: 'Add it' }).click()
    await page.getByRole('heading', { name: 'shop', level: 1 }).waitFor()
    await page.getByText('operational').first().waitFor()
    const { body } = await app.call('GET', '/v1/monitors?search=shop')
    expect(body.data[0]).toMatchObject({
      interval_s: 5,
      spec: {
        assertions: [
          { source: 'json', path: '$.status', operator: 'equals', value: 'ok' },
          { source: 'body', operator: 'contains', value: 'jobs' },
          { source: 'header', name: 'date', operator: 'exists' },
        ],
      },
    })
  })

  it('are changed in what is changed, paused and resumed', async () => {
    await page.getByRole('button', { name: 'Edit' }).click()
    await page.getByText('Advanced').click()
    const assertions = page.getByLabel('The answer must hold')
    expect(await assertions.inputValue()).toBe('$.status = ok\ncontains: jobs\nheader date exists')
    await page.getByLabel('Failures in a row that open an incident').fill('3')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('button', { name: 'Pause' }).click()
    await page.getByText('paused').waitFor()
    await page.getByRole('button', { name: 'Resume' }).click()
    await page.getByRole('button', { name: 'Pause' }).waitFor()
    const { body } = await app.call('GET', '/v1/monitors?search=shop')
    expect(body.data[0]).toMatchObject({ failures_to_open: 3, enabled: true, spec: { url: service.url } })
  })

  it('have thresholds, which are drawn on the figures', async () => {
    await page.getByRole('button', { name: 'Add a threshold' }).click()
    await page.getByLabel('Metric', { exact: true }).last().fill('response_time_ms')
    await page.getByLabel('Level').fill('800')
    await page.getByLabel('Clear at').fill('900')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('must be on the good side of value').waitFor()
    await page.getByLabel('Clear at').fill('600')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('at once, clear at 600').waitFor()
    await app.eventually('/v1/monitors?search=shop', ({ data }) => data[0].last_check !== null)
    const [{ id }] = (await app.call('GET', '/v1/monitors?search=shop')).body.data
    await app.eventually(
      `/v1/monitors/${id}/samples?metric=response_time_ms&points=300&from=${new Date(Date.now() - 3_600_000).toISOString()}`,
      ({ data }) => data.length > 2,
    )
    await page.reload()
    await page.getByText('warning > 800').waitFor()
    await page.getByRole('button', { name: 'Change' }).click()
    await page.getByLabel('When', { exact: true }).selectOption('p95')
    await page.getByLabel('How many').fill('120')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('p95 of 120 s, clear at 600').waitFor()
    await page.getByRole('button', { name: 'Remove' }).click()
    await page.getByText('None: only what a check says counts.').waitFor()
  })

  it('that are heartbeats wait for their first ping, and say how to send it', async () => {
    await choose('Heartbeat')
    await page.getByLabel('Name', { exact: true }).fill('backup')
    await page.getByLabel('Or at the times of a cron expression').fill('30 2 * * *')
    await page.getByLabel('Its time zone').fill('Europe/Berlin')
    await page.getByRole('button', { name: 'Add it' }).click()
    await page.getByText('It waits for its first ping.').waitFor()
    const line = await page
      .getByText(/^curl -fsS .*\/ping\/\S+$/)
      .first()
      .textContent()
    const url = /https?:\S+/.exec(line ?? '')?.[0] as string
    expect((await fetch(url)).status).toBe(200)
    await page.getByText('operational').first().waitFor()
  })

  it.each([
    ['Metric', 'queue', '/v1/metrics'],
    ['Watched elsewhere', 'legacy', '/v1/events'],
  ])('of the kind %s say how they are told', async (kind, name, path) => {
    await choose(kind)
    await page.getByLabel('Name', { exact: true }).fill(name)
    await page.getByRole('button', { name: 'Add it' }).click()
    await page.getByRole('heading', { name, level: 1 }).waitFor()
    await page.getByText(`${path} \\`).waitFor()
  })

  it.each([
    ['Port', 'port', { Host: '127.0.0.1', Port: '' }],
    ['Certificate', 'certificate', { Host: '127.0.0.1' }],
    ['DNS record', 'record', { 'Domain name': 'example.com' }],
  ])('of the kind %s are added', async (kind, name, fields) => {
    await choose(kind)
    await page.getByLabel('Name', { exact: true }).first().fill(name)
    for (const [label, text] of Object.entries(fields))
      await page.getByLabel(label, { exact: true }).fill(text || new URL(service.url).port)
    await page.getByRole('button', { name: 'Add it' }).click()
    await page.getByRole('heading', { name, level: 1 }).waitFor()
  })

  it('are deleted once that is confirmed', async () => {
    await page.getByRole('button', { name: 'Delete' }).click()
    await page.getByRole('button', { name: 'Delete it' }).click()
    await page.getByRole('heading', { name: 'Monitors', level: 1 }).waitFor()
    const { body } = await app.call('GET', '/v1/monitors?search=record')
    expect(body.data).toEqual([])
    expect(faults).toEqual([])
  })
})
