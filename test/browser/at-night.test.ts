import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestApp, type TestApp } from '../helpers/app.ts'
import { startFaultProxy } from '../helpers/fault-proxy.ts'
import { type Receiver, startReceiver } from '../helpers/receiver.ts'
import { launchChromium, openConsole } from './console-pages.ts'

/** A refresh, and its repeats, ms. */
const REFRESHED_MS = 45_000

const browser: Browser | null = await launchChromium()

describe.skipIf(!browser)('Somebody on call, at night', () => {
  let app: TestApp
  let receiver: Receiver
  let deliveryId: string
  let endpointId: string
  let eventId: string
  beforeAll(async () => {
    receiver = await startReceiver({ answer: { status: 404, body: 'no such hook' } })
    app = await startTestApp()
    endpointId = (await app.addEndpoint(receiver.url, { name: 'The on-call team of payments and checkout' }))
      .id
    const sent = await app.send({ monitor_name: 'payments-gateway-eu-west-1.internal', status: 'down' })
    eventId = sent[0]!.event_id
    const { data } = await app.eventually('/v1/deliveries?status=failed', body => body.data.length === 1)
    deliveryId = data[0].id
  })
  afterAll(async () => {
    await browser?.close()
    await app?.stop()
    await receiver?.close()
  })

  const open = (url = app.url) =>
    openConsole(browser!, { ...app, url }, { size: 'desktop', theme: 'dark', token: app.token })

  it('is told that figures are old when they cannot be read again, and keeps them in sight', async () => {
    const proxy = await startFaultProxy({ port: Number(new URL(app.url).port) })
    const { page, context } = await open(`http://127.0.0.1:${proxy.port}`)
    await page.goto('/overview')
    await page.getByText('It is them').waitFor()
    await proxy.refuse()
    await page.getByText('it could not be read again').waitFor({ timeout: REFRESHED_MS })
    expect(await page.getByText('It is them').count()).toBe(1)
    await proxy.accept()
    await page.getByText('it could not be read again').waitFor({ state: 'detached', timeout: REFRESHED_MS })
    await context.close()
    await proxy.close()
  })

  it('sees on the overview what is new, beside what was there', async () => {
    const { page, context } = await open()
    await page.goto('/overview')
    const busiest = page.getByText('payments-gateway-eu-west-1.internal')
    await busiest.waitFor()
    await app.send({ monitor_name: 'new-on-the-list', status: 'down' })
    await page.getByText('new-on-the-list').waitFor({ timeout: REFRESHED_MS })
    expect(await busiest.count()).toBe(1)
    await context.close()
  })

  it('goes on in the page that a key led to', async () => {
    const { page, context } = await open()
    await page.goto('/overview')
    await page.getByText('Busiest monitors').waitFor()
    await page.keyboard.press('g')
    await page.keyboard.press('d')
    await page.getByRole('heading', { name: 'Deliveries' }).waitFor()
    expect(await page.evaluate('document.activeElement.id')).toBe('main')
    await page.keyboard.press('/')
    expect(await page.evaluate('document.activeElement.getAttribute("aria-label")')).toBe('Search deliveries')
    await context.close()
  })

  it('can read every page that matters in 320 px, and when it was', async () => {
    const { page, context, faults } = await open()
    await page.setViewportSize({ width: 320, height: 640 })
    const places = {
      '/overview': 'Busiest monitors',
      '/deliveries': /ago|just now/,
      '/live': 'Listening',
      '/webhooks': 'The on-call team',
      [`/webhooks/${endpointId}`]: /Would have matched/,
      [`/deliveries/${deliveryId}`]: 'HTTP 404',
      [`/events/${eventId}`]: 'The on-call team',
    }
    for (const [path, shows] of Object.entries(places)) {
      await page.goto(path)
      await page.getByText(shows).locator('visible=true').first().waitFor()
      expect([path, await page.evaluate('document.documentElement.scrollWidth - innerWidth')]).toEqual([
        path,
        0,
      ])
    }
    expect(faults).toEqual([])
    await context.close()
  })

  it('finds the overview in a browser whose language is none', async () => {
    const { page, context, faults } = await open()
    await page.addInitScript(() =>
      Object.defineProperty(navigator, 'language', { value: 'en-US@posix', configurable: true }),
    )
    await page.goto('/overview')
    await page.getByText('Us: from detection to the receiver').waitFor()
    expect(faults).toEqual([])
    await context.close()
  })
})
