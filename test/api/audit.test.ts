import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { changesOf } from '../../src/api/audit.ts'
import { silentLog } from '../../src/ground/log.ts'
import { Audit } from '../../src/record/audit.ts'
import { auditEntry, insertAudit, listAudit, pruneAudit } from '../../src/store/audit-log.ts'
import { disableEndpoint } from '../../src/store/endpoint-health.ts'
import { AUDIT_OPERATIONS } from '../../web/src/pages/settings/audit-operations.ts'
import { TestClock } from '../helpers/clock.ts'
import { startReceiver, startTestApi, type TestApi } from './harness.ts'

let api: TestApi
beforeAll(async () => {
  api = await startTestApi()
})
afterAll(() => api?.stop())

/** What the log has of `query`, the latest first. */
async function entries(query: string) {
  const { status, body } = await api.call('GET', `/v1/audit?${query}`)
  expect(status, JSON.stringify(body)).toBe(200)
  return body.data
}

async function endpoint(name: string, more: object = {}): Promise<string> {
  const body = { url: 'http://127.0.0.1:18080/hook', name, ...more }
  const made = await api.call('POST', '/v1/endpoints', { body })
  expect(made.status, JSON.stringify(made.body)).toBe(201)
  return made.body.id
}

describe('every operation that may change something', () => {
  const changing = () => api.app.operations.filter(({ method }) => !['GET', 'HEAD'].includes(method))

  it('has a rule for the audit log, or a reason why not', () => {
    for (const { id, audit } of changing()) {
      expect(audit, id).toBeDefined()
      if (audit && 'exempt' in audit) expect(audit.exempt, id).toMatch(/\w{4}/)
    }
  })

  it('is exempt only where it takes what producers and consumers send, or changes nothing', () => {
    const exempt = changing().filter(({ audit }) => audit && 'exempt' in audit)
    expect(exempt.map(({ id }) => id).toSorted()).toEqual([
      'acceptEvents',
      'acceptSamples',
      'acknowledgeQueue',
      'endSession',
      'lookUpLink',
      'moveSession',
      'pingHeartbeatPost',
      'previewEndpointTemplate',
      'previewIntake',
      'signIn',
      'signOut',
      'signalHeartbeatPost',
      'takeAlertmanager',
      'takeCloudEvents',
      'takeGrafana',
      'takeOtlpMetrics',
      'takePrometheusAlerts',
      'takeRemoteWrite',
      'tryMonitor',
    ])
  })

  it('can be chosen in the console’s audit log', () => {
    const listed = AUDIT_OPERATIONS.flatMap(([, operations]) => operations.map(([id]) => id))
    const written = changing().filter(({ audit }) => audit && 'words' in audit)
    const byOurselves = ['disableEndpoint']
    expect(listed.toSorted()).toEqual([...written.map(({ id }) => id), ...byOurselves].toSorted())
  })

  it('names an operation that shows what was before, where it names one', () => {
    const ids = new Set(api.app.operations.map(({ id }) => id))
    for (const { id, audit } of changing())
      if (audit && 'words' in audit && audit.before) expect(ids.has(audit.before), id).toBe(true)
  })
})

