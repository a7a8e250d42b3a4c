import { mkdir } from 'node:fs/promises'
import { AxeBuilder } from '@axe-core/playwright'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type StatusScene, startStatusScene } from '../status-page/scene.ts'
import { launchChromium, openConsole, SIZES } from './console-pages.ts'

const PICTURES = process.env.STATUSPULSE_SCREENSHOTS
const browser = await launchChromium()

describe.skipIf(!browser)('The public status page in a browser', () => {
  let scene: StatusScene
  beforeAll(async () => {
    scene = await startStatusScene()
    await scene.publish({ description: 'How the services of Acme are doing.' })
    const incidentId = await scene.openIncident()
    await scene.comment(incidentId, { comment: 'We know why, and are putting it right.', public: true })
    await scene.app.send([
      { monitor_name: 'internal-search', status: 'operational' },
      { monitor_name: 'internal-mail', status: 'degraded' },
    ])
    const { data } = await scene.app.eventually('/v1/monitors', body => body.data.length === 3)
    const idOf = (name: string) => data.find((one: { name: string }) => one.name === name).id
    await scene.publish({
      description: 'How the services of Acme are doing.',
      groups: [
        { name: 'Shop', monitors: [{ monitor_id: scene.monitorId, display_name: 'Checkout' }] },
        {
          name: 'Company',
          monitors: [
            { monitor_id: idOf('internal-search'), display_name: 'Search' },
            { monitor_id: idOf('internal-mail'), display_name: 'Mail' },
          ],
        },
      ],
    })
    for (const name of ['internal-checkout-db', 'internal-search', 'internal-mail']) {
      await scene.giveHistory(name, idOf(name))
    }
    await scene.fresh()
    if (PICTURES) await mkdir(PICTURES, { recursive: true })
  })
  afterAll(async () => {
    await browser?.close()
    await scene?.stop()
  })

  describe.each(['light', 'dark'] as const)('in the %s theme', theme => {
    it.each(['desktop', 'phone'] as const)(
      'on a %s needs no JavaScript, has no fault that axe knows, keeps to the content policy and fits its width',
      async size => {
        const context = await browser!.newContext({
          viewport: SIZES[size],
          colorScheme: theme,
          javaScriptEnabled: false,
        })
        const page = await context.newPage()
        page.setDefaultTimeout(10_000)
        const faults: string[] = []
        page.on('console', message => faults.push(message.text()))
        page.on('request', request => {
          if (request.url() !== `${scene.app.url}/status/acme`) faults.push(`request to ${request.url()}`)
        })
        await page.goto(`${scene.app.url}/status/acme`)
        await page.getByRole('heading', { name: 'Acme status', level: 1 }).waitFor()
        await page.getByText('1 service is down').waitFor()
        await page.getByRole('img', { name: /^Checkout: .* in the last 90 days$/ }).waitFor()
        await page.getByText('We know why, and are putting it right.').waitFor()
        const days = page.getByText(/\d days? with trouble or maintenance/).first()
        await days.focus()
        await page.keyboard.press('Enter')
        await page.getByRole('listitem').getByText(': down for').first().waitFor()
        const colours = await page.evaluate('getComputedStyle(document.body).backgroundColor')
        expect(colours).toBe(theme === 'dark' ? 'rgb(13, 14, 16)' : 'rgb(246, 246, 243)')
        if (PICTURES) {
          const path = `${PICTURES}/status-page-${size}-${theme}.png`
          await page.screenshot({ path, fullPage: true })
        }
        expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(
          0,
        )
        expect(faults).toEqual([])
        await context.close()
        expect(await axeFaults(theme, size)).toEqual([])
      },
    )
  })

  it('breaks what is too long for a phone', async () => {
    const endless = 'Averyveryverylongnamewithoutanyplacetobreakit'.repeat(2)
    await scene.publish({
      title: endless,
      description: endless,
      groups: [{ name: endless, monitors: [{ monitor_id: scene.monitorId, display_name: endless }] }],
    })
    const context = await browser!.newContext({ viewport: SIZES.phone, javaScriptEnabled: false })
    const page = await context.newPage()
    await page.goto(`${scene.app.url}/status/acme`)
    await page.getByRole('heading', { name: endless, level: 1, exact: true }).waitFor()
    expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0)
    await context.close()
  })

  it('is set up in the console, and read by its link', async () => {
    await scene.publish({ enabled: false, groups: [] })
    const { page, context, faults } = await openConsole(browser!, scene.app, {
      size: 'desktop',
      theme: 'light',
      token: scene.app.token,
    })
    await page.goto('/settings/status-page')
    await page.getByLabel('Everybody may read it').check()
    await page.getByRole('textbox', { name: 'Address' }).fill('Not An Address')
    await page.getByRole('button', { name: 'Add a group' }).click()
    await page.getByLabel('Public name of internal-checkout-db').fill('Our <b>checkout</b>')
    await page.getByRole('button', { name: 'Save' }).click()
    await page
      .getByText(/must be 1 to 63 of a-z/)
      .first()
      .waitFor()
    await page.getByRole('textbox', { name: 'Address' }).fill('acme-2')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('Saved.').waitFor()
    const opened = context.waitForEvent('page')
    await page.getByRole('link', { name: 'See the live page' }).click()
    await (await opened).getByRole('heading', { name: 'Our <b>checkout</b>', exact: true }).waitFor()
    expect(faults).toEqual([])
    await context.close()
  })

  /** axe itself is a script: it looks at the same page where scripts may run beside the content policy. */
  async function axeFaults(theme: 'light' | 'dark', size: 'desktop' | 'phone') {
    const context = await browser!.newContext({ viewport: SIZES[size], colorScheme: theme, bypassCSP: true })
    const page = await context.newPage()
    await page.goto(`${scene.app.url}/status/acme`)
    const { violations } = await new AxeBuilder({ page })
      .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'])
      .analyze()
    await context.close()
    return violations.map(({ id, nodes }) => [id, ...nodes.map(({ html }) => html)])
  }
})
