import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestApp, type TestApp } from '../helpers/app.ts'
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
})