describe('the audit log', () => {
  it('says who made, changed and deleted what, and from what to what', async () => {
    const id = await endpoint('ledger')
    const path = `/v1/endpoints/${id}`
    await api.call('PATCH', path, { body: { timeout_ms: 9_000, filter: { severities: ['critical'] } } })
    await api.call('DELETE', path)
    const [deleted, changed, made] = await entries(`target=${id}`)
    expect([made.summary, changed.summary, deleted.summary]).toEqual([
      'Made the endpoint "ledger"',
      'Changed the endpoint "ledger"',
      'Deleted the endpoint "ledger"',
    ])
    expect(changed).toMatchObject({
      operation: 'updateEndpoint',
      actor: { kind: 'key', name: 'admin' },
      target: { id, name: 'ledger' },
    })
    expect(changed.changes).toEqual([
      { field: 'timeout_ms', before: 5_000, after: 9_000 },
      { field: 'filter.severities', before: [], after: ['critical'] },
    ])
  })

  it('has nothing of what was refused', async () => {
    await api.call('PATCH', '/v1/endpoints/ep_nobody', { body: { name: 'x' } })
    await api.call('POST', '/v1/keys', { body: { name: 'refused', scopes: [] } })
    expect(await entries('target=ep_nobody')).toEqual([])
    expect(await entries('target=refused')).toEqual([])
  })

  it('names secrets, and never has them', async () => {
    const secrets = ['hush-header', 'hush-grafana', 'hush-path', 'hush-query', 'hush-other-path']
    const receiver = await startReceiver()
    await endpoint('with headers', { headers: { authorization: 'hush-header' } })
    const slack = await endpoint('slack', { kind: 'slack', url: `${receiver.url}/hush-path` })
    await api.call('PATCH', `/v1/endpoints/${slack}`, { body: { url: `${receiver.url}/hush-other-path` } })
    await endpoint('query', { url: `${receiver.url}?token=hush-query` })
    await api.call('PUT', '/v1/intake/grafana/secret', { body: { secret: 'hush-grafana' } })
    const key = (await api.call('POST', '/v1/keys', { body: { name: 'k', scopes: ['read'] } })).body.key
    const rotated = await api.call('POST', `/v1/endpoints/${slack}/rotate-secret`)
    expect(rotated.status).toBe(409)
    const { rows } = await api.database.query(
      `select coalesce(json_agg(audit_log), '[]')::text as text from audit_log`,
    )
    for (const secret of [...secrets, key]) expect(rows[0]?.text).not.toContain(secret)
    expect((await entries('operation=putGrafanaSecret'))[0].changes).toEqual([{ field: 'secret' }])
    expect((await entries(`target=${slack}&operation=updateEndpoint`))[0].changes).toEqual([{ field: 'url' }])
    const [made] = await entries(`target=${encodeURIComponent('with headers')}`)
    expect(made.changes).toContainEqual({ field: 'headers' })
    await receiver.stop()
  })

  it('has what a document changed, once for all of it, and no dry run', async () => {
    const body = { monitors: [{ name: 'from-code', kind: 'external' }] }
    await api.call('PUT', '/v1/code?dry_run=true', { body })
    expect(await entries('operation=applyCode')).toEqual([])
    await api.call('PUT', '/v1/code', { body })
    await api.call('PUT', '/v1/code', { body })
    const [applied, ...others] = await entries('operation=applyCode')
    expect(others).toEqual([])
    expect(applied).toMatchObject({
      summary: 'Applied a file: 1 made',
      changes: [{ field: 'monitor "from-code"', after: 'made' }],
    })
    expect((await entries('target=from-code')).length).toBe(1)
  })

  it('has what StatusPulse did by itself', async () => {
    const id = await endpoint('gone')
    expect(await disableEndpoint(api.database, id, 'it answered 410', Date.now())).toBe(true)
    expect(await disableEndpoint(api.database, id, 'it answered 410', Date.now())).toBe(false)
    const [disabled, ...others] = await entries(`target=${id}&actor=health`)
    expect(others).toEqual([])
    expect(disabled).toMatchObject({
      actor: { kind: 'system' },
      summary: 'Disabled the endpoint "gone": it answered 410',
      changes: [{ field: 'enabled', before: true, after: false }],
    })
  })

  it('has what the operator changed of a workspace, in the log of that workspace', async () => {
    const { workspaceId, keys } = api.second
    const path = `/v1/workspaces/${workspaceId}`
    expect((await api.call('PATCH', path, { body: { name: 'renamed' } })).status).toBe(200)
    expect((await api.call('PATCH', '/v1/workspaces/ws_nobody', { body: { name: 'x' } })).status).toBe(404)
    const { body } = await api.call('GET', '/v1/audit', { key: keys.admin })
    expect(body.data[0]).toMatchObject({
      summary: 'Changed the workspace "renamed"',
      changes: [{ field: 'name', before: 'second', after: 'renamed' }],
    })
    expect(await entries(`target=${workspaceId}`)).toEqual([])
  })

  it('says which key was revoked', async () => {
    const { id } = (await api.call('POST', '/v1/keys', { body: { name: 'old laptop', scopes: ['read'] } }))
      .body
    await api.call('DELETE', `/v1/keys/${id}`)
    expect((await entries(`target=${id}&operation=revokeKey`))[0].summary).toBe(
      'Revoked the API key "old laptop"',
    )
  })

  it('is found by who, what and when, page by page', async () => {
    for (const name of ['one', 'two', 'three']) await api.call('POST', '/v1/queues', { body: { name } })
    const first = await api.call('GET', '/v1/audit?operation=createQueue&limit=2')
    expect(first.body.data.map((one: { target: object }) => one.target)).toEqual([
      { id: null, name: 'three' },
      { id: null, name: 'two' },
    ])
    const rest = await entries(`operation=createQueue&limit=2&cursor=${first.body.next_cursor}`)
    expect(rest.map((one: { summary: string }) => one.summary)).toEqual(['Made the queue "one"'])
    expect(await entries('since=2124-01-01T00:00:00Z')).toEqual([])
    expect(await entries('until=2024-01-01T00:00:00Z')).toEqual([])
    expect((await entries('actor=admin&limit=1')).length).toBe(1)
  })

  it('is the administrators’', async () => {
    expect((await api.call('GET', '/v1/audit', { key: api.first.keys.read })).status).toBe(403)
  })

  it('forgets what is past its retention', async () => {
    const { workspaceId } = api.second
    const old = auditEntry(entryOf(workspaceId, 'long ago'), 1_000)
    await insertAudit(api.database, old)
    await pruneAudit(api.database, 2_000)
    expect(await all(workspaceId)).toEqual([])
  })
})

