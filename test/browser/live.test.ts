import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestApp, type TestApp } from '../helpers/app.ts'
import { startFaultProxy } from '../helpers/fault-proxy.ts'
import { launchChromium, openConsole } from './console-pages.ts'

const EVENTS = 5_000
const BATCH = 250

const browser: Browser | null = await launchChromium()

describe.skipIf(!browser)('The live page', () => {
  let app: TestApp
  beforeAll(async () => {
    app = await startTestApp()
  })
  afterAll(async () => {
    await browser?.close()
    await app?.stop()
  })

  const burst = (count: number, name: string) =>
    app.send(
      Array.from({ length: count }, (_, index) => ({ monitor_name: `${name}-${index}`, status: 'down' })),
    )

  it('stays responsive while thousands of rows come in, and keeps only those in sight on the page', async () => {
    const { page, context, faults } = await openConsole(browser!, app, {
      size: 'desktop',
      theme: 'light',
      token: app.token,
    })
    await page.goto('/live')
    await page.getByText('live', { exact: true }).waitFor()
    for (let sent = 0; sent < EVENTS; sent += BATCH) await burst(BATCH, 'burst')
    await page.getByText('5,000 shown').waitFor()
    const rows = await page.getByLabel('What happened, the latest first').getByRole('link').count()
    expect(rows).toBeGreaterThan(0)
    expect(rows).toBeLessThan(60)
    // It still answers: a press is seen at once.
    await page.keyboard.press('p')
    await page.getByText('paused').waitFor()
    expect(faults).toEqual([])
    await context.close()
  })

  it('holds what comes while it is paused, and shows it afterwards', async () => {
    const { page, context } = await openConsole(browser!, app, {
      size: 'phone',
      theme: 'dark',
      token: app.token,
    })
    await page.goto('/live?types=["event"]&monitor=held-*')
    await page.getByText('live', { exact: true }).waitFor()
    await page.getByRole('button', { name: 'Pause' }).click()
    await burst(3, 'held')
    await burst(3, 'others')
    await page.getByRole('button', { name: 'Show 3 new' }).click()
    await page.getByText('held-2').waitFor()
    expect(await page.getByText('others-0').count()).toBe(0)
    await context.close()
  })

  it('says that the connection is lost, and afterwards shows what happened meanwhile: all of it, once', async () => {
    const proxy = await startFaultProxy({ port: Number(new URL(app.url).port) })
    const behind = { ...app, url: `http://127.0.0.1:${proxy.port}` }
    const options = { size: 'desktop', theme: 'dark', token: app.token } as const
    const { page, context } = await openConsole(browser!, behind, options)
    await page.goto('/live?types=["event"]&monitor=cut-*')
    await page.getByText('live', { exact: true }).waitFor()
    await burst(5, 'cut-first')
    await page.getByText('5 shown').waitFor()
    await proxy.refuse()
    await page.getByText('connection lost').waitFor()
    await burst(5, 'cut-meanwhile')
    await proxy.accept()
    await page.getByText('live', { exact: true }).waitFor()
    await page.getByText('10 shown').waitFor()
    // Cut again and again in the middle of messages.
    for (let round = 1; round <= 4; round++) {
      const before = proxy.connections
      proxy.set({ cutAfterBytes: 1_000 + round * 331 })
      await burst(20, `cut-${round}`)
      await proxy.accepted(before + 1)
    }
    proxy.set('none')
    await page.getByText('90 shown').waitFor()
    for (let index = 0; index < 5; index++)
      expect(await page.getByText(`cut-meanwhile-${index}`).count()).toBeLessThanOrEqual(1)
    expect(await page.getByText('Some messages were missed').count()).toBe(0)
    await context.close()
    await proxy.close()
  })

  it('stays put as soon as somebody takes hold of a row, and leads where that row said', async () => {
    const { page, context } = await openConsole(browser!, app, {
      size: 'desktop',
      theme: 'light',
      token: app.token,
    })
    await page.goto('/live?types=["event"]&monitor=hold-*')
    await page.getByText('live', { exact: true }).waitFor()
    await burst(3, 'hold')
    const row = page.getByRole('link', { name: /hold-1/ })
    await row.focus()
    await page.getByText('paused').waitFor()
    await burst(3, 'hold-later')
    await page.getByRole('button', { name: 'Show 3 new' }).waitFor()
    await row.press('Enter')
    await page.getByRole('heading', { level: 1 }).filter({ hasNotText: 'Live' }).waitFor()
    expect(page.url()).toMatch(/\/events\/evt_/)
    await page.getByText('hold-1').first().waitFor()
    await context.close()
  })
})
