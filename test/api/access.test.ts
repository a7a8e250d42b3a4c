import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestApi, type TestApi } from './harness.ts'

let api: TestApi
beforeAll(async () => {
  api = await startTestApi()
})
afterAll(() => api?.stop())

describe('an API key', () => {
  it('is asked for, as RFC 6750 says', async () => {
    const none = await api.call('GET', '/v1/events', { key: null })
    expect([none.status, none.headers.get('www-authenticate')]).toEqual([401, 'Bearer realm="StatusPulse"'])
    const wrong = await api.call('GET', '/v1/events', { key: 'sp_wrong' })
    expect([wrong.status, wrong.headers.get('www-authenticate')]).toEqual([
      401,
      'Bearer realm="StatusPulse", error="invalid_token"',
    ])
    expect(wrong.body).toMatchObject({ type: 'urn:statuspulse:problem:unauthorized', status: 401 })
    expect(wrong.body.instance).toBe(wrong.headers.get('x-request-id'))
  })

  it('is looked at before the body is', async () => {
    const answer = await api.call('POST', '/v1/events', { key: null, raw: '{' })
    expect(answer.status).toBe(401)
  })

  it('may what its scope says, and the answer names the scope that it lacks', async () => {
    const { ingest, read } = api.first.keys
    const body = { monitor_name: 'm', status: 'down' }
    expect((await api.call('POST', '/v1/events', { key: ingest, body })).status).toBe(202)
    const refused = await api.call('POST', '/v1/events', { key: read, body })
    expect([refused.status, refused.body.detail]).toEqual([
      403,
      'This needs an API key with the scope "ingest".',
    ])
    expect((await api.call('GET', '/v1/events', { key: read })).status).toBe(200)
    expect((await api.call('GET', '/v1/events', { key: ingest })).status).toBe(403)
    expect(
      (await api.call('POST', '/v1/endpoints', { key: read, body: { url: 'https://a.example' } })).status,
    ).toBe(403)
  })

  it('is shown once, kept as a hash, and no longer valid once it is revoked', async () => {
    const made = await api.call('POST', '/v1/keys', { body: { name: 'ci', scopes: ['read', 'read'] } })
    expect(made.status).toBe(201)
    const { key, id, hint } = made.body
    expect(key).toMatch(/^sp_[A-Za-z0-9_-]{43}$/)
    expect(key.startsWith(hint)).toBe(true)
    expect(made.body.scopes).toEqual(['read'])
    expect((await api.call('GET', '/v1/workspace', { key })).body.id).toBe(api.first.workspaceId)
    const listed = await api.call('GET', '/v1/keys')
    expect(JSON.stringify(listed.body)).not.toContain(key)
    const { rows } = await api.database.query('select * from api_keys where id = $1', [id])
    expect(JSON.stringify(rows)).not.toContain(key)
    expect((await api.call('DELETE', `/v1/keys/${id}`)).status).toBe(204)
    expect((await api.call('GET', '/v1/workspace', { key })).status).toBe(401)
    expect((await api.call('DELETE', `/v1/keys/${id}`)).status).toBe(404)
  })

  it('cannot be revoked when it is the last admin key', async () => {
    const key = api.second.keys.admin
    const listed = await api.call('GET', '/v1/keys', { key })
    const admin = listed.body.data.find((one: { name: string }) => one.name === 'admin')
    expect((await api.call('DELETE', `/v1/keys/${admin.id}`, { key })).status).toBe(409)
    const other = await api.call('POST', '/v1/keys', { key, body: { name: 'other', scopes: ['admin'] } })
    const both = await Promise.all(
      [admin.id, other.body.id].map(id => api.call('DELETE', `/v1/keys/${id}`, { key })),
    )
    expect(both.map(answer => answer.status).filter(status => status === 204)).toHaveLength(1)
  })
})

