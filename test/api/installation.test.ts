import { afterAll, beforeAll, expect, it } from 'vitest'
import { startTestApp, type TestApp } from '../helpers/app.ts'

let app: TestApp
let other: TestApp
beforeAll(async () => {
  app = await startTestApp()
  other = await startTestApp({ beside: app, config: { retentionDays: 7 } })
})
afterAll(async () => {
  await other?.stop()
  await app?.stop()
})

it('lists the nodes, and which buckets each owns', async () => {
  const { data } = await app.eventually(
    '/v1/nodes',
    ({ data }) =>
      data.length === 2 && data.every((node: { buckets: number[] }) => node.buckets.length === 32),
  )
  expect(data.map(({ alive, version }: { alive: boolean; version: string }) => [alive, version])).toEqual([
    [true, '0.0.0-test'],
    [true, '0.0.0-test'],
  ])
  const buckets = data.flatMap((node: { buckets: number[] }) => node.buckets)
  expect(new Set(buckets).size).toBe(64)
})

it('says how long things are kept, as the settings have it', async () => {
  expect((await app.call('GET', '/v1/retention')).body).toEqual({
    event_days: 30,
    oldest_day: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
    audit_days: 365,
    event_id_hours: 24,
  })
  expect((await other.call('GET', '/v1/retention')).body.event_days).toBe(7)
})

it('says in the audit log where the operator’s key is from', async () => {
  const { body } = await app.call('GET', '/v1/audit?actor=start')
  expect(body.data.map(({ summary }: { summary: string }) => summary)).toEqual([
    'Made the operator\'s API key "configured admin token"',
  ])
})
