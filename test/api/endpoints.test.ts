import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startReceiver, startTestApi, type TestApi } from './harness.ts'

const URL = 'http://127.0.0.1:18080/hook'

let api: TestApi
let receiver: Awaited<ReturnType<typeof startReceiver>>
beforeAll(async () => {
  api = await startTestApi()
  receiver = await startReceiver()
})
afterAll(async () => {
  await api?.stop()
  await receiver?.stop()
})

async function make(body: object = {}) {
  const answer = await api.call('POST', '/v1/endpoints', { body: { url: URL, ...body } })
  expect(answer.body).toMatchObject({ id: expect.stringMatching(/^ep_/) })
  return answer.body
}

describe('POST /v1/endpoints', () => {
  it('answers with the secret, this once, and the defaults', async () => {
    const answer = await api.call('POST', '/v1/endpoints', { body: { url: URL } })
    expect(answer.status).toBe(201)
    expect(answer.headers.get('location')).toBe(`/v1/endpoints/${answer.body.id}`)
    expect(answer.body).toMatchObject({
      kind: 'webhook',
      url: URL,
      filter: { monitors: [], exclude_monitors: [], severities: [], event_types: [], regions: [] },
      success_statuses: [200, 201],
      timeout_ms: 5000,
      rate_per_second: null,
      order: 'unordered',
      enabled: true,
      tls: null,
      secret: expect.stringMatching(/^whsec_[A-Za-z0-9+/]{43}=$/),
    })
    const shown = await api.call('GET', `/v1/endpoints/${answer.body.id}`)
    expect(shown.body).not.toHaveProperty('secret')
    expect(shown.body.secrets).toEqual([{ expires_at: null }])
  })

  it('never shows header values again, nor keeps them in the clear', async () => {
    const made = await make({ headers: { 'X-Token': 'hush-hush' } })
    expect(made.header_names).toEqual(['x-token'])
    expect(JSON.stringify(made)).not.toContain('hush-hush')
    const { rows } = await api.database.query('select * from endpoints where id = $1', [made.id])
    expect(JSON.stringify(rows)).not.toContain(Buffer.from('hush-hush').toString('hex'))
    expect(api.services.catalog.endpoint(made.id)?.headers).toEqual({ 'x-token': 'hush-hush' })
  })

  it('is matched as soon as it is answered', async () => {
    const { id } = await make({ filter: { monitors: ['at-once'] } })
    const { body } = await api.call('POST', '/v1/events', {
      body: { monitor_name: 'at-once', status: 'down' },
    })
    const event = await api.call('GET', `/v1/events/${body.data[0].event_id}`)
    expect(event.body.endpoints.map((one: { endpoint_id: string }) => one.endpoint_id)).toContain(id)
  })

  it.each([
    ['a URL that is none', { url: 'nowhere' }, 'url'],
    ['a private address', { url: 'http://10.0.0.1/' }, 'url'],
    ['a kind that there is not', { url: URL, kind: 'pigeon' }, 'kind'],
    ['a severity that there is not', { url: URL, filter: { severities: ['high'] } }, 'filter.severities[0]'],
    ['a header of ours', { url: URL, headers: { 'Webhook-Id': 'x' } }, 'headers.webhook-id'],
    ['a header value with a line break', { url: URL, headers: { 'X-A': 'a\r\nX-B: c' } }, 'headers.X-A'],
    ['a timeout over 30 s', { url: URL, timeout_ms: 30_001 }, 'timeout_ms'],
    ['a success status that is no 2xx', { url: URL, success_statuses: [302] }, 'success_statuses[0]'],
    ['an option that the kind has not', { url: URL, options: { colour: 'red' } }, 'options.colour'],
    ['a field that there is not', { url: URL, secret: 'mine' }, 'secret'],
  ])('refuses %s with 422, naming it', async (_, body, path) => {
    const answer = await api.call('POST', '/v1/endpoints', { body })
    expect(answer.status).toBe(422)
    expect(answer.body.errors.map((error: { path: string }) => error.path)).toEqual([path])
  })
})

