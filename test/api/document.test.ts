import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { payload, SAMPLE_PAYLOAD } from '../../src/api/schemas/payload.ts'
import { EVENT_TYPES } from '../../src/ground/vocabulary.ts'
import { startTestApi, type TestApi } from './harness.ts'

let api: TestApi
// biome-ignore lint/suspicious/noExplicitAny: a document of any form, which is what is tested.
let document: any
beforeAll(async () => {
  api = await startTestApi()
  document = (await api.call('GET', '/v1/openapi.json', { key: null })).body
})
afterAll(() => api?.stop())

// biome-ignore lint/suspicious/noExplicitAny: as above.
const operations = (): [string, string, any][] =>
  Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item as object).map(
      ([method, operation]) => [method.toUpperCase(), path, operation] as [string, string, unknown],
    ),
  )

describe('the OpenAPI document', () => {
  it('has every operation with its texts, its errors and its access', () => {
    expect(document.openapi).toBe('3.1.0')
    expect(operations().length).toBe(api.app.operations.length)
    for (const [, , operation] of operations()) {
      expect(operation).toMatchObject({
        operationId: expect.any(String),
        summary: expect.stringMatching(/\w/),
        description: expect.stringMatching(/\.$/),
        tags: [expect.any(String)],
      })
      const statuses = Object.keys(operation.responses)
      expect(statuses).toEqual(expect.arrayContaining(['400', '500', '503']))
      if (operation['x-access'] !== 'public') {
        const byUser = { session: [] }
        expect(operation.security).toEqual(
          operation['x-access'] === 'user' ? [byUser] : [{ apiKey: [] }, byUser],
        )
        expect(statuses).toEqual(expect.arrayContaining(['401', '403', '429']))
      }
    }
    expect(new Set(operations().map(([, , operation]) => operation.operationId)).size).toBe(
      operations().length,
    )
  })

  it('refers to nothing that there is not', () => {
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)].map(
      match => match[1] as string,
    )
    for (const reference of new Set(references)) {
      const target = reference.split('/').reduce((at, step) => at?.[step], document)
      expect(target, reference).toBeDefined()
    }
  })

  it('has the webhooks of every event type, with headers and an example that is one', () => {
    expect(Object.keys(document.webhooks)).toEqual([...EVENT_TYPES])
    for (const type of EVENT_TYPES) {
      const { post } = document.webhooks[type]
      const { example } = post.requestBody.content['application/json']
      expect(payload.parse(example).metadata.event_type).toBe(type)
      const headers = post.parameters.map((parameter: { name: string }) => parameter.name)
      expect(headers).toEqual(
        expect.arrayContaining(['X-StatusPulse-Signature', 'webhook-signature', 'Retry-Attempt']),
      )
    }
  })

  it('is made of examples that the operations take', async () => {
    const { post } = document.paths['/v1/events']
    for (const { value } of Object.values(post.requestBody.content['application/json'].examples) as {
      value: unknown
    }[]) {
      expect((await api.call('POST', '/v1/events', { body: value })).status).toBe(202)
    }
  })
})

describe('every operation', () => {
  it.each(['ingest', 'read', 'respond'] as const)(
    'lets a key of the scope %s in only where the document says so',
    async scope => {
      const key = api.first.keys[scope]
      for (const [method, path, operation] of operations()) {
        const access = operation['x-access']
        if (access === 'public' || access === scope) continue
        const answer = await api.call(method, path.replace('{id}', 'x').replace('{name}', 'x'), { key })
        expect([method, path, answer.status]).toEqual([method, path, 403])
        // Some say it in the form that their clients know.
        expect(answer.body.detail ?? answer.body).toContain(
          access === 'operator' ? 'operator' : `"${access}"`,
        )
      }
    },
  )

  it('lets nobody in without a key, unless the document says so', async () => {
    for (const [method, path, operation] of operations()) {
      if (operation['x-access'] === 'public') continue
      const answer = await api.call(method, path.replace('{id}', 'x').replace('{name}', 'x'), { key: null })
      expect([401, 429]).toContain(answer.status)
    }
  })

  it('keeps the operator’s to the operator', async () => {
    for (const [method, path, operation] of operations()) {
      if (operation['x-access'] !== 'operator') continue
      expect((await api.call(method, path, { key: api.second.keys.admin })).status).toBe(403)
    }
  })
})

describe('the payload’s schema', () => {
  it('is published as JSON Schema, and says what the sample is', async () => {
    const answer = await api.call('GET', '/v1/schemas/payload.json', { key: null })
    expect(answer.headers.get('content-type')).toContain('application/schema+json')
    expect(answer.body).toMatchObject({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      required: ['event_id', 'monitor_name', 'status', 'timestamp', 'metadata'],
      additionalProperties: false,
    })
    expect(answer.body.examples).toEqual([SAMPLE_PAYLOAD])
  })

  it('is what an event’s payload keeps to', async () => {
    const body = { monitor_name: 'm', status: 'down', metadata: { custom: true } }
    const { data } = (await api.call('POST', '/v1/events', { body })).body
    const event = await api.call('GET', `/v1/events/${data[0].event_id}`)
    expect(payload.parse(event.body.payload)).toEqual(event.body.payload)
    expect(Object.keys(event.body.payload)).toEqual([
      'event_id',
      'monitor_name',
      'status',
      'timestamp',
      'metadata',
    ])
  })
})

describe('/docs', () => {
  it('comes with everything it needs, and may fetch nothing from elsewhere', async () => {
    const page = await api.call('GET', '/docs/', { key: null })
    expect(page.status).toBe(200)
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(page.headers.get('content-security-policy')).not.toMatch(/https?:/)
    expect(page.body).not.toMatch(/(src|href)="https?:/)
    expect(page.body).toContain('/v1/openapi.json')
    const script = await api.call('GET', '/docs/js/scalar.js', { key: null })
    expect([script.status, script.body.length > 1_000_000]).toEqual([200, true])
    expect((await api.call('GET', '/docs', { key: null })).headers.get('location')).toBe('/docs/')
  })
})

describe('the service', () => {
  it('says that it lives and is ready, to anybody', async () => {
    expect((await api.call('GET', '/livez', { key: null })).body).toEqual({ status: 'alive' })
    expect((await api.call('GET', '/readyz', { key: null })).body).toEqual({ status: 'ready' })
  })

  it('shows its metrics to the operator', async () => {
    // 429: from this address came many requests without a key by now.
    expect([401, 429]).toContain((await api.call('GET', '/metrics', { key: null })).status)
    const metrics = await api.call('GET', '/metrics', { key: api.operatorKey })
    expect([metrics.status, metrics.headers.get('content-type')]).toEqual([
      200,
      expect.stringContaining('text/plain'),
    ])
  })
})
