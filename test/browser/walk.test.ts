import { createHmac } from 'node:crypto'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startTestApp, type TestApp } from '../helpers/app.ts'
import { type Receiver, startReceiver } from '../helpers/receiver.ts'
import { launchChromium, openConsole } from './console-pages.ts'

/** What a receiver answers that does not know the address: if it were shown as HTML, its script would run. */
const REFUSAL = '<h1>No such hook</h1><img src="x" onerror="document.title=\'taken over\'">'

/** Two checks in a row, five seconds apart, and time to spare; ms. */
const OUTAGE_MS = 40_000

const browser: Browser | null = await launchChromium()

describe.skipIf(!browser)('Somebody who has never read the docs', () => {
  let app: TestApp
  let receiver: Receiver
  /** What is watched, and breaks. */
  let service: Receiver

  beforeAll(async () => {
    app = await startTestApp()
  })
  beforeEach(async () => {
    receiver = await startReceiver({ tls: 'good' })
    service = await startReceiver()
  })
  afterEach(async () => {
    await receiver.close()
    await service.close()
  })
  afterAll(async () => {
    await browser?.close()
    await app?.stop()
  })

  it.each(['desktop', 'phone'] as const)(
    'sets up a webhook, watches an outage arrive, finds what failed, sees why and replays it, on a %s',
    async size => {
      const { page, context, faults } = await openConsole(browser!, app, { size, theme: 'light' })
      const monitor = `checkout-${size}`

      await signIn(page)
      await addWebhook(page, `Team ${size}`)
      await choose(page, monitor)
      const secret = await copySecret(page)
      await sendDryRun(page)
      const [dryRun] = await receiver.received(1)
      expect(dryRun!.headers['x-statuspulse-dry-run']).toBe('true')
      const signature = createHmac('sha256', secret).update(dryRun!.body).digest('hex')
      expect(dryRun!.headers['x-statuspulse-signature']).toBe(signature)
      await switchOn(page)

      await watch(page, monitor, service.url)
      await go(page, 'Live')
      await page.getByText('live', { exact: true }).waitFor()
      receiver.answerWith({ status: 404, body: REFUSAL })
      service.answerWith({ status: 500 })
      const happened = page.getByLabel('What happened, the latest first')
      await happened.getByText('down').waitFor({ timeout: OUTAGE_MS })
      await happened.getByText('failed').first().waitFor()

      await findFailed(page, monitor)
      await page.getByText('The receiver answered 404').first().waitFor()
      await page.getByText('<h1>No such hook</h1>').waitFor()
      expect(await page.title()).toBe(`${monitor} · StatusPulse`)

      receiver.answerWith({ status: 200 })
      await page.getByRole('button', { name: 'Replay' }).click()
      await page.getByText('Its conditions matched, and the receiver took it').waitFor()
      const [, failed, replayed] = await receiver.received(3)
      expect(replayed!.body.equals(failed!.body)).toBe(true)
      await acknowledge(page, monitor)

      expect(faults).toEqual([])
      await context.close()
    },
    2 * OUTAGE_MS,
  )

  it('is told why a target is refused', async () => {
    const selfSigned = await startReceiver({ tls: 'self-signed' })
    const { page, context } = await openConsole(browser!, app, {
      size: 'desktop',
      theme: 'dark',
      token: app.token,
    })
    await page.goto('/webhooks/new')
    await page.getByLabel('URL').fill(selfSigned.url)
    await page.getByRole('button', { name: 'Check and register' }).click()
    await page
      .getByRole('alert')
      .filter({ hasText: /certificate/ })
      .waitFor()
    await context.close()
    await selfSigned.close()
  })

  it('sees two secrets valid after a rotation, and for how long', async () => {
    const { id, secret } = await app.addEndpoint(receiver.url)
    const { page, context } = await openConsole(browser!, app, {
      size: 'desktop',
      theme: 'light',
      token: app.token,
    })
    await page.goto(`/webhooks/${id}`)
    await page.getByRole('button', { name: 'Generate a new secret' }).click()
    await page.getByText(/The old one ends in 23:59:/).waitFor()
    expect(await page.getByTestId('secret').textContent()).not.toBe(secret)
    await page.getByRole('button', { name: 'I have stored it' }).click()
    await page.getByTestId('secret').waitFor({ state: 'detached' })
    await context.close()
  })

  it('replays everything that failed since a time, and sees how far it is', async () => {
    const { id } = await app.addEndpoint(receiver.url, { filter: { monitors: ['batch'] } })
    receiver.answerWith({ status: 400 })
    await app.send([1, 2, 3].map(() => ({ monitor_name: 'batch', status: 'down' })))
    await app.eventually(`/v1/deliveries?status=failed&endpoint_id=${id}`, ({ data }) => data.length === 3)
    receiver.answerWith({ status: 200 })
    const { page, context } = await openConsole(browser!, app, {
      size: 'phone',
      theme: 'light',
      token: app.token,
    })
    await page.goto(`/deliveries?endpoint_id=${id}`)
    await page.getByRole('button', { name: 'Replay what failed…' }).click()
    await page.getByRole('button', { name: 'Replay', exact: true }).click()
    await page.getByText('3 of 3 replayed. Done.').waitFor()
    await receiver.received(6)
    await context.close()
  })

  it('gets around by keyboard, and finds the same list again at its address', async () => {
    const { page, context } = await openConsole(browser!, app, {
      size: 'desktop',
      theme: 'light',
      token: app.token,
    })
    await page.goto('/overview')
    await page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor()
    await page.keyboard.press('g')
    await page.keyboard.press('d')
    await page.getByRole('heading', { name: 'Deliveries', level: 1 }).waitFor()
    await page.keyboard.press('/')
    await page.keyboard.type('nobody')
    await page.keyboard.press('Enter')
    await page.getByText('Nothing matches').waitFor()
    expect(new URL(page.url()).search).toBe('?monitor=nobody')
    await page.reload()
    await page.getByText('Nothing matches').waitFor()
    expect(await page.getByRole('searchbox').inputValue()).toBe('nobody')
    await context.close()
  })

  async function signIn(page: Page): Promise<void> {
    await page.goto('/')
    await page.getByRole('button', { name: 'Use an API key instead' }).click()
    await page.getByLabel('API key').fill('sp_not_a_key')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByText('This is not a valid API key').waitFor()
    await page.getByLabel('API key').fill(app.token)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor()
  }

  function go(page: Page, place: string): Promise<void> {
    const places = page.getByRole('navigation', { name: 'Places' })
    return places.getByRole('link', { name: place, exact: true }).click()
  }

  async function addWebhook(page: Page, name: string): Promise<void> {
    await go(page, 'Webhooks')
    await page
      .getByRole('link', { name: /^Add (a|the first) webhook$/ })
      .first()
      .click()
    await page.getByLabel('URL').fill(receiver.url)
    await page.getByLabel('Name').fill(name)
    await page.getByRole('button', { name: 'Check and register' }).click()
    await page.getByText('Encrypted, and the certificate is trusted').waitFor()
    await page.getByText('TLS 1.3', { exact: true }).waitFor()
    await page.getByRole('button', { name: 'Next: Define trigger conditions' }).click()
  }

  async function choose(page: Page, monitor: string): Promise<void> {
    await page.getByLabel('Only some').check()
    await page.getByLabel('Only these monitors').fill(`${monitor}*`)
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'critical' }).click()
    await page.getByRole('button', { name: 'Save and go on' }).click()
  }

  async function copySecret(page: Page): Promise<string> {
    const secret = (await page.getByTestId('secret').textContent()) ?? ''
    await page.getByRole('button', { name: 'Copy secret' }).click()
    await page.getByText('Copied').waitFor()
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(secret)
    await page.getByRole('button', { name: 'Next: Simulate & validate' }).click()
    return secret
  }

  async function sendDryRun(page: Page): Promise<void> {
    await page.getByLabel('Event', { exact: true }).selectOption('incident.resolved')
    await page.getByRole('button', { name: 'Send dry run' }).click()
    const result = page.getByLabel('Result of the dry run')
    await result.getByText('HTTP 200').waitFor()
    await result.getByText('First byte').waitFor()
    await page.getByRole('button', { name: 'Next: Verify it' }).click()
  }

  async function switchOn(page: Page): Promise<void> {
    await page.getByText("request.url !== '/hook'").waitFor()
    await page.getByRole('tab', { name: 'Python' }).click()
    await page.getByText('class Receiver(BaseHTTPRequestHandler)').waitFor()
    await page.getByRole('button', { name: 'Next: Delivery rules' }).click()
    await page.getByRole('button', { name: 'Switch it on' }).click()
    await page.getByText('on', { exact: true }).waitFor()
  }

  async function watch(page: Page, name: string, url: string): Promise<void> {
    await go(page, 'Monitors')
    await page.getByRole('button', { name: 'Add a monitor' }).click()
    await page.getByRole('button', { name: 'Page or API' }).click()
    await page.getByLabel('Name').fill(name)
    await page.getByLabel('URL').fill(url)
    await page.getByLabel('Every so many seconds').fill('5')
    await page.getByRole('button', { name: 'Add it' }).click()
    await page.getByRole('heading', { name, level: 1 }).waitFor()
    await page.getByText('operational', { exact: true }).waitFor()
  }

  async function acknowledge(page: Page, monitor: string): Promise<void> {
    await go(page, 'Incidents')
    await page.getByRole('link', { name: monitor }).click()
    await page.getByLabel('Comment', { exact: true }).fill('on it')
    await page.getByRole('button', { name: 'Acknowledge' }).click()
    await page.getByText('“on it”').waitFor()
    await page.getByText('acknowledged', { exact: true }).waitFor()
    await page.getByText('incident.acknowledged', { exact: true }).waitFor()
  }

  async function findFailed(page: Page, monitor: string): Promise<void> {
    await go(page, 'Deliveries')
    await page.getByRole('button', { name: 'failed', exact: true }).click()
    await page.getByRole('list', { name: 'Deliveries' }).getByRole('link', { name: monitor }).click()
    expect(new URL(page.url()).pathname).toMatch(/^\/deliveries\/dlv_/)
  }
})
