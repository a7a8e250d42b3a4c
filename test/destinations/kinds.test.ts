import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ENDPOINT_KINDS } from '../../src/ground/vocabulary.ts'
import { startTestApi, type TestApi } from '../api/harness.ts'

let api: TestApi

beforeAll(async () => {
  api = await startTestApi()
})

afterAll(() => api.stop())

describe('GET /v1/endpoint-kinds', () => {
  it('has every kind, with what a registration form needs', async () => {
    const { status, body } = await api.call('GET', '/v1/endpoint-kinds', { key: api.first.keys.read })
    expect(status).toBe(200)
    expect(body.data.map((one: { kind: string }) => one.kind)).toEqual([...ENDPOINT_KINDS])
    expect(body.data.find((one: { kind: string }) => one.kind === 'pagerduty')).toMatchObject({
      label: 'PagerDuty',
      url_needed: false,
      url_is_secret: false,
      signed: false,
      options_schema: {
        type: 'object',
        properties: { routing_key: { type: 'string' }, region: { enum: ['us', 'eu'], default: 'us' } },
        required: ['routing_key'],
        additionalProperties: false,
      },
      secret_options: ['routing_key'],
      default_success_statuses: [202],
    })
  })
})

describe('the OpenAPI document', () => {
  it('has the options of every kind', async () => {
    const { body } = await api.call('GET', '/v1/openapi.json', { key: null })
    const { options, kind } = body.components.schemas.EndpointInput.properties
    expect(options.anyOf).toHaveLength(ENDPOINT_KINDS.length)
    expect(options.anyOf[2]).toMatchObject({ title: 'PagerDuty', required: ['routing_key'] })
    expect(kind.enum).toEqual([...ENDPOINT_KINDS])
  })
})
