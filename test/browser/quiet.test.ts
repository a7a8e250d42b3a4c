import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestApp, type TestApp } from '../helpers/app.ts'
import { type Receiver, startReceiver } from '../helpers/receiver.ts'
import { launchChromium, openConsole } from './console-pages.ts'

const OUTAGE_MS = 40_000

const browser: Browser | null = await launchChromium()

describe.skipIf(!browser)('Silences and maintenance in the console', () => {
  let app: TestApp
  let service: Receiver
  let receiver: Receiver
  let page: Page
  let faults: readonly string[]

  beforeAll(async () => {
    app = await startTestApp()
    service = await startReceiver()
    receiver = await startReceiver()
    await app.addEndpoint(receiver.url)
    for (const name of ['shop', 'search']) {
      const { status } = await app.call('POST', '/v1/monitors', {
        kind: 'http',
        name,
        interval_s: 5,
        spec: { url: service.url },
      })
      expect(status).toBe(201)
    }
    const opened = await openConsole(browser!, app, { size: 'desktop', theme: 'light', token: app.token })
    page = opened.page
    faults = opened.faults
  })
  afterAll(async () => {
    await browser?.close()
    await service?.close()
    await receiver?.close()
    await app?.stop()
  })

  it('begin at a monitor, say what they match, and keep its outage from being sent: the incident says so', async () => {
    const [{ id }] = (await app.call('GET', '/v1/monitors?search=shop')).body.data
    await page.goto(`/monitors/${id}`)
    await page.getByRole('link', { name: 'Silence it' }).click()
    await page.getByText('Matches 1: shop').waitFor()
    await page.getByLabel('Why').fill('disk is being replaced')
    await page.getByRole('button', { name: 'Silence them' }).click()
    await page.getByText('monitor = shop').waitFor()
    await page.getByText('disk is being replaced').waitFor()

    service.answerWith({ status: 500 })
    await app.eventually('/v1/incidents', ({ data }) => data.length === 2)
    await receiver.received(1)
    await page.goto('/incidents')
    await page.getByRole('link', { name: /^shop/ }).click()
    await page.getByText('Nothing is sent of it for now.').waitFor({ timeout: OUTAGE_MS })
    const names = receiver.requests.map(({ body }) => JSON.parse(body.toString()).monitor_name)
    expect(new Set(names)).toEqual(new Set(['search']))
  })

  it('end when they are told to', async () => {
    await page.goto('/quiet')
    await page.getByRole('button', { name: 'End it now' }).click()
    await page.getByText('None. When you are working').waitFor()
    await app.eventually('/v1/events?monitor=shop', ({ data }) => data.length > 0)
  })

  it('are planned, once and again and again', async () => {
    await page.getByRole('button', { name: 'Plan maintenance' }).click()
    await page.getByLabel('What for').fill('updates')
    await page.getByLabel('Monitors').fill('s*')
    await page.getByText('Matches 2: ').waitFor()
    await page.getByLabel('It happens').selectOption('again')
    await page.getByLabel('At (cron)').fill('nonsense')
    await page.getByLabel('Time zone').fill('Europe/Berlin')
    await page.getByRole('button', { name: 'Plan it' }).click()
    await page.getByLabel('At (cron)').and(page.locator('[aria-invalid=true]')).waitFor()
    await page.getByLabel('At (cron)').fill('0 3 * * 0')
    await page.getByRole('button', { name: 'Plan it' }).click()
    await page.getByText('0 3 * * 0 (Europe/Berlin), for 1 h').waitFor()

    await page.getByRole('button', { name: 'Plan maintenance' }).click()
    await page.getByLabel('What for').fill('new switches')
    await page.getByLabel('From').fill('2099-05-14T20:00')
    await page.getByLabel('To', { exact: true }).fill('2099-05-14T22:00')
    await page.getByRole('button', { name: 'Plan it' }).click()
    await page.getByText('new switches').waitFor()
    const windows = page.getByRole('list', { name: 'Maintenance windows' }).getByRole('listitem')
    const planned = windows.filter({ hasText: 'new switches' })
    await planned.getByRole('button', { name: 'Change' }).click()
    const form = page.getByRole('dialog')
    expect(await form.getByLabel('From').inputValue()).toMatch(/^2099-05-14T20:00/)
    await form.getByLabel('It happens').selectOption('again')
    await form.getByLabel('For minutes').fill('90')
    await form.getByRole('button', { name: 'Save' }).click()
    await planned.getByText(/0 3 \* \* 0 \(.*\), for 1.5 h/).waitFor()
    await planned.getByRole('button', { name: 'Change' }).click()
    await form.getByLabel('It happens').selectOption('once')
    await form.getByLabel('From').fill('2099-05-15T20:00')
    await form.getByLabel('To', { exact: true }).fill('2099-05-15T21:00')
    await form.getByRole('button', { name: 'Save' }).click()
    await planned.getByText(/15 May 2099|2099-05-15/).waitFor()
    await planned.getByRole('button', { name: 'Delete' }).click()
    await page.getByText('new switches').waitFor({ state: 'detached' })
    expect(faults).toEqual([])
  })
})
