import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestApi, type TestApi } from './harness.ts'

let api: TestApi
beforeAll(async () => {
  api = await startTestApi()
})
afterAll(() => api?.stop())

const sample = {
  monitor_name: 'checkout-service-redis',
  status: 'degraded',
  severity: 'warning',
  event_type: 'incident.opened',
  metadata: { region: 'us-west-2', response_time_ms: 1840, custom: { nested: [1, 'two'] } },
}

describe('POST /v1/events', () => {
  it('answers 202 with the id once the event is kept', async () => {
    const answer = await api.call('POST', '/v1/events', { body: sample })
    expect(answer.status).toBe(202)
    expect(answer.body).toEqual({
      data: [{ event_id: expect.stringMatching(/^evt_/), duplicate: false, deliveries: 0 }],
    })
    const kept = await api.call('GET', `/v1/events/${answer.body.data[0].event_id}`)
    expect(kept.body.payload.metadata).toMatchObject({ region: 'us-west-2', custom: { nested: [1, 'two'] } })
    expect(JSON.parse(kept.body.payload_text)).toEqual(kept.body.payload)
  })

  it('takes a batch, and answers in its order', async () => {
    const batch = ['a', 'b', 'c'].map(id => ({ ...sample, event_id: `batch-${id}` }))
    const answer = await api.call('POST', '/v1/events', { body: batch })
    expect(answer.body.data.map((one: { event_id: string }) => one.event_id)).toEqual([
      'batch-a',
      'batch-b',
      'batch-c',
    ])
  })

  it('answers a repeat under the same Idempotency-Key with the first result', async () => {
    const headers = { 'idempotency-key': 'once' }
    const first = await api.call('POST', '/v1/events', { body: sample, headers })
    const second = await api.call('POST', '/v1/events', { body: sample, headers })
    expect(second.body.data[0]).toEqual({ ...first.body.data[0], duplicate: true })
    const other = await api.call('POST', '/v1/events', { body: { ...sample, status: 'down' }, headers })
    expect(other.status).toBe(409)
  })

  it('takes a payload of ours as an event, its metadata keys put beside it', async () => {
    const metadata = {
      ...sample.metadata,
      event_type: 'incident.resolved',
      severity: 'critical',
      incident_id: 'inc_9',
    }
    const answer = await api.call('POST', '/v1/events', {
      body: {
        event_id: 'passed-on',
        monitor_name: 'm',
        status: 'operational',
        timestamp: '2024-05-14T09:23:11Z',
        metadata,
      },
    })
    expect(answer.status).toBe(202)
    const kept = await api.call('GET', '/v1/events/passed-on')
    expect(kept.body).toMatchObject({
      event_type: 'incident.resolved',
      severity: 'critical',
      incident_id: 'inc_9',
    })
  })

  it('names the field of every mistake in a batch, and keeps none of it', async () => {
    const body = [
      { ...sample, event_id: 'kept-not' },
      { ...sample, severity: 'high' },
      { status: 'up', montior_name: 'x' },
    ]
    const answer = await api.call('POST', '/v1/events', { body })
    expect(answer.status).toBe(422)
    expect(answer.headers.get('content-type')).toContain('application/problem+json')
    expect(answer.body.errors.map((error: { path: string }) => error.path)).toEqual([
      '[1].severity',
      '[2].monitor_name',
      '[2].status',
      '[2].montior_name',
    ])
    expect(answer.body.errors[3].message).toBe('is not a known field (did you mean monitor_name?)')
    expect((await api.call('GET', '/v1/events/kept-not')).status).toBe(404)
  })

  it.each([
    ['two severities that differ', { ...sample, metadata: { severity: 'info' } }, 'metadata.severity'],
    ['NUL in a name', { ...sample, monitor_name: 'a\0b' }, 'monitor_name'],
    ['half a character in a region', { ...sample, metadata: { region: '\ud800' } }, 'metadata.region'],
    ['a day that does not exist', { ...sample, timestamp: '2024-13-45T00:00:00Z' }, 'timestamp'],
    ['an event id with a space', { ...sample, event_id: 'a b' }, 'event_id'],
    [
      'a number that is a text',
      { ...sample, metadata: { response_time_ms: 'fast' } },
      'metadata.response_time_ms',
    ],
    ['no event at all', [], ''],
  ])('refuses %s', async (_, body, path) => {
    const answer = await api.call('POST', '/v1/events', { body })
    expect(answer.status).toBe(422)
    expect(answer.body.errors[0].path).toBe(path)
  })

  it.each([
    ['what is not JSON', '{"monitor_name":', 400],
    ['what is not UTF-8', Buffer.from([0x22, 0xff, 0x22]), 400],
    ['a __proto__ key', '{"monitor_name":"a","status":"down","metadata":{"__proto__":{"a":1}}}', 400],
    ['depth without end', '['.repeat(100_000), 400],
    ['one event over 256 KiB', JSON.stringify({ ...sample, metadata: { pad: 'x'.repeat(256 * 1024) } }), 413],
    ['a body over 16 MiB', `"${'x'.repeat(16 * 1024 * 1024)}"`, 413],
    [
      'more than 1,000 events',
      JSON.stringify(Array.from({ length: 1_001 }, () => ({ monitor_name: 'a', status: 'down' }))),
      413,
    ],
  ])('refuses %s', async (_, raw, status) => {
    const answer = await api.call('POST', '/v1/events', { raw })
    expect(answer.status).toBe(status)
    expect(answer.body.type).toMatch(/^urn:statuspulse:problem:/)
  })

  it('names the event of a batch that is too large', async () => {
    const answer = await api.call('POST', '/v1/events', {
      body: [sample, { ...sample, metadata: { pad: 'x'.repeat(256 * 1024) } }],
    })
    expect([answer.status, answer.body.errors[0].path]).toEqual([413, '[1]'])
  })

  it('refuses another kind of body with 415', async () => {
    const answer = await api.call('POST', '/v1/events', {
      raw: 'a=b',
      headers: { 'content-type': 'text/plain' },
    })
    expect(answer.status).toBe(415)
  })

  it('refuses an unknown monitor where the workspace forbids it', async () => {
    const key = api.second.keys.admin
    await api.call('PATCH', '/v1/workspace', { key, body: { allow_unknown_monitors: false } })
    const refused = await api.call('POST', '/v1/events', { key, body: { ...sample, monitor_name: 'new' } })
    expect([refused.status, refused.body.errors[0].path]).toEqual([422, 'monitor_name'])
    await api.call('POST', '/v1/monitors', { key, body: { name: 'new' } })
    expect(
      (await api.call('POST', '/v1/events', { key, body: { ...sample, monitor_name: 'new' } })).status,
    ).toBe(202)
    await api.call('PATCH', '/v1/workspace', { key, body: { allow_unknown_monitors: true } })
  })
})

