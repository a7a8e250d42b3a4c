import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Verifier } from '../src/index.ts'
import { message, SECRET } from './message.ts'

const verifier = new Verifier({ secrets: SECRET })

describe('a verified delivery', () => {
  test('has the typed event and what the headers say', async () => {
    const { body, headers } = await message({
      headers: {
        'Retry-Attempt': '3',
        'X-StatusPulse-Delivery-Id': 'dlv_1',
        'X-StatusPulse-Request-Id': 'req_1',
        'X-StatusPulse-Dry-Run': 'true',
      },
    })
    const delivery = await verifier.verify(body, headers)
    assert.equal(delivery.event.monitor_name, 'checkout-service-redis')
    assert.equal(delivery.event.metadata.response_time_ms, 1840)
    assert.equal(delivery.dryRun, true)
    assert.equal(delivery.retryAttempt, 3)
    assert.equal(delivery.deliveryId, 'dlv_1')
    assert.equal(delivery.requestId, 'req_1')
    assert.equal(delivery.sentAt?.getTime(), Number(headers['webhook-timestamp']) * 1000)
  })

  test('is no dry run, and a first attempt, where the headers do not say so', async () => {
    const { body, headers } = await message()
    const { dryRun, retryAttempt, deliveryId, requestId } = await verifier.verify(body, headers)
    assert.deepEqual(
      { dryRun, retryAttempt, deliveryId, requestId },
      { dryRun: false, retryAttempt: 0, deliveryId: null, requestId: null },
    )
  })
})

describe('verify', () => {
  test('takes headers as a Headers object, as a record in any case, and with lists as values', async () => {
    const { body, headers } = await message()
    const lists = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name.toUpperCase(), [value]]),
    )
    for (const given of [headers, new Headers(headers), lists, new Map(Object.entries(headers))]) {
      const { event } = await verifier.verify(body, given)
      assert.equal(event.event_id, 'evt_7f3a9c2b1d')
    }
  })

  test('takes the body as text, as bytes and as a Buffer that is a part of a larger one', async () => {
    const { body, headers } = await message()
    const larger = Buffer.from(`xx${body}xx`)
    for (const given of [body, new TextEncoder().encode(body), larger.subarray(2, -2)]) {
      await verifier.verify(given, headers)
    }
  })

  test('says so when it is given a parsed body', async () => {
    const { body, headers } = await message()
    await assert.rejects(verifier.verify(JSON.parse(body), headers), /raw body/)
  })

  test('refuses a payload that is signed but no event, as invalid_payload', async () => {
    const { sign } = await import('../src/index.ts')
    const headers = await sign({ secrets: SECRET, eventId: 'evt_1', body: '{"hello":1}' })
    await assert.rejects(verifier.verify('{"hello":1}', headers), {
      code: 'invalid_payload',
      path: 'metadata',
    })
  })

  test('works at once from many callers', async () => {
    const fresh = new Verifier({ secrets: [SECRET, SECRET] })
    const { body, headers } = await message()
    await Promise.all(Array.from({ length: 50 }, () => fresh.verify(body, headers)))
  })
})

test('a verifier needs a secret, and a tolerance that is not negative', () => {
  assert.throws(() => new Verifier({ secrets: [] }), { code: 'invalid_secret' })
  assert.throws(() => new Verifier({ secrets: undefined as unknown as string }), { code: 'invalid_secret' })
  assert.throws(() => new Verifier({ secrets: SECRET, toleranceSeconds: -1 }), RangeError)
  assert.throws(() => new Verifier({ secrets: SECRET, toleranceSeconds: Number.NaN }), RangeError)
})