describe('an entry that cannot be written', () => {
  it('is tried again until it is', async () => {
    const { workspaceId } = api.second
    const clock = new TestClock(1_700_000_000_000)
    let isAway = true
    const database: TestApi['database'] = {
      query: (statement: string, values: unknown[]) =>
        isAway ? Promise.reject(new Error('away')) : api.database.query(statement, values),
    } as never
    const audit = new Audit({ database, clock, log: silentLog })
    await audit.record(entryOf(workspaceId, 'kept'))
    clock.advance(1_000)
    isAway = false
    clock.advance(1_000)
    await audit.stop()
    expect((await all(workspaceId)).map(({ summary }) => summary)).toEqual(['kept'])
  })
})

describe('the fields that changed', () => {
  const facts = { params: {}, query: {}, before: {}, answer: {}, body: {} }

  it('are those that the body names and that are another now', () => {
    const before = { a: 1, b: [1] }
    expect(changesOf({ ...facts, before, answer: { a: 1, b: [2] }, body: { a: 1, b: [2] } })).toEqual([
      { field: 'b', before: [1], after: [2] },
    ])
  })

  it('have no credentials, and no long values', () => {
    const answer = {
      url: 'https://me:hush@example.com/a?key=hush',
      spec: { password: 'hush' },
      long: 'x'.repeat(2_000),
    }
    expect(changesOf({ ...facts, answer, body: answer })).toEqual([
      { field: 'url', after: 'https://example.com/a?…' },
      { field: 'spec.password' },
      { field: 'long' },
    ])
  })
})

function entryOf(workspaceId: string, summary: string) {
  const actor = { kind: 'system', id: 'test', name: 'test' } as const
  return { workspaceId, actor, operation: 'test', summary, targetId: null, targetName: null, changes: [] }
}

function all(workspaceId: string) {
  const filters = {
    actor: 'test',
    operation: undefined,
    target: undefined,
    since: undefined,
    until: undefined,
  }
  return listAudit(api.database, workspaceId, filters, { beforeId: null, limit: 10 })
}
