import { afterAll, beforeAll, describe, expect, expectTypeOf, test } from 'vitest'
import { ApiProblem, type components, createClient, items, pages } from '../../sdk/client/src/index.ts'
import { startTestApp, type TestApp } from '../helpers/app.ts'
import { type Answer, startReceiver } from '../helpers/receiver.ts'

describe('A client of a running server', () => {
  let app: TestApp
  beforeAll(async () => {
    app = await startTestApp()
  })
  afterAll(() => app.stop())

  const connect = () => createClient({ url: app.url, token: app.token })

  test('calls what the document describes, and knows the type of the answer', async () => {
    const api = connect()
    const { data } = await api.POST('/v1/events', { body: { monitor_name: 'typed', status: 'down' } })
    const event = await api.GET('/v1/events/{id}', { params: { path: { id: data[0]!.event_id } } })
    expect(event.monitor_name).toBe('typed')
    expectTypeOf(event.severity).toEqualTypeOf<'critical' | 'warning' | 'info'>()
  })

  test('encodes what stands in a path, and sends lists in a query as the API reads them', async () => {
    const api = connect()
    await expect(api.GET('/v1/events/{id}', { params: { path: { id: 'a/b?c' } } })).rejects.toMatchObject({
      status: 404,
      code: 'not-found',
    })
    const endpoint = await app.addEndpoint('http://127.0.0.1:8999/hook')
    const preview = await api.GET('/v1/endpoints/{id}/preview', {
      params: { path: { id: endpoint.id }, query: { monitors: ['one', 'two'], severities: ['critical'] } },
    })
    expect(preview.filter).toMatchObject({ monitors: ['one', 'two'], severities: ['critical'] })
    await api.DELETE('/v1/endpoints/{id}', { params: { path: { id: endpoint.id } } })
  })

  test('fails with the problem that the API tells, its fields included', async () => {
    const refused = await connect()
      .POST('/v1/events', { body: { monitor_name: '', status: 'broken' as 'down' } })
      .catch((error: unknown) => error)
    expect(refused).toBeInstanceOf(ApiProblem)
    const problem = refused as ApiProblem
    expect(problem).toMatchObject({ status: 422, type: expect.stringMatching(/^urn:statuspulse:problem:/) })
    expect(Object.keys(problem.fields)).toEqual(expect.arrayContaining(['monitor_name', 'status']))
    expect(problem.requestId).toEqual(expect.any(String))
  })

  test('asks for the token before every call', async () => {
    let token: string | null = null
    const api = createClient({ url: app.url, token: () => token })
    await expect(api.GET('/v1/workspace')).rejects.toMatchObject({ status: 401 })
    token = app.token
    await expect(api.GET('/v1/workspace')).resolves.toBeTruthy()
  })

  test('reads a list across its pages: every entry once, also those of which more come meanwhile', async () => {
    const names = Array.from({ length: 7 }, (_, index) => `paged-${index}`)
    for (const monitor_name of names) await app.send([{ monitor_name, status: 'down' }])
    const seen: string[] = []
    for await (const one of items(connect(), '/v1/events', { query: { limit: 2, status: 'down' } })) {
      expectTypeOf(one).toEqualTypeOf<components['schemas']['EventSummary']>()
      if (seen.length === 2) await app.send([{ monitor_name: 'came-later', status: 'down' }])
      if (one.monitor_name.startsWith('paged-') || one.monitor_name === 'came-later')
        seen.push(one.monitor_name)
    }
    expect(seen).toEqual(names.toReversed())
    let count = 0
    for await (const page of pages(connect(), '/v1/events', { query: { limit: 3 } })) {
      expect(page.data.length).toBeLessThanOrEqual(3)
      if (++count === 2) break
    }
    expect(count).toBe(2)
  })
})

describe('A call that does not get through', () => {
  /** A server that gives these answers, one after the other, and the last one for ever. */
  async function startFlaky(...answers: Answer[]) {
    const server = await startReceiver({ answer: () => (answers.length > 1 ? answers.shift() : answers[0])! })
    const url = new URL(server.url).origin
    return {
      server,
      url,
      connect: (options = {}) => createClient({ url, token: 'sp_any', ...options }),
    }
  }
  const json = { 'content-type': 'application/json' }
  const accepted: Answer = { status: 202, headers: json, body: '{"data":[]}' }
  const event = { monitor_name: 'm', status: 'down' } as const

  test('is made again where it can do no harm', async () => {
    const { server, connect } = await startFlaky({ status: 503, headers: { 'retry-after': '0' } }, 'reset', {
      status: 200,
      headers: json,
      body: '{"data":[],"next_cursor":null}',
    })
    expect(await connect().GET('/v1/events')).toEqual({ data: [], next_cursor: null })
    expect(server.requests).toHaveLength(3)
    await server.close()
  })

  test('sends an event again under one key, so that it is taken once', async () => {
    const { server, connect } = await startFlaky('reset', { status: 502 }, accepted, accepted)
    await connect().POST('/v1/events', { body: event })
    await connect().POST('/v1/events', { body: event })
    await connect().POST('/v1/events', { body: event, params: { header: { 'Idempotency-Key': 'mine' } } })
    const keys = server.requests.map(({ headers }) => headers['idempotency-key'])
    expect(new Set(keys.slice(0, 3)).size).toBe(1)
    expect(keys[3]).not.toBe(keys[0])
    expect(keys[4]).toBe('mine')
    expect(server.requests.slice(0, 3).map(({ body }) => JSON.parse(String(body)))).toEqual([
      event,
      event,
      event,
    ])
    await server.close()
  })

  test('is not made again where it could be done twice', async () => {
    const { server, connect } = await startFlaky({ status: 503 })
    await expect(connect().POST('/v1/keys', { body: { name: 'n', scopes: ['read'] } })).rejects.toMatchObject(
      {
        status: 503,
        type: null,
      },
    )
    expect(server.requests).toHaveLength(1)
    await server.close()
  })

  test('is made again after 429 in any case, and told of when it would take too long', async () => {
    const { server, connect } = await startFlaky(
      { status: 429, headers: { 'retry-after': '0' } },
      { status: 429, headers: { 'retry-after': '3600' } },
    )
    const call = connect().POST('/v1/keys', { body: { name: 'n', scopes: ['read'] } })
    await expect(call).rejects.toMatchObject({ status: 429, retryAfter: 3600 })
    expect(server.requests).toHaveLength(2)
    await server.close()
  })

  test('says that there is nobody, and why', async () => {
    const { server, url, connect } = await startFlaky('hang')
    const late = connect({ timeoutMs: 50, retries: 1 }).GET('/v1/events')
    await expect(late).rejects.toMatchObject({
      status: 0,
      code: 'unreachable',
      message: expect.stringContaining(url),
    })
    expect(server.requests).toHaveLength(2)
    await server.close()
    await expect(connect({ retries: 0 }).GET('/v1/events')).rejects.toThrow(/ECONNREFUSED/)
  })

  test('ends at once when its caller does not want it any more, also while it waits', async () => {
    const { server, connect } = await startFlaky({ status: 503, headers: { 'retry-after': '20' } })
    const stop = new AbortController()
    const call = connect().GET('/v1/events', { signal: stop.signal })
    await server.received(1)
    stop.abort(new Error('not wanted'))
    await expect(call).rejects.toThrow('not wanted')
    await server.close()
  })
})
