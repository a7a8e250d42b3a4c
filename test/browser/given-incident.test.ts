import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestApp, type TestApp } from '../helpers/app.ts'
import { launchChromium, openConsole } from './console-pages.ts'

const browser: Browser | null = await launchChromium()

describe.skipIf(!browser)('An incident that events of another system opened', () => {
  let app: TestApp
  beforeAll(async () => {
    app = await startTestApp()
  })
  afterAll(async () => {
    await browser?.close()
    await app?.stop()
  })

  it('is in the list, is taken on, and ends by its events', async () => {
    const about = { monitor_name: 'warehouse', incident_id: 'wh-20411' }
    const metadata = { message: 'Scanners are offline' }
    await app.send({ ...about, status: 'down', event_type: 'incident.opened', metadata })
    await app.eventually('/v1/incidents', ({ data }) => data.length === 1)
    const { page, context, faults } = await openConsole(browser as Browser, app, {
      size: 'desktop',
      theme: 'light',
      token: app.token,
    })
    await page.goto('/incidents')
    await page.getByText('Scanners are offline').click()
    await page.getByText('wh-20411').waitFor()
    await page.getByLabel('Comment', { exact: true }).fill('on it')
    await page.getByRole('button', { name: 'Acknowledge' }).click()
    await page.getByText('incident.acknowledged', { exact: true }).waitFor()
    await app.send({ ...about, status: 'operational', event_type: 'incident.resolved' })
    await page.getByText('resolved', { exact: true }).waitFor()
    expect(await page.getByRole('button', { name: 'Resolve' }).count()).toBe(0)
    expect(faults).toEqual([])
    await context.close()
  })
})
