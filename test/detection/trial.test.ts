import { afterAll, beforeAll, expect, it } from 'vitest'
import { startTestApp, type TestApp } from '../helpers/app.ts'
import { type Receiver, startReceiver } from '../helpers/receiver.ts'
import { makeMonitor } from './harness.ts'

let app: TestApp
let site: Receiver

beforeAll(async () => {
  site = await startReceiver({ answer: { status: 200, body: '{"status":"ok"}' } })
  app = await startTestApp()
})
afterAll(async () => {
  await app?.stop()
  await site?.close()
})

const attempt = (body: unknown) => app.call('POST', '/v1/monitors/try', body)

it('says what a check finds, and keeps nothing', async () => {
  const assertions = [{ source: 'json', path: '$.status', operator: 'equals', value: 'ok' }]
  const { status, body } = await attempt({ kind: 'http', spec: { url: site.url, assertions } })
  expect(status).toBe(200)
  expect(body).toMatchObject({ ok: true, status_code: 200, error: null, remote_address: '127.0.0.1' })
  expect(body.timings_ms.total).toBeGreaterThan(0)
  expect((await app.call('GET', '/v1/monitors?search=trial')).body.data).toEqual([])
})

it('says what is wrong', async () => {
  const assertions = [{ source: 'body', operator: 'contains', value: 'all systems normal' }]
  const { body } = await attempt({ kind: 'http', spec: { url: site.url, assertions } })
  expect(body).toMatchObject({ ok: false, error: { class: 'assertion' } })
  const closed = await attempt({ kind: 'tcp', spec: { host: '127.0.0.1', port: 9 } })
  expect(closed.body).toMatchObject({ ok: false, error: { class: 'connection_refused' } })
})

it('tries a change of a monitor with the secrets that it has', async () => {
  site.answerWith(request => ({ status: request.headers.authorization === 'Bearer right' ? 200 : 401 }))
  const monitor = await makeMonitor(app, {
    name: 'guarded',
    kind: 'http',
    enabled: false,
    spec: { url: site.url, auth: { type: 'bearer', token: 'right' } },
  })
  const kept = await attempt({ monitor_id: monitor.id, spec: { expected_statuses: ['200'] } })
  expect(kept.body).toMatchObject({ ok: true, status_code: 200 })
  const other = await attempt({ monitor_id: monitor.id, spec: { auth: { token: 'wrong' } } })
  expect(other.body).toMatchObject({ ok: false, status_code: 401 })
  const shown = await app.call('GET', `/v1/monitors/${monitor.id}`)
  expect(shown.body.spec.expected_statuses).toEqual(['2xx'])
  expect((await attempt({ monitor_id: 'mon_none', spec: {} })).status).toBe(404)
})

it('refuses what could not be a monitor, and what is not checked from here', async () => {
  const wrong = await attempt({ kind: 'http', spec: { url: 'ftp://x' }, timeout_ms: 1 })
  expect(wrong.status).toBe(422)
  expect(wrong.body.errors.map((error: { path: string }) => error.path).toSorted()).toEqual([
    'spec.url',
    'timeout_ms',
  ])
  const heartbeat = await attempt({ kind: 'heartbeat' })
  expect(heartbeat.body.errors).toEqual([expect.objectContaining({ path: 'kind' })])
})
