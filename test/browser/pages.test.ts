import { mkdir } from 'node:fs/promises'
import { AxeBuilder } from '@axe-core/playwright'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchChromium, openConsole, type Size, type Theme } from './console-pages.ts'
import { type Scene, startScene } from './scene.ts'

/** Where `npm run screenshots` wants pictures; unset: none are made. */
const PICTURES = process.env.STATUSPULSE_SCREENSHOTS

interface Place {
  readonly name: string
  readonly path: (scene: Scene) => string
  /** A text that is there once the page has what it shows. */
  readonly shows: string | RegExp
  /** What is done before it is looked at. */
  readonly act?: (page: Page) => Promise<void>
  /** Left out: with the operator's key. `user`: as the owner; `out`: not at all; `fresh`: nobody is there yet. */
  readonly as?: 'user' | 'out' | 'fresh'
  /** How high its picture may be, px; left out: 1,200. */
  readonly tallest?: number
}

const PLACES: readonly Place[] = [
  { name: 'sign-in', path: () => '/overview', shows: 'or by password', as: 'out' },
  {
    name: 'sign-in-refused',
    path: () => '/sign-in?refused=no-account',
    shows: 'Ask an admin for an invitation',
    as: 'out',
  },
  {
    name: 'sign-in-key',
    path: () => '/overview',
    shows: 'or by password',
    as: 'out',
    act: async page => {
      await page.getByRole('button', { name: 'Use an API key instead' }).click()
      await page.getByText('No key at hand?').waitFor()
    },
  },
  { name: 'first-run', path: () => '/', shows: 'Set StatusPulse up', as: 'fresh' },
  { name: 'join', path: ({ joinPath }) => joinPath, shows: 'Join default', as: 'out' },
  { name: 'join-gone', path: () => '/join#nothing', shows: 'This link does not work', as: 'out' },
  { name: 'settings-account', path: () => '/settings', shows: 'this one', as: 'user' },
  { name: 'settings-members', path: () => '/settings/members', shows: 'nia@example.com', as: 'user' },
  {
    name: 'settings-invite',
    path: () => '/settings/members',
    shows: 'nia@example.com',
    as: 'user',
    act: async page => {
      await page.getByRole('button', { name: 'Invite somebody' }).click()
      await page.getByLabel('E-mail address').fill('zoe@example.com')
      await page.getByRole('button', { name: 'Make the link' }).click()
      await page.getByTestId('link').waitFor()
    },
  },
  { name: 'overview', path: () => '/overview', shows: 'Busiest monitors' },
  { name: 'webhooks', path: () => '/webhooks', shows: 'On-call team' },
  { name: 'webhook-new', path: () => '/webhooks/new', shows: 'Check and register' },
  {
    name: 'webhook',
    path: ({ endpointId }) => `/webhooks/${endpointId}`,
    shows: /Would have matched/,
    act: page => sendDryRun(page),
    tallest: 6_000,
  },
  ...['target', 'triggers', 'secret', 'simulate', 'verify', 'rules'].map((step, index) => ({
    name: `set-up-${index + 1}-${step}`,
    path: ({ endpointId }: Scene) => `/webhooks/${endpointId}/set-up?step=${index + 1}`,
    shows: 'Finish later',
  })),
  { name: 'deliveries', path: () => '/deliveries', shows: 'Earlier ones' },
  { name: 'deliveries-none', path: () => '/deliveries?monitor=nobody', shows: 'Nothing matches' },
  {
    name: 'deliveries-replay',
    path: () => '/deliveries?status=failed',
    shows: 'to Archive',
    act: page => page.getByRole('button', { name: 'Replay what failed…' }).click(),
  },
  {
    name: 'delivery-failed',
    path: ({ failedDeliveryId }) => `/deliveries/${failedDeliveryId}`,
    shows: 'HTTP 404',
  },
  {
    name: 'delivery-waiting',
    path: ({ waitingDeliveryId }) => `/deliveries/${waitingDeliveryId}`,
    shows: /planned: the next/,
  },
  { name: 'event', path: ({ eventId }) => `/events/${eventId}`, shows: 'Not sent to' },
  {
    name: 'live',
    path: () => '/live',
    shows: 'Listening',
    act: async page => {
      await page.getByText('live', { exact: true }).waitFor()
      await happen()
      await page.getByText('auth-service').first().waitFor()
    },
  },
  { name: 'monitors', path: () => '/monitors', shows: 'search-index' },
  { name: 'monitor', path: ({ monitorId }) => `/monitors/${monitorId}`, shows: 'Latest check' },
  {
    name: 'monitor-new',
    path: () => '/monitors',
    shows: 'search-index',
    act: async page => {
      await page.getByRole('button', { name: 'Add a monitor' }).click()
      await page.getByRole('button', { name: 'Page or API' }).click()
    },
  },
  {
    name: 'monitor-edit',
    path: ({ monitorId }) => `/monitors/${monitorId}`,
    shows: 'Latest check',
    act: async page => {
      await page.getByRole('button', { name: 'Edit' }).click()
      await page.getByText('Advanced').click()
    },
  },
  {
    name: 'monitor-threshold',
    path: ({ monitorId }) => `/monitors/${monitorId}`,
    shows: 'Latest check',
    act: page => page.getByRole('button', { name: 'Add a threshold' }).click(),
  },
  { name: 'incidents', path: () => '/incidents', shows: 'storefront' },
  { name: 'incident', path: ({ incidentId }) => `/incidents/${incidentId}`, shows: 'Timeline' },
  { name: 'quiet', path: () => '/quiet', shows: 'Maintenance windows' },
  {
    name: 'quiet-new',
    path: () => '/quiet?monitor=search-index',
    shows: 'Silence them',
  },
  { name: 'settings-keys', path: () => '/settings/keys', shows: 'configured admin token' },
  {
    name: 'settings-key-new',
    path: () => '/settings/keys',
    shows: 'configured admin token',
    act: async page => {
      await page.getByRole('button', { name: 'Make a key' }).click()
      await page.getByLabel('Who or what uses it').fill('billing service')
    },
  },
  { name: 'settings-workspaces', path: () => '/settings/workspaces', shows: 'makes unknown monitors' },
  { name: 'settings-queues', path: () => '/settings/queues', shows: 'ticketing', tallest: 2_000 },
  {
    name: 'settings-queue-new',
    path: () => '/settings/queues',
    shows: 'ticketing',
    act: page => page.getByRole('button', { name: 'Make a queue' }).click(),
  },
  {
    name: 'settings-forwarder-new',
    path: () => '/settings/queues',
    shows: 'ticketing',
    act: async page => {
      await page.getByRole('button', { name: 'Forward to a broker: ticketing' }).click()
      await page.getByLabel('Broker', { exact: true }).selectOption('rabbitmq')
    },
  },
  { name: 'settings-nodes', path: () => '/settings/nodes', shows: '64 of 64 buckets' },
  { name: 'settings-retention', path: () => '/settings/retention', shows: '365 days' },
  { name: 'settings-audit', path: () => '/settings/audit', shows: 'Made the endpoint "Operations"' },
  { name: 'settings-audit-none', path: () => '/settings/audit?target=nobody', shows: 'Nothing matches' },
  {
    name: 'settings-status-page',
    path: () => '/settings/status-page',
    shows: 'Everybody may read it',
    act: async page => {
      await page.getByRole('button', { name: 'Add a group' }).click()
      await page.getByLabel(/^Public name of/).fill('Checkout')
    },
  },
  { name: 'nothing-here', path: () => '/no/such/page', shows: 'This address leads nowhere' },
  {
    name: 'palette',
    path: () => '/webhooks',
    shows: 'On-call team',
    act: async page => {
      await page.keyboard.press('Control+k')
      await page.getByRole('option', { name: /Operations/ }).waitFor()
    },
  },
  {
    name: 'keyboard-help',
    path: () => '/webhooks',
    shows: 'On-call team',
    act: async page => {
      await page.keyboard.press('?')
      await page.getByText('By keyboard').waitFor()
    },
  },
]

