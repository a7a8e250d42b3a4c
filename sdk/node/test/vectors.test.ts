import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { bytesOf, type EventCase, type SignatureCase } from '../../vectors/cases.ts'
import { parseEvent, type Scheme, type StatusPulseEvent, sign, Verifier, WebhookError } from '../src/index.ts'
import { casesOf } from './vectors.ts'

/** null, or why it was refused. */
async function outcomeOf(work: () => unknown): Promise<WebhookError | null> {
  try {
    await work()
    return null
  } catch (error) {
    if (error instanceof WebhookError) return error
    throw error
  }
}

function verifierOf(one: SignatureCase, scheme: Scheme): Verifier {
  const { secrets, tolerance_seconds: toleranceSeconds, now } = one
  return new Verifier({ secrets, scheme, toleranceSeconds, now: () => now * 1000 })
}

function comparable(event: StatusPulseEvent): EventCase['event'] {
  const { timestamp, metadata, ...fields } = event
  const {
    region,
    affected_endpoints,
    response_time_ms,
    error_rate_pct,
    event_type,
    severity,
    incident_id,
    ...extra
  } = metadata
  const known = {
    region,
    affected_endpoints,
    response_time_ms,
    error_rate_pct,
    event_type,
    severity,
    incident_id,
  }
  return { ...fields, timestamp_ms: timestamp.getTime(), metadata: known, extra }
}

for (const scheme of ['standard-webhooks', 'body-signature'] as const) {
  describe(`signatures by ${scheme}`, () => {
    for (const one of casesOf(scheme)) {
      test(`${one.error === null ? 'accepts' : 'refuses'}: ${one.name}`, async () => {
        const error = await outcomeOf(() => verifierOf(one, scheme).authenticate(bytesOf(one), one.headers))
        assert.equal(error?.code ?? null, one.error)
      })
    }
  })
}

describe('events', () => {
  for (const one of casesOf('events')) {
    if (one.event === null) {
      test(`refuses ${one.name}`, async () => {
        const error = await outcomeOf(() => parseEvent(bytesOf(one)))
        assert.deepEqual([error?.code, error?.path], ['invalid_payload', one.error_path])
      })
    } else {
      test(`reads ${one.name}`, () => assert.deepEqual(comparable(parseEvent(bytesOf(one))), one.event))
    }
  }
})

describe('secrets', () => {
  for (const { name, secret, valid } of casesOf('secrets')) {
    test(`${valid ? 'takes' : 'refuses'}: ${name}`, async () => {
      const error = await outcomeOf(() => new Verifier({ secrets: secret }))
      assert.equal(error?.code ?? null, valid ? null : 'invalid_secret')
      if (error !== null && secret.length > 10) assert.ok(!error.message.includes(secret.slice(6, 30)))
    })
  }
})

describe('signing', () => {
  for (const { name, secrets, event_id: eventId, timestamp, body, headers } of casesOf('signing')) {
    test(`gives the same bytes: ${name}`, async () => {
      assert.deepEqual(await sign({ secrets, eventId, timestamp, body }), headers)
    })
  }
})
