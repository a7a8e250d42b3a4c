import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PASSWORD, Person } from '../accounts/person.ts'
import { launchChromium, openConsole } from './console-pages.ts'
import { type Scene, startScene } from './scene.ts'

const browser: Browser | null = await launchChromium()

/** What a button does that changes nothing on the server: looks, copies, finds, filters, goes somewhere. */
const HARMLESS =
  /^re(sponse|quest)$|copy|theme|sign out|shortcut|docs|search|find|filter|clear|earlier|more|15 min|1 h|6 h|24 h|show|read|desktop|node\.js|python|^go$|delivered|retry|failed|pending|cancelled|open|acknowledged|resolved|operational|degraded|down|maintenance|unknown|critical|warning|info|attempts|deliveries|events|incident|metric|status|all|since|refresh|help|close|menu|jump/i

/** What one does that changes something, whatever else its name says. */
const DEED =
  /^(?!copy)(.*\b(replay|add|edit|delete|rotate|generate|save|send|make|plan|acknowledge|resolve|pause|resume|comment|revoke|rename|change|remove|silence|end|longer|forward|switch|test)\b)/i

describe.skipIf(!browser)('Somebody with a role', () => {
  let scene: Scene
  beforeAll(async () => {
    scene = await startScene()
  })
  afterAll(async () => {
    await browser?.close()
    await scene?.stop()
  })

  /** Opens the console as a member; every answer that refuses goes into `refused`. */
  async function as(email: string) {
    const person = new Person(scene.app.url)
    await person.signIn(email, PASSWORD)
    const { page, context, faults } = await openConsole(browser!, scene.app, {
      size: 'desktop',
      theme: 'light',
      cookie: person.cookie,
    })
    const refused: string[] = []
    page.on('response', answer => {
      if (answer.status() === 403) refused.push(`${answer.request().method()} ${answer.url()}`)
    })
    return { page, context, faults, refused }
  }

  async function open(page: Page, path: string, shows: string): Promise<void> {
    await page.goto(path)
    await page.getByText(shows).locator('visible=true').first().waitFor()
    await page.locator('.skeleton').first().waitFor({ state: 'detached' })
  }

  it('looks at every page as a viewer: nothing is refused, and nothing that would be is offered', async () => {
    const { page, context, faults, refused } = await as('vera@example.com')
    const places: [path: string, shows: string][] = [
      ['/overview', 'Busiest monitors'],
      ['/webhooks', 'On-call team'],
      [`/webhooks/${scene.endpointId}`, 'Latest deliveries'],
      ['/deliveries', 'Deliveries'],
      [`/deliveries/${scene.failedDeliveryId}`, 'HTTP 404'],
      [`/events/${scene.eventId}`, 'On-call team'],
      ['/monitors', 'search-index'],
      [`/monitors/${scene.monitorId}`, 'Latest check'],
      ['/incidents', 'storefront'],
      [`/incidents/${scene.incidentId}`, 'Timeline'],
      ['/quiet', 'Maintenance windows'],
      ['/settings/workspaces', 'This workspace'],
      ['/settings/status-page', 'Everybody may read it'],
      ['/settings/queues', 'ops-integrations'],
      ['/settings/retention', 'Audit log'],
    ]
    for (const [path, shows] of places) {
      await open(page, path, shows)
      const enabled = await page.locator('main button:enabled, main [role=switch]:enabled').all()
      const names = await Promise.all(
        enabled.map(async one => (await one.getAttribute('aria-label')) ?? (await one.textContent()) ?? ''),
      )
      expect([path, names.filter(name => DEED.test(name) || !HARMLESS.test(name))]).toEqual([path, []])
    }
    expect(await page.getByRole('link', { name: 'Members' }).count()).toBe(0)
    expect(refused).toEqual([])
    expect(faults).toEqual([])
    await context.close()
  })

  it.each([
    ['/webhooks/new', 'Only admins of this workspace may do this.'],
    ['/settings/members', 'Only admins of this workspace may do this.'],
    ['/settings/nodes', 'Only operators of the whole installation may do this.'],
  ])('is told at %s who may', async (path, words) => {
    const { page, context, refused } = await as('vera@example.com')
    await open(page, path, words)
    expect(refused).toEqual([])
    await context.close()
  })

  it('acts on incidents and silences as a responder, and changes no monitor', async () => {
    const { page, context, refused } = await as('ben@example.com')
    await open(page, `/incidents/${scene.incidentId}`, 'Timeline')
    await page.getByRole('button', { name: 'Acknowledge' }).click()
    await page.getByText('Ben').first().waitFor()
    await open(page, '/quiet', 'Maintenance windows')
    expect(await page.getByRole('button', { name: 'Make a silence' }).isEnabled()).toBe(true)
    expect(await page.getByRole('button', { name: 'Plan maintenance' }).isEnabled()).toBe(false)
    await open(page, `/monitors/${scene.monitorId}`, 'Latest check')
    expect(await page.getByRole('button', { name: 'Edit' }).isEnabled()).toBe(false)
    expect(refused).toEqual([])
    await context.close()
  })
})
