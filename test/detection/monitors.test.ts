import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestApp, type TestApp } from '../helpers/app.ts'
import { startReceiver } from '../helpers/receiver.ts'
import { makeMonitor } from './harness.ts'

let app: TestApp
beforeAll(async () => {
  app = await startTestApp()
})
afterAll(() => app?.stop())

const SECRET = 'correct-horse-battery-staple'
const spec = {
  url: 'http://127.0.0.1:9/health',
  headers: { 'x-api-key': SECRET, accept: 'text/html' },
  auth: { type: 'bearer', token: SECRET },
}

async function refusalOf(body: unknown, method = 'POST', path = '/v1/monitors') {
  const answer = await app.call(method, path, body)
  expect(answer.status).toBe(422)
  return answer.body.errors
}

describe('a monitor', () => {
  it('is shown with its defaults filled in, as it is kept and as it is listed', async () => {
    const made = await makeMonitor(app, { name: 'plain', kind: 'tcp', spec: { host: '127.0.0.1', port: 9 } })
    expect(made).toMatchObject({
      kind: 'tcp',
      status: 'unknown',
      interval_s: 30,
      failures_to_open: 2,
      severity: 'critical',
      thresholds: [],
      spec: { host: '127.0.0.1', port: 9 },
    })
    const { data } = (await app.call('GET', '/v1/monitors?search=plai&kind=tcp')).body
    expect(data.map((one: { id: string }) => one.id)).toEqual([made.id])
    expect((await app.call('GET', '/v1/monitors?search=plain&status=down')).body.data).toEqual([])
  })

  it('is found by its whole name, and by what it depends on', async () => {
    await makeMonitor(app, { name: 'deep-db' })
    await makeMonitor(app, { name: 'deep-db-2' })
    await makeMonitor(app, { name: 'deep-shop', parents: ['deep-db'] })
    const names = async (query: string) =>
      (await app.call('GET', `/v1/monitors?${query}`)).body.data.map((one: { name: string }) => one.name)
    expect(await names('name=deep-db')).toEqual(['deep-db'])
    expect(await names('name=deep-db&name=deep-shop')).toEqual(['deep-db', 'deep-shop'])
    expect(await names('parent=deep-db')).toEqual(['deep-shop'])
    expect(await names('parent=deep')).toEqual([])
  })

  it('of a name that is taken is refused', async () => {
    await makeMonitor(app, { name: 'taken' })
    expect((await app.call('POST', '/v1/monitors', { name: 'taken' })).status).toBe(409)
    const slug = { kind: 'heartbeat', slug: 'the-slug' }
    await makeMonitor(app, { name: 'slug-1', ...slug })
    const second = await app.call('POST', '/v1/monitors', { name: 'slug-2', ...slug })
    expect(second.body.errors).toEqual([expect.objectContaining({ path: 'slug' })])
  })

  it('that is wrong is refused by the name of every field at fault', async () => {
    const errors = await refusalOf({
      name: 'wrong',
      kind: 'http',
      spec: { url: 'ftp://x', methud: 'GET' },
      interval_s: 4,
      thresholds: [{ metric: 'response_time_ms', operator: '>', value: 1, in_a_row: 2, for_s: 60 }],
    })
    expect(errors.map((error: { path: string }) => error.path).toSorted()).toEqual([
      'interval_s',
      'spec.methud',
      'spec.url',
      'thresholds[0]',
    ])
    expect(await refusalOf({ name: 'wrong', kind: 'external', interval_s: 30 })).toEqual([
      expect.objectContaining({ path: 'interval_s' }),
    ])
    expect((await refusalOf({ name: 'wrong', kind: 'ping' }))[0].path).toBe('kind')
  })

  it('whose target the operator does not allow is refused, with the reason', async () => {
    const [error] = await refusalOf({
      name: 'metadata',
      kind: 'http',
      spec: { url: 'http://169.254.169.254/' },
    })
    expect(error).toMatchObject({ path: 'spec.url' })
  })
})

describe('secrets of a monitor', () => {
  it('are never shown, and lie in the database sealed', async () => {
    const made = await makeMonitor(app, { name: 'secretive', kind: 'http', spec })
    expect(JSON.stringify(made)).not.toContain(SECRET)
    expect(made.spec.headers).toEqual({ 'x-api-key': '********', accept: '********' })
    const database = new Client(app.database.connection)
    await database.connect()
    const { rows } = await database.query('select to_jsonb(m)::text as row from monitors m where id = $1', [
      made.id,
    ])
    await database.end()
    expect(rows[0].row).not.toContain(SECRET)
    expect(rows[0].row).not.toContain(Buffer.from(SECRET).toString('hex'))
  })

  it('stay when they are given back as they were shown, and are really used', async () => {
    const server = await startReceiver()
    const made = await makeMonitor(app, { name: 'kept', kind: 'http', spec: { ...spec, url: server.url } })
    await server.received(1)
    const change = { spec: { ...made.spec, expected_statuses: ['200-299'] } }
    const changed = await app.call('PATCH', `/v1/monitors/${made.id}`, change)
    expect(changed.status, JSON.stringify(changed.body)).toBe(200)
    // A change is checked at once.
    const [, request] = await server.received(2)
    expect(request?.headers).toMatchObject({ authorization: `Bearer ${SECRET}`, 'x-api-key': SECRET })
    await server.close()
  })

  it('that are only shown as hidden are no secrets', async () => {
    const hidden = { ...spec, auth: { type: 'bearer', token: '********' } }
    expect((await refusalOf({ name: 'hidden', kind: 'http', spec: hidden }))[0].path).toBe('spec')
  })
})

describe('a change', () => {
  it('leaves what is left out, and puts defaults back for null', async () => {
    const settings = { interval_s: 60, labels: { team: 'payments', tier: '1' }, severity: 'warning' }
    const { id } = await makeMonitor(app, {
      name: 'changed',
      kind: 'tcp',
      spec: { host: '127.0.0.1', port: 9 },
      ...settings,
    })
    const change = { labels: { tier: null, owner: 'ana' }, severity: null }
    const { body } = await app.call('PATCH', `/v1/monitors/${id}`, change)
    expect(body).toMatchObject({ interval_s: 60, severity: 'critical', spec: { port: 9 } })
    expect(body.labels).toEqual({ team: 'payments', owner: 'ana' })
  })

  it('of name or kind, or that makes it wrong, is refused', async () => {
    const { id } = await makeMonitor(app, { name: 'steady' })
    const path = `/v1/monitors/${id}`
    expect((await refusalOf({ name: 'other' }, 'PATCH', path))[0].path).toBe('name')
    expect((await refusalOf({ kind: 'tcp' }, 'PATCH', path))[0].path).toBe('kind')
    expect((await refusalOf({ severity: 'high' }, 'PATCH', path))[0].path).toBe('severity')
  })
})

describe('a monitor that is watched elsewhere', () => {
  it('has the status that its latest event told', async () => {
    await app.send([
      { monitor_name: 'elsewhere', status: 'down' },
      { monitor_name: 'elsewhere', status: 'degraded' },
    ])
    const { data } = (await app.call('GET', '/v1/monitors?search=elsewhere')).body
    expect(data).toEqual([
      expect.objectContaining({ kind: 'external', status: 'degraded', last_check: null }),
    ])
  })
})
