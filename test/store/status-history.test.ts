import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bucketOf } from '../../src/ground/bucket.ts'
import { loadHistories, pruneHistories } from '../../src/store/status-history.ts'
import { startTestApi, type TestApi } from '../api/harness.ts'

const DAY_MS = 86_400_000

describe('The history of statuses', () => {
  let api: TestApi
  beforeAll(async () => {
    api = await startTestApi()
  })
  afterAll(() => api?.stop())

  it('is kept for 400 days, with the status at their beginning, and not of monitors that are gone', async () => {
    const { database } = api
    const { workspaceId } = api.first
    const { body } = await api.call('POST', '/v1/monitors', { body: { name: 'old' } })
    const now = Date.now()
    const bucket = bucketOf(workspaceId, 'old')
    const insert = (id: string, daysAgo: number, status: string) =>
      database.query(
        'insert into status_changes (bucket, monitor_id, since, status) values ($1, $2, to_timestamp($3 / 1000.0), $4)',
        [bucket, id, now - daysAgo * DAY_MS, status],
      )
    await insert(body.id, 500, 'operational')
    await insert(body.id, 450, 'down')
    await insert(body.id, 399, 'operational')
    await insert('mon_gone', 1, 'down')
    await database.query(
      `insert into unwatched_spans values ($1, now() - interval '402 days', now() - interval '401 days'),
         ($1, now() - interval '2 days', now() - interval '1 day')`,
      [bucket],
    )
    await pruneHistories(database, now)
    const monitor = { id: body.id, workspaceId, name: 'old' }
    const histories = await loadHistories(database, [monitor], { from: now - 400 * DAY_MS, now })
    const { changes, unwatched } = histories.get(body.id)!
    expect(changes.map(({ since, status }) => [Math.round((now - since) / DAY_MS), status])).toEqual([
      [450, 'down'],
      [399, 'operational'],
    ])
    expect(unwatched).toHaveLength(1)
    const { rows } = await database.query<{ count: number }>(
      'select count(*)::int as count from status_changes',
    )
    expect(rows[0]?.count).toBe(2)
  })
})