describe('workspaces', () => {
  it('are made and listed by the operator alone', async () => {
    const body = { name: 'third' }
    expect((await api.call('POST', '/v1/workspaces', { key: api.first.keys.read, body })).status).toBe(403)
    const made = await api.call('POST', '/v1/workspaces', { key: api.operatorKey, body })
    expect(made.body).toMatchObject({
      name: 'third',
      allow_unknown_monitors: true,
      admin_key: { scopes: ['admin'], operator: false },
    })
    const { key } = made.body.admin_key
    expect((await api.call('GET', '/v1/workspace', { key })).body).toMatchObject({
      id: made.body.id,
      name: 'third',
    })
    expect((await api.call('GET', '/v1/workspaces', { key })).status).toBe(403)
    const listed = await api.call('GET', '/v1/workspaces', { key: api.operatorKey })
    expect(listed.body.data.map((one: { name: string }) => one.name)).toEqual(['first', 'second', 'third'])
  })
})

describe('monitors', () => {
  it('are made, found, listed by name and deleted', async () => {
    const made = await api.call('POST', '/v1/monitors', { body: { name: 'redis-eu' } })
    expect(made.body).toMatchObject({ id: expect.stringMatching(/^mon_/), kind: 'external' })
    expect((await api.call('POST', '/v1/monitors', { body: { name: 'redis-eu' } })).status).toBe(409)
    await api.call('POST', '/v1/monitors', { body: { name: 'redis-us' } })
    const listed = await api.call('GET', '/v1/monitors?search=REDIS&limit=1')
    expect(listed.body.data).toEqual([made.body])
    const rest = await api.call('GET', `/v1/monitors?search=REDIS&limit=1&cursor=${listed.body.next_cursor}`)
    expect(rest.body).toMatchObject({ data: [{ name: 'redis-us' }], next_cursor: null })
    expect((await api.call('GET', `/v1/monitors/${made.body.id}`)).body).toEqual(made.body)
    expect((await api.call('DELETE', `/v1/monitors/${made.body.id}`)).status).toBe(204)
    expect((await api.call('GET', `/v1/monitors/${made.body.id}`)).status).toBe(404)
  })
})

describe('limits', () => {
  it('refuse a key that asks too often with 429 and Retry-After, and no other key', async () => {
    const limited = await startTestApi({ rateLimitPerSecond: 5 })
    try {
      const statuses = await Promise.all(
        Array.from({ length: 20 }, () => limited.call('GET', '/v1/workspace')),
      )
      const refused = statuses.filter(answer => answer.status === 429)
      expect(refused.length).toBeGreaterThan(0)
      expect(refused[0]?.headers.get('retry-after')).toBe('1')
      expect((await limited.call('GET', '/v1/workspace', { key: limited.second.keys.read })).status).toBe(200)
    } finally {
      await limited.stop()
    }
  })

  it('refuse an address that tries wrong keys, but never a valid key', async () => {
    const statuses: number[] = []
    for (let index = 0; index < 40; index++) {
      statuses.push((await api.call('GET', '/v1/workspace', { key: `sp_${index}` })).status)
    }
    expect(new Set(statuses)).toEqual(new Set([401, 429]))
    expect((await api.call('GET', '/v1/workspace')).status).toBe(200)
  })
})

describe('an answer', () => {
  it('says nothing of our insides when something breaks', async () => {
    await api.database.query('alter table monitors rename to monitors_away')
    try {
      const broken = await api.call('GET', '/v1/monitors')
      expect(broken.status).toBe(500)
      expect(JSON.stringify(broken.body)).not.toContain('monitors_away')
      expect(broken.body).toMatchObject({
        type: 'urn:statuspulse:problem:internal',
        instance: expect.stringMatching(/^req_/),
      })
      expect(JSON.stringify(broken.body)).not.toMatch(/relation|select/)
    } finally {
      await api.database.query('alter table monitors_away rename to monitors')
    }
  })

  it('is never run, framed, sniffed or kept', async () => {
    const { headers } = await api.call('GET', '/v1/workspace')
    expect(headers.get('content-security-policy')).toBe("default-src 'none'; frame-ancestors 'none'")
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('cache-control')).toBe('no-store')
  })

  it('is a problem for a path that there is not, without a key too', async () => {
    const answer = await api.call('GET', '/v1/nothing', { key: null })
    expect([answer.status, answer.body.type]).toEqual([404, 'urn:statuspulse:problem:not-found'])
  })
})