const browser: Browser | null = await launchChromium()

describe.skipIf(!browser)('Every page of the console', () => {
  beforeAll(async () => {
    scene = await startScene()
    if (PICTURES) await mkdir(PICTURES, { recursive: true })
  })
  afterAll(async () => {
    await browser?.close()
    await scene?.stop()
  })

  describe.each(['light', 'dark'] as const)('in the %s theme', theme => {
    describe.each(['desktop', 'phone'] as const)('on a %s', size => {
      it.each(PLACES)(
        '$name has no fault that axe knows, keeps to the content policy and fits its width',
        async place => {
          await visit(place, size, theme)
        },
      )
    })
  })
})

let scene: Scene

async function visit(place: Place, size: Size, theme: Theme): Promise<void> {
  const proof = { key: { token: scene.app.token }, user: { cookie: scene.cookie }, out: {}, fresh: {} }
  const app = place.as === 'fresh' ? scene.fresh : scene.app
  const { page, context, faults } = await openConsole(browser!, app, {
    size,
    theme,
    ...proof[place.as ?? 'key'],
  })
  await page.goto(place.path(scene))
  await page.getByText(place.shows).first().waitFor()
  await place.act?.(page)
  // Whatever else the page shows is there too.
  await page.locator('.skeleton').first().waitFor({ state: 'detached' })
  const { violations } = await new AxeBuilder({ page })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'])
    .analyze()
  if (PICTURES) await picture(page, `${PICTURES}/${place.name}-${size}-${theme}.png`, place.tallest)
  expect(
    violations.map(({ id, nodes }) => [
      id,
      ...nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`),
    ]),
  ).toEqual([])
  expect(faults).toEqual([])
  const overflow = await page.evaluate('document.documentElement.scrollWidth - innerWidth')
  expect(overflow).toBeLessThanOrEqual(0)
  await context.close()
}

/** A picture of the whole page, as a window of its height would show it. */
async function picture(page: Page, path: string, tallest = 1_200): Promise<void> {
  const { width, height } = page.viewportSize()!
  const whole = await page.evaluate<number>('document.documentElement.scrollHeight')
  await page.setViewportSize({ width, height: Math.max(height, Math.min(whole, tallest)) })
  await page.evaluate('scrollTo(0, 0)')
  await page.screenshot({ path, animations: 'disabled' })
}

async function sendDryRun(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Send dry run' }).click()
  await page.getByLabel('Result of the dry run').getByText('HTTP 200').waitFor()
}

async function happen(): Promise<void> {
  await scene.app.send(
    ['payments-gateway', 'eu-west-edge', 'search-index', 'auth-service'].map(monitor_name => ({
      monitor_name,
      status: 'degraded',
      event_type: 'incident.opened',
    })),
  )
}