describe('PATCH /v1/endpoints/{id}', () => {
  it('changes what is given, and leaves the rest', async () => {
    const made = await make({
      name: 'a',
      headers: { 'x-a': '1', 'x-b': '2' },
      filter: { severities: ['critical'] },
    })
    const body = { timeout_ms: 1000, headers: { 'X-B': null, 'x-c': '3' }, filter: { monitors: ['m-*'] } }
    const changed = await api.call('PATCH', `/v1/endpoints/${made.id}`, {
      body,
      headers: { 'content-type': 'application/merge-patch+json' },
    })
    expect(changed.body).toMatchObject({
      name: 'a',
      timeout_ms: 1000,
      header_names: ['x-a', 'x-c'],
      filter: { monitors: ['m-*'], severities: ['critical'] },
    })
    expect(api.services.catalog.endpoint(made.id)?.headers).toEqual({ 'x-a': '1', 'x-c': '3' })
  })

  it('puts defaults back with null', async () => {
    const made = await make({
      timeout_ms: 1000,
      rate_per_second: 5,
      filter: { monitors: ['a'], severities: ['info'] },
    })
    const body = { timeout_ms: null, rate_per_second: null, filter: { monitors: null } }
    const changed = await api.call('PATCH', `/v1/endpoints/${made.id}`, { body })
    expect(changed.body).toMatchObject({
      timeout_ms: 5000,
      rate_per_second: null,
      filter: { monitors: [], severities: ['info'] },
    })
    const all = await api.call('PATCH', `/v1/endpoints/${made.id}`, { body: { filter: null } })
    expect(all.body.filter.severities).toEqual([])
  })

  it('looks at a new URL as at registration', async () => {
    const made = await make()
    const refused = await api.call('PATCH', `/v1/endpoints/${made.id}`, {
      body: { url: 'https://10.1.2.3/' },
    })
    expect([refused.status, refused.body.errors[0].path]).toEqual([422, 'url'])
  })

  it('notes when it changed only where that moves events', async () => {
    const made = await make()
    const path = `/v1/endpoints/${made.id}`
    expect((await api.call('PATCH', path, { body: { name: 'b' } })).body.changed_at).toBe(made.changed_at)
    expect(
      (await api.call('PATCH', path, { body: { enabled: false } })).body.changed_at > made.changed_at,
    ).toBe(true)
  })

  it('loses nothing of two changes at once', async () => {
    const made = await make()
    const path = `/v1/endpoints/${made.id}`
    await Promise.all([
      api.call('PATCH', path, { body: { name: 'both' } }),
      api.call('PATCH', path, { body: { timeout_ms: 1234 } }),
      api.call('PATCH', path, { body: { concurrency: 3 } }),
    ])
    expect((await api.call('GET', path)).body).toMatchObject({
      name: 'both',
      timeout_ms: 1234,
      concurrency: 3,
    })
  })

  it('clears the reason why it was disabled when it is enabled', async () => {
    const made = await make()
    await api.database.query(`update endpoints set enabled = false, disabled_reason = 'gone' where id = $1`, [
      made.id,
    ])
    const enabled = await api.call('PATCH', `/v1/endpoints/${made.id}`, { body: { enabled: true } })
    expect(enabled.body).toMatchObject({ enabled: true, disabled_reason: null })
  })
})

describe('DELETE /v1/endpoints/{id}', () => {
  it('cancels what waits, and says so', async () => {
    const made = await make({ filter: { monitors: ['deleted-*'] } })
    const { body } = await api.call('POST', '/v1/events', {
      body: { monitor_name: 'deleted-1', status: 'down' },
    })
    expect((await api.call('DELETE', `/v1/endpoints/${made.id}`)).status).toBe(204)
    expect((await api.call('GET', `/v1/endpoints/${made.id}`)).status).toBe(404)
    expect((await api.call('DELETE', `/v1/endpoints/${made.id}`)).status).toBe(404)
    const event = await api.call('GET', `/v1/events/${body.data[0].event_id}`)
    const sending = event.body.endpoints.find((one: { endpoint_id: string }) => one.endpoint_id === made.id)
    expect(sending).toMatchObject({ outcome: 'cancelled', reason: 'the endpoint was deleted' })
    const { rows } = await api.database.query(
      'select status, reason from delivery_changes where endpoint_id = $1',
      [made.id],
    )
    expect(rows).toEqual([{ status: 'cancelled', reason: 'the endpoint was deleted' }])
  })
})

describe('POST /v1/endpoints/{id}/rotate-secret', () => {
  it('keeps the old secret valid for a day', async () => {
    const made = await make()
    const rotated = await api.call('POST', `/v1/endpoints/${made.id}/rotate-secret`)
    expect(rotated.body.secret).toMatch(/^whsec_/)
    const left = Date.parse(rotated.body.old_expires_at) - Date.now()
    expect(Math.round(left / 3_600_000)).toBe(24)
    expect(api.services.catalog.endpoint(made.id)?.secrets.map(secret => secret.value)).toEqual([
      rotated.body.secret,
      made.secret,
    ])
  })

  it('never leaves more than two valid, and none with no overlap', async () => {
    const made = await make()
    const path = `/v1/endpoints/${made.id}/rotate-secret`
    const second = await api.call('POST', path, { body: { overlap_seconds: 60 } })
    const third = await api.call('POST', path)
    const values = () => api.services.catalog.endpoint(made.id)?.secrets.map(secret => secret.value)
    expect(values()).toEqual([third.body.secret, second.body.secret])
    const last = await api.call('POST', path, { body: { overlap_seconds: 0 } })
    expect(values()).toEqual([last.body.secret])
    expect(last.body.old_expires_at).toBeNull()
  })

  it('is refused for a kind that is not signed', async () => {
    const made = await make({ kind: 'slack' })
    expect(made).toMatchObject({ secret: null, secrets: [], url: 'http://127.0.0.1:18080/…' })
    expect((await api.call('POST', `/v1/endpoints/${made.id}/rotate-secret`)).status).toBe(409)
  })
})

