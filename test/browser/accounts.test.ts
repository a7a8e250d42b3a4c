import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PASSWORD, setUp } from '../accounts/person.ts'
import { startProvider, type TestProvider } from '../accounts/provider.ts'
import { startTestApp, type TestApp } from '../helpers/app.ts'
import { type ConsolePage, launchChromium, openConsole } from './console-pages.ts'

const browser: Browser | null = await launchChromium()

describe.skipIf(!browser)('People', () => {
  let app: TestApp
  let provider: TestProvider
  beforeAll(async () => {
    provider = await startProvider()
    const { issuer, clientId, clientSecret } = provider
    app = await startTestApp({
      config: { oidcIssuer: issuer, oidcClientId: clientId, oidcClientSecret: clientSecret },
    })
    provider.allow(app.url)
    await setUp(app.url, app.token)
  })
  afterAll(async () => {
    await browser?.close()
    await app?.stop()
    await provider?.stop()
  })

  const open = (size: 'desktop' | 'phone' = 'desktop', where = app) =>
    openConsole(browser!, where, { size, theme: 'light' })

  /** The provider is another origin, with a certificate of our own. */
  const openForProvider = () =>
    browser!.newContext({ baseURL: app.url, ignoreHTTPSErrors: true, locale: 'en-GB' })

  it('set the installation up, invite, join, and may what their roles say', async () => {
    const fresh = await startTestApp()
    const olga = await open('desktop', fresh)
    await walkSetUp(olga.page, fresh.token)
    const link = await invite(olga.page, 'vera@example.com', 'viewer')

    const vera = await open('phone', fresh)
    await join(vera.page, link, 'Vera')
    await vera.page.goto('/settings/members')
    await vera.page.getByText('Only admins of this workspace may do this.').waitFor()
    await vera.page.goto('/settings/account')
    await vera.page.getByText('vera@example.com').waitFor()

    // The link worked once.
    await vera.page.goto('/overview')
    await vera.page.goto(link)
    await vera.page.getByText('This link does not work').waitFor()

    await olga.page.reload()
    await olga.page.getByLabel('Role of Vera').selectOption('admin')
    await vera.page.goto('/settings/members')
    await vera.page.getByText('olga@example.com').waitFor()

    await olga.page.getByRole('button', { name: 'Remove Vera' }).click()
    await olga.page.getByRole('button', { name: 'Remove', exact: true }).click()
    await olga.page.getByText('vera@example.com').waitFor({ state: 'detached' })
    await vera.page.reload()
    await vera.page.getByRole('heading', { name: 'Sign in' }).waitFor()
    await close(olga, vera)
    await fresh.stop()
  })

  it('sign in and out, see their sessions, and end one elsewhere', async () => {
    const here = await open()
    await signIn(here.page, 'wrong password here')
    await here.page.getByText('The e-mail address or the password is wrong.').waitFor()
    await signIn(here.page, PASSWORD)
    await here.page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor()
    const elsewhere = await open('phone')
    await signIn(elsewhere.page, PASSWORD)
    await elsewhere.page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor()
    await elsewhere.page.goto('/live')
    await elsewhere.page.getByText('live', { exact: true }).waitFor()

    await here.page.goto('/settings')
    const others = here.page.getByRole('button', { name: /End the session of Chrome/ })
    await others.first().waitFor()
    const count = await others.count()
    // The latest used is the one that was just opened.
    await others.first().click()
    await elsewhere.page.getByRole('heading', { name: 'Sign in' }).waitFor()
    await expect.poll(() => others.count()).toBe(count - 1)

    await here.page.getByLabel('Name', { exact: true }).fill('Olga Petrova')
    await here.page.getByRole('button', { name: 'Save' }).click()
    await here.page.getByText('Saved.').waitFor()
    await here.page.getByRole('link', { name: /Olga Petrova/ }).waitFor()
    await here.page.getByRole('button', { name: 'Sign out' }).click()
    await here.page.getByRole('heading', { name: 'Sign in' }).waitFor()
    await here.page.goto('/settings')
    await here.page.getByRole('heading', { name: 'Sign in' }).waitFor()
    await close(here, elsewhere)
  })

  it('change their password, and set another by a link', async () => {
    const olga = await open()
    await signIn(olga.page, PASSWORD)
    await olga.page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor()
    const ben = await open()
    await join(ben.page, await invite(olga.page, 'ben@example.com', 'responder'), 'Ben')
    await ben.page.goto('/settings/account')
    await ben.page.getByLabel('Current password').fill('not this one')
    await ben.page.getByLabel('New password').fill('staple correct horse')
    await ben.page.getByRole('button', { name: 'Change password' }).click()
    await ben.page.getByText('Is not your password.').waitFor()
    await ben.page.getByLabel('Current password').fill(PASSWORD)
    await ben.page.getByRole('button', { name: 'Change password' }).click()
    await ben.page.getByText('Changed.').waitFor()

    await olga.page.reload()
    await olga.page.getByRole('button', { name: 'Password link for Ben' }).click()
    const link = (await olga.page.getByTestId('link').textContent()) ?? ''
    const again = await open()
    await again.page.goto(link)
    await again.page.getByLabel('New password').fill('another new password')
    await again.page.getByRole('button', { name: 'Set the password' }).click()
    await again.page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor()
    await ben.page.goto('/overview')
    await ben.page.getByRole('heading', { name: 'Sign in' }).waitFor()
    await close(olga, ben, again)
  })

  it('sign in by the provider, and come back to the page that they wanted', async () => {
    const context = await openForProvider()
    const page = await context.newPage()
    const name = `Continue with ${new URL(provider.issuer).host}`
    provider.signsIn('stranger', { email: 'stranger@example.com', email_verified: true })
    await page.goto('/deliveries?status=failed')
    await page.getByRole('link', { name }).click()
    await page.getByText('Nobody here has your e-mail address.').waitFor()

    await context.clearCookies()
    provider.signsIn('olga', { email: 'olga@example.com', email_verified: true })
    await page.goto('/deliveries?status=failed')
    await page.getByRole('link', { name }).click()
    await page.getByRole('heading', { name: 'Deliveries', level: 1 }).waitFor()
    expect(new URL(page.url()).search).toBe('?status=failed')
    await context.close()
  })

  it('accept an invitation by the provider alone', async () => {
    const olga = await open()
    await signIn(olga.page, PASSWORD)
    await olga.page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor()
    const link = await invite(olga.page, 'mia@example.com', 'responder')
    provider.signsIn('mia', { email: 'mia@example.com', email_verified: true, name: 'Mia' })
    const context = await openForProvider()
    const page = await context.newPage()
    await page.goto(link)
    await page.getByRole('link', { name: /^Continue with/ }).click()
    await page.getByRole('link', { name: /Mia/ }).waitFor()
    await page.goto('/settings/account')
    await page.getByText('have no password here').waitFor()
    await context.close()
    await close(olga)
  })

  it('change between workspaces, and see nothing of the other one there', async () => {
    const olga = await open()
    await signIn(olga.page, PASSWORD)
    await olga.page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor()
    await app.call('POST', '/v1/monitors', { name: 'only-in-default' })
    const made = await olga.page.evaluate<number>(
      `fetch('/v1/workspaces', { method: 'POST', headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ name: 'Payments' }) }).then(answer => answer.status)`,
    )
    expect(made).toBe(201)
    await olga.page.goto('/settings/account')
    await olga.page.getByRole('button', { name: 'Go to Payments' }).click()
    await olga.page.getByRole('button', { name: 'Go to default' }).waitFor()
    await olga.page.goto('/monitors')
    await olga.page
      .getByText('Nothing is watched yet')
      .or(olga.page.getByText(/No monitor/))
      .first()
      .waitFor()
    expect(await olga.page.getByText('only-in-default').count()).toBe(0)
    await close(olga)
  })

  async function walkSetUp(page: Page, token: string): Promise<void> {
    await page.goto('/')
    await page.getByLabel('Admin token').fill('sp_guess')
    await page.getByLabel('Your name').fill('Olga')
    await page.getByLabel('E-mail address').fill('olga@example.com')
    await page.getByLabel('Password').fill(PASSWORD)
    await page.getByRole('button', { name: 'Make the first account' }).click()
    await page.getByText('Is not the admin token.').waitFor()
    await page.getByLabel('Admin token').fill(token)
    await page.getByRole('button', { name: 'Make the first account' }).click()
    await page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor()
    await page.getByRole('link', { name: /Olga/ }).waitFor()
  }

  async function signIn(page: Page, password: string): Promise<void> {
    await page.goto('/')
    await page.getByLabel('E-mail address').fill('olga@example.com')
    await page.getByLabel('Password').fill(password)
    await page.getByRole('button', { name: 'Sign in' }).click()
  }

  async function invite(page: Page, email: string, role: string): Promise<string> {
    await page.getByRole('link', { name: 'Settings', exact: true }).first().click()
    await page.getByRole('link', { name: 'Members' }).click()
    await page.getByRole('button', { name: 'Invite somebody' }).click()
    await page.getByLabel('E-mail address').fill(email)
    await page.getByLabel('Role', { exact: true }).selectOption(role)
    await page.getByRole('button', { name: 'Make the link' }).click()
    const link = (await page.getByTestId('link').textContent()) ?? ''
    await page.getByRole('button', { name: 'Done' }).click()
    await page.getByText(`${role}, invited by`).waitFor()
    return link
  }

  async function join(page: Page, link: string, name: string): Promise<void> {
    await page.goto(link)
    await page.getByLabel('Your name').fill(name)
    await page.getByLabel('Password').fill(PASSWORD)
    await page.getByRole('button', { name: 'Join' }).click()
    await page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor()
  }

  async function close(...consoles: ConsolePage[]): Promise<void> {
    for (const { context, faults } of consoles) {
      expect(faults).toEqual([])
      await context.close()
    }
  }
})