describe('GET /v1/events', () => {
  it('pages through everything once, the latest first, whatever comes meanwhile', async () => {
    const ids = Array.from({ length: 25 }, (_, index) => `paged-${index}`)
    for (const id of ids) {
      await api.call('POST', '/v1/events', { body: { event_id: id, monitor_name: 'paged', status: 'down' } })
    }
    const seen: string[] = []
    let cursor = ''
    do {
      const page = await api.call('GET', `/v1/events?monitor=paged&limit=10${cursor}`)
      seen.push(...page.body.data.map((event: { event_id: string }) => event.event_id))
      await api.call('POST', '/v1/events', { body: { monitor_name: 'paged', status: 'down' } })
      cursor = page.body.next_cursor && `&cursor=${page.body.next_cursor}`
    } while (cursor)
    expect(seen).toEqual(ids.toReversed())
  })

  it('filters by what an event says and by time', async () => {
    const body = {
      event_id: 'filtered',
      monitor_name: 'f',
      status: 'down',
      severity: 'critical',
      incident_id: 'inc_f',
    }
    await api.call('POST', '/v1/events', { body })
    const found = async (query: string) =>
      (await api.call('GET', `/v1/events?monitor=f&${query}`)).body.data.map(
        (event: { event_id: string }) => event.event_id,
      )
    const hour = 3_600_000
    const ago = new Date(Date.now() - hour).toISOString()
    const ahead = new Date(Date.now() + hour).toISOString()
    expect(await found('severity=critical&status=down&incident_id=inc_f&dry_run=false')).toEqual(['filtered'])
    expect(await found('severity=info')).toEqual([])
    expect(await found(`since=${ago}&until=${ahead}`)).toEqual(['filtered'])
    expect(await found(`since=${ahead}`)).toEqual([])
    expect(await found(`until=${ago}`)).toEqual([])
  })

  it.each([
    'limit=0',
    'limit=201',
    'limit=x',
    'cursor=nonsense',
    'severity=high',
    'since=yesterday',
    'monitr=a',
  ])('refuses ?%s with 400, naming it', async query => {
    const answer = await api.call('GET', `/v1/events?${query}`)
    expect(answer.status).toBe(400)
    expect(answer.body.errors[0].path).toBe(query.split('=')[0])
  })
})

describe('GET /v1/events/{id}', () => {
  it('says where it was sent, where it was not, and why not', async () => {
    const make = async (name: string, filter: object) =>
      (
        await api.call('POST', '/v1/endpoints', {
          body: { url: 'http://127.0.0.1:18080/hook', name, filter },
        })
      ).body.id
    const wanting = await make('wants it', { monitors: ['explained-*'] })
    const other = await make('wants another', { monitors: ['something-else'] })
    const { body } = await api.call('POST', '/v1/events', {
      body: { monitor_name: 'explained-1', status: 'down' },
    })
    expect(body.data[0].deliveries).toBe(1)
    const late = await make('too late', {})
    await api.call('PATCH', `/v1/endpoints/${other}`, { body: { filter: { monitors: ['explained-*'] } } })

    const event = (await api.call('GET', `/v1/events/${body.data[0].event_id}`)).body
    expect(event.endpoints).toEqual([
      expect.objectContaining({
        endpoint_id: wanting,
        endpoint_name: 'wants it',
        outcome: 'waiting',
        attempts: 0,
      }),
    ])
    expect(event.not_sent_to).toEqual([
      {
        endpoint_id: other,
        endpoint_name: 'wants another',
        changed_since: true,
        reason: expect.stringContaining('different then'),
      },
      {
        endpoint_id: late,
        endpoint_name: 'too late',
        changed_since: true,
        reason: 'the endpoint did not exist yet',
      },
    ])
    expect(event.not_sent_total).toBe(2)
  })

  it('does not find what there is not', async () => {
    for (const id of ['evt_nothing', 'evt_01jz8m4x5c0gk3v9q2w7d1a0b3', 'x'.repeat(65), '%00']) {
      expect((await api.call('GET', `/v1/events/${id}`)).status).toBe(404)
    }
  })
})