describe('POST /v1/endpoints/{id}/test', () => {
  it('sends at once, answers with the attempt, and leaves it on record as a dry run', async () => {
    const made = await make({ url: receiver.url, filter: { monitors: ['nothing'] } })
    const sent = await api.call('POST', `/v1/endpoints/${made.id}/test`)
    expect(sent.status).toBe(200)
    expect(sent.body).toMatchObject({
      outcome: 'delivered',
      status_code: 200,
      dry_run: true,
      response_body: 'thanks',
    })
    expect(JSON.parse(receiver.bodies.at(-1) as string)).toMatchObject({
      monitor_name: 'statuspulse-test',
      metadata: { region: 'us-west-2', event_type: 'incident.opened' },
    })
    const delivery = await api.call('GET', `/v1/deliveries/${sent.body.delivery_id}`)
    expect(delivery.body).toMatchObject({
      dry_run: true,
      status: 'delivered',
      attempt_log: [{ id: sent.body.id, dry_run: true }],
    })
    const listed = await api.call('GET', `/v1/attempts?endpoint_id=${made.id}&dry_run=true`)
    expect(listed.body.data.map((one: { id: string }) => one.id)).toEqual([sent.body.id])
    expect((await api.call('POST', `/v1/deliveries/${sent.body.delivery_id}/replay`)).status).toBe(409)
  })

  it('sends any type of event, or a body given', async () => {
    const made = await make({ url: receiver.url })
    await api.call('POST', `/v1/endpoints/${made.id}/test`, {
      body: { event_type: 'incident.resolved', status: 'operational' },
    })
    expect(JSON.parse(receiver.bodies.at(-1) as string)).toMatchObject({
      status: 'operational',
      metadata: { event_type: 'incident.resolved' },
    })
    const own = await api.call('POST', `/v1/endpoints/${made.id}/test`, { body: { body: 'not even JSON' } })
    expect(receiver.bodies.at(-1)).toBe('not even JSON')
    const event = await api.call('GET', `/v1/events/${own.body.event_id}`)
    expect(event.body).toMatchObject({
      payload: null,
      payload_text: 'not even JSON',
      dry_run: true,
      not_sent_to: [],
    })
  })
})

describe('POST /v1/endpoints/{id}/replay', () => {
  it('begins a job whose progress can be looked up', async () => {
    const made = await make()
    const begun = await api.call('POST', `/v1/endpoints/${made.id}/replay`, {
      body: { since: '2024-05-14T09:00:00+02:00' },
    })
    expect(begun.status).toBe(202)
    expect(begun.body).toMatchObject({
      endpoint_id: made.id,
      status: 'running',
      since: '2024-05-14T07:00:00.000Z',
      total: 0,
      done: 0,
    })
    expect(api.wakes()).toBe(1)
    const shown = await api.call('GET', begun.headers.get('location') as string)
    expect(shown.body).toEqual(begun.body)
  })

  it('is refused for a span that is none, and for an endpoint that is disabled', async () => {
    const made = await make({ enabled: false })
    const path = `/v1/endpoints/${made.id}/replay`
    expect((await api.call('POST', path, { body: { since: '2024-01-01T00:00:00Z' } })).status).toBe(409)
    await api.call('PATCH', `/v1/endpoints/${made.id}`, { body: { enabled: true } })
    const body = { since: '2024-01-02T00:00:00Z', until: '2024-01-01T00:00:00Z' }
    expect((await api.call('POST', path, { body })).body.errors[0].path).toBe('since')
  })
})

describe('GET /v1/endpoints/{id}/preview', () => {
  it('says which recent events the filter matches, and another one would', async () => {
    for (const monitor_name of ['preview-a', 'preview-b']) {
      await api.call('POST', '/v1/events', { body: { monitor_name, status: 'down', severity: 'critical' } })
    }
    const made = await make({ filter: { monitors: ['preview-a'] }, enabled: false })
    const path = `/v1/endpoints/${made.id}/preview?events=2`
    const own = await api.call('GET', path)
    expect(own.body).toMatchObject({ examined: 2, matched: 1 })
    expect(own.body.data.map((entry: { matches: boolean }) => entry.matches)).toEqual([false, true])
    expect(own.body.data[0].why_not).toEqual(expect.any(String))
    const other = await api.call('GET', `${path}&monitors=preview-*&severities=critical&severities=warning`)
    expect(other.body).toMatchObject({
      matched: 2,
      filter: { monitors: ['preview-*'], severities: ['critical', 'warning'] },
    })
  })
})

describe('GET /v1/endpoints', () => {
  it('pages through all of them, in the order of their making', async () => {
    const seen: string[] = []
    let path = '/v1/endpoints?limit=3'
    for (;;) {
      const page = await api.call('GET', path)
      seen.push(...page.body.data.map((one: { id: string }) => one.id))
      if (page.body.next_cursor === null) break
      path = `/v1/endpoints?limit=3&cursor=${page.body.next_cursor}`
    }
    expect(seen).toEqual(seen.toSorted())
    expect(new Set(seen)).toEqual(
      new Set(api.services.catalog.endpointsOf(api.first.workspaceId).map(one => one.id)),
    )
  })
})
