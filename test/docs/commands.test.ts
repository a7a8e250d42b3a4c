import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestApp, type TestApp } from '../helpers/app.ts'
import { createTestDatabase } from '../helpers/postgres.ts'
import { type Receiver, startReceiver } from '../helpers/receiver.ts'
import { allPages, blocksOf } from './pages.ts'
import { Session } from './session.ts'

/** Their commands need somebody else's service or package registry; sdk/checks runs what they say. */
const ELSEWHERE = /^docs\/how-to\/(verify-\w+|slack|pagerduty|teams|discord|email)\.md$/

/** Runs a page from its first block to its last. */
async function workThrough(page: string, session: Session): Promise<void> {
  try {
    for (const block of blocksOf(page)) {
      const isShell = block.language === 'sh' && block.attributes['no-run'] === undefined
      if (isShell || block.attributes.file !== undefined) await session.run(block)
    }
  } finally {
    await session.end()
  }
}

/** Pages whose reader begins with nothing but the checkout. */
const FROM_NOTHING = [
  'README.md',
  'docs/tutorial/first-webhook.md',
  'docs/how-to/allow-http-and-private-networks.md',
  'docs/how-to/back-up-and-restore.md',
]

describe('works as it is printed, from nothing', () => {
  test.each(FROM_NOTHING)('%s', async page => {
    await workThrough(page, await Session.start())
  })

  test('docs/how-to/run-on-your-own-postgres.md', async () => {
    const database = await createTestDatabase('empty')
    const places = { 'postgres://statuspulse:password@db.example.com:5432/statuspulse': database.url }
    try {
      await workThrough('docs/how-to/run-on-your-own-postgres.md', await Session.start({ places }))
    } finally {
      await database.drop()
    }
  })
})

describe('works as it is printed, with a server that runs', () => {
  let app: TestApp
  let receiver: Receiver

  beforeAll(async () => {
    receiver = await startReceiver({ tls: 'good' })
    app = await startTestApp()
  })

  afterAll(async () => {
    await app.stop()
    await receiver.close()
  })

  const startSession = () =>
    Session.start({
      env: { STATUSPULSE_URL: app.url, STATUSPULSE_TOKEN: app.token, DATABASE_URL: app.database.url },
      places: { 'https://receiver.example.com': new URL(receiver.url).origin },
    })

  /** An endpoint with a delivery that failed; what the reader has seen of them. */
  async function failADelivery(): Promise<string> {
    receiver.answerWith({ status: 404 })
    const { id } = await app.addEndpoint(receiver.url, { filter: { monitors: ['failing'] } })
    await app.send({ monitor_name: 'failing', status: 'down' })
    await app.eventually(`/v1/deliveries?endpoint_id=${id}&status=failed`, ({ data }) => data.length === 1)
    receiver.answerWith({ status: 200 })
    return id
  }

  const LISTED = [
    'docs/how-to/alertmanager.md',
    'docs/how-to/prometheus.md',
    'docs/how-to/grafana.md',
    'docs/how-to/cloudevents.md',
    'docs/how-to/opentelemetry.md',
    'docs/how-to/register-and-filter-endpoints.md',
    'docs/how-to/rotate-a-secret.md',
    'docs/how-to/shape-the-payload.md',
    'docs/how-to/follow-the-live-stream.md',
    'docs/how-to/use-the-api-from-typescript.md',
    'docs/how-to/develop-a-receiver.md',
    'docs/how-to/publish-a-status-page.md',
    'docs/how-to/run-behind-a-reverse-proxy.md',
    'docs/how-to/monitor-statuspulse.md',
    'docs/how-to/sign-in-and-members.md',
    'docs/how-to/upgrade.md',
    'docs/how-to/change-the-settings.md',
    'docs/how-to/see-who-changed-what.md',
  ]

  const ALONE = [
    'docs/how-to/configuration-as-code.md',
    'docs/how-to/watch-a-service.md',
    'docs/how-to/thresholds.md',
    'docs/how-to/silences-and-maintenance.md',
    'docs/migrate/gatus.md',
  ]

  test.each(LISTED)('%s', async page => {
    await workThrough(page, await startSession())
  })

  test('docs/how-to/replay-failed-deliveries.md', async () => {
    const endpointId = await failADelivery()
    const before = receiver.requests.length
    const session = await startSession()
    session.read(endpointId)
    await workThrough('docs/how-to/replay-failed-deliveries.md', session)
    const [first, ...replays] = await receiver.received(before + 2).then(all => all.slice(before - 1))
    for (const replay of replays) {
      expect(replay.body).toEqual(first?.body)
      expect(replay.headers['webhook-id']).toBe(first?.headers['webhook-id'])
    }
  })

  test('docs/how-to/read-a-queue.md', async () => {
    await failADelivery()
    await workThrough('docs/how-to/read-a-queue.md', await startSession())
  })

  // The last one: the workspace takes no unknown monitors afterwards.
  test('docs/how-to/send-events.md', async () => {
    await workThrough('docs/how-to/send-events.md', await startSession())
  })

  // Its monitors and endpoints would be in the way of the other pages.
  test.each(ALONE)('%s', async page => {
    const own = await startTestApp()
    try {
      await workThrough(
        page,
        await Session.start({
          env: { STATUSPULSE_URL: own.url, STATUSPULSE_TOKEN: own.token },
          places: { 'https://receiver.example.com': new URL(receiver.url).origin },
        }),
      )
    } finally {
      await own.stop()
    }
  })

  test('every page with commands is worked through here', () => {
    const worked = [
      ...FROM_NOTHING,
      ...LISTED,
      ...ALONE,
      'docs/how-to/run-on-your-own-postgres.md',
      'docs/how-to/replay-failed-deliveries.md',
      'docs/how-to/read-a-queue.md',
      'docs/how-to/send-events.md',
    ]
    const withCommands = allPages().filter(page => {
      if (page.startsWith('sdk/') || ELSEWHERE.test(page)) return false
      return blocksOf(page).some(
        ({ language, attributes }) => language === 'sh' && attributes['no-run'] === undefined,
      )
    })
    expect(withCommands.filter(page => !worked.includes(page))).toEqual([])
  })
})
