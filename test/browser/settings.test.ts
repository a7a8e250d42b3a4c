import { randomBytes } from 'node:crypto'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { silentLog } from '../../src/ground/log.ts'
import { Database } from '../../src/store/database.ts'
import { insertForwarder } from '../../src/store/forwarders.ts'
import { Sealer } from '../../src/store/seal.ts'
import { join, setUp } from '../accounts/person.ts'
import { startTestApp, type TestApp } from '../helpers/app.ts'
import { type Receiver, startReceiver } from '../helpers/receiver.ts'
import { launchChromium, openConsole, type Size } from './console-pages.ts'

const browser: Browser | null = await launchChromium()

describe.skipIf(!browser)('Somebody who runs StatusPulse, in the settings', () => {
  let app: TestApp
  let receiver: Receiver
  const secretsKey = randomBytes(32)

  beforeAll(async () => {
    app = await startTestApp({ config: { secretsKey: secretsKey.toString('hex') } })
    receiver = await startReceiver()
  })
  afterAll(async () => {
    await browser?.close()
    await receiver?.close()
    await app?.stop()
  })

  /** Runs `walk` on a page of somebody who is signed in; nothing may go wrong on it. */
  async function signedIn(
    walk: (page: Page) => Promise<void>,
    options: { size?: Size; token?: string } = {},
  ) {
    const { size = 'desktop', token = app.token } = options
    const { page, context, faults } = await openConsole(browser!, app, { size, theme: 'light', token })
    await walk(page)
    expect(faults).toEqual([])
    await context.close()
  }

  const workspaceBy = (key: string) =>
    fetch(`${app.url}/v1/workspace`, { headers: { authorization: `Bearer ${key}` } })

  it.each(['desktop', 'phone'] as const)('makes a key, sees it once, and revokes it, on a %s', async size => {
    await signedIn(
      async page => {
        await page.goto('/overview')
        await page.getByRole('link', { name: 'Settings' }).and(page.locator(':visible')).click()
        await page.getByRole('link', { name: 'API keys', exact: true }).click()
        await page.getByRole('button', { name: 'Make a key' }).click()
        await page.getByLabel('Who or what uses it').fill(`laptop ${size}`)
        await page.getByLabel(/^ingest/).uncheck()
        await page.getByLabel(/^read/).check()
        await page.getByRole('button', { name: 'Make it' }).click()
        const key = (await page.getByTestId('key').textContent())!
        expect((await workspaceBy(key)).status).toBe(200)
        await page.getByRole('button', { name: 'I have stored it' }).click()
        expect(await page.content()).not.toContain(key)

        const row = page
          .getByLabel('Valid keys')
          .getByRole('listitem')
          .filter({ hasText: `laptop ${size}` })
        await row.getByRole('button', { name: /^Revoke/ }).click()
        await page.getByRole('button', { name: 'Revoke', exact: true }).click()
        await row.waitFor({ state: 'detached' })
        expect((await workspaceBy(key)).status).toBe(401)
      },
      { size },
    )
  })

  it('makes a second operator, and removes one', async () => {
    const olga = await setUp(app.url, app.token)
    await join(app.url, olga, 'ben@example.com', 'viewer')
    await signedIn(async page => {
      await page.goto('/settings/members')
      const operators = page.getByRole('list', { name: 'Operators' })
      await operators.getByText('the last one stays').waitFor()
      await page.getByLabel('Somebody who has an account').fill('ben@example.com')
      await page.getByRole('button', { name: 'Make them an operator' }).click()
      const ben = operators.getByRole('listitem').filter({ hasText: 'ben@example.com' })
      await ben.getByRole('button').click()
      await page.getByRole('button', { name: 'Remove', exact: true }).click()
      await ben.waitFor({ state: 'detached' })
    })
  })

  it('makes a queue, and sees how far its consumer is behind', async () => {
    const { id } = await app.addEndpoint(receiver.url)
    await signedIn(async page => {
      await page.goto('/settings/queues')
      await page.getByRole('button', { name: 'Make a queue' }).click()
      await page.getByLabel('Name').fill('pages')
      await page.getByLabel('Monitors').fill('shop-*, cart')
      await page.getByRole('button', { name: 'Make it' }).click()
      const queue = page.getByRole('region', { name: 'pages' })
      await queue.getByText('Attempts with monitors shop-*, cart.').waitFor()
      await queue.getByText('Nobody reads it yet').waitFor()

      await app.call('GET', '/v1/queues/pages/messages?consumer=my-program')
      await app.send([
        { monitor_name: 'shop-1', status: 'down' },
        { monitor_name: 'other', status: 'down' },
      ])
      await app.eventually(
        `/v1/deliveries?status=delivered&endpoint_id=${id}`,
        ({ data }) => data.length === 2,
      )
      const consumers = queue.getByLabel('Consumers of pages')
      await consumers.getByText('my-program', { exact: true }).waitFor()
      await consumers.getByText(/1 behind/).waitFor()

      const { body } = await app.call('GET', '/v1/queues/pages/messages?consumer=my-program&wait=5')
      await app.call('POST', '/v1/queues/pages/ack', { consumer: 'my-program', cursor: body.cursor })
      await consumers.getByText('has everything').waitFor()

      await queue.getByRole('button', { name: 'Delete the queue pages?' }).click()
      await page.getByRole('button', { name: 'Delete', exact: true }).click()
      await queue.waitFor({ state: 'detached' })
    })
  })

  it('is told why a broker cannot be used', async () => {
    await signedIn(async page => {
      await page.goto('/settings/queues')
      await page.getByRole('button', { name: 'Forward to a broker: ops-integrations' }).click()
      await page.getByLabel('URL').fill('nats://127.0.0.1:1')
      await page.getByLabel('Subject').fill('ops.attempts')
      await page.getByRole('button', { name: 'Try out and forward' }).click()
      await page
        .getByRole('alert')
        .filter({ hasText: /127\.0\.0\.1:1|refused|ECONNREFUSED|connect/ })
        .waitFor()
    })
  })

  it('sees why a forwarder stands still, pauses it, and deletes it', async () => {
    await makeForwarder(app, secretsKey)
    await signedIn(async page => {
      await page.goto('/settings/queues')
      const row = page.getByLabel('Forwarders of ops-integrations').getByRole('listitem')
      await row.getByText('subject ops.attempts').waitFor()
      await row.getByText('retrying').waitFor()
      expect(await page.content()).not.toContain('hush')
      await row.getByRole('switch').click()
      await row.getByText('paused').waitFor()
      await row.getByRole('button', { name: 'Edit the forwarder to nats' }).click()
      await page.getByLabel('Subject').fill('ops.others')
      await page.getByRole('button', { name: 'Try out and change' }).click()
      await page.getByRole('dialog').getByRole('alert').waitFor()
      await page.keyboard.press('Escape')
      await row.getByRole('button', { name: 'Delete the forwarder to nats?' }).click()
      await page.getByRole('button', { name: 'Delete', exact: true }).click()
      await row.waitFor({ state: 'detached' })
    })
    const { body } = await app.call('GET', '/v1/audit?limit=2')
    expect(body.data.map(({ summary }: { summary: string }) => summary)).toEqual([
      'Deleted a forwarder of the queue "ops-integrations" to "nats"',
      'Changed a forwarder of the queue "ops-integrations" to "nats"',
    ])
  })

  it('sees every node, and which buckets it owns', async () => {
    const other = await startTestApp({
      beside: app,
      config: { secretsKey: secretsKey.toString('hex') },
    })
    await app.eventually(
      '/v1/nodes',
      ({ data }) =>
        data.length === 2 && data.every((node: { buckets: number[] }) => node.buckets.length === 32),
    )
    await signedIn(async page => {
      await page.goto('/settings/nodes')
      await page.getByText('Every bucket has its owner').waitFor()
      expect(await page.getByRole('img', { name: /^Owns 32 of 64 buckets/ }).count()).toBe(2)
    })
    await other.stop()
  })

  it('finds in the audit log who changed what, and finds it again at its address', async () => {
    const { id } = await app.addEndpoint(receiver.url, { name: 'Pagers' })
    await signedIn(async page => {
      await page.goto('/settings/workspaces')
      await page.getByRole('switch', { name: 'Unknown monitors are made', exact: true }).click()
      await page
        .getByRole('switch', { name: 'Unknown monitors are made', exact: true, checked: false })
        .waitFor()
      await app.call('PATCH', `/v1/endpoints/${id}`, {
        timeout_ms: 9_000,
        headers: { 'x-hush': 'hush-hush' },
      })

      await page.getByRole('link', { name: 'Audit log' }).click()
      const changes = page.getByLabel('Changes, the latest first')
      const workspace = changes
        .getByRole('listitem')
        .filter({ hasText: 'Changed the workspace "default"' })
        .first()
      await workspace.getByText('allow_unknown_monitors from true to false').waitFor()
      await workspace.getByText('configured admin token').waitFor()

      await page.getByLabel('What it was done to').fill('Pagers')
      await page.keyboard.press('Enter')
      await page.waitForURL(/target=Pagers/)
      await page.getByLabel('What was done', { exact: true }).selectOption('updateEndpoint')
      await page.reload()
      await changes.getByText('timeout_ms from 5000 to 9000').waitFor()
      expect(await changes.innerText()).toContain('headers')
      expect(await page.content()).not.toContain('hush-hush')
      await page.getByText('That is the only one.').waitFor()
    })
    await app.call('PATCH', '/v1/workspace', { allow_unknown_monitors: true })
  })

  it('is told what is the operator’s', async () => {
    const { body } = await app.call('POST', '/v1/keys', { name: 'not the operator', scopes: ['admin'] })
    await signedIn(
      async page => {
        await page.goto('/settings/nodes')
        await page.getByText('Only operators of the whole installation may do this.').waitFor()
        expect(await page.getByRole('link', { name: 'Nodes' }).count()).toBe(0)
        await page.getByRole('link', { name: 'Workspaces' }).click()
        await page.getByText('This workspace').waitFor()
        expect(await page.getByText('All workspaces').count()).toBe(0)
      },
      { token: body.key },
    )
  })

  it('makes a workspace, and is given its first key', async () => {
    await signedIn(async page => {
      await page.goto('/settings/workspaces')
      await page.getByRole('button', { name: 'Make a workspace' }).click()
      await page.getByRole('dialog').getByLabel('Name').fill('Payments')
      await page.getByRole('button', { name: 'Make it' }).click()
      const key = (await page.getByTestId('key').textContent())!
      expect(await (await workspaceBy(key)).json()).toMatchObject({ name: 'Payments' })
      await page.getByRole('button', { name: 'I have stored it' }).click()
      await page.getByRole('switch', { name: 'Unknown monitors are made in Payments' }).click()
      await page.getByText('known monitors only').waitFor()
      expect(await (await workspaceBy(key)).json()).toMatchObject({ allow_unknown_monitors: false })
    })
  })
})

/** Not by the API, which would try its broker out: nobody is there. */
async function makeForwarder(app: TestApp, secretsKey: Buffer): Promise<void> {
  const database = new Database({ connection: { connectionString: app.database.url }, log: silentLog })
  const draft = {
    workspaceId: (await app.call('GET', '/v1/workspace')).body.id,
    queue: 'ops-integrations',
    destination: { broker: 'nats', subject: 'ops.attempts' } as const,
    url: 'nats://ops:hush@127.0.0.1:1',
    enabled: true,
    from: { position: 0, id: '' },
  }
  await insertForwarder(database, new Sealer(secretsKey), draft, 20, Date.now())
  await database.stop()
}
