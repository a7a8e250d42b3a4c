import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, test } from 'node:test'
import { expressHandler } from '../src/express.ts'
import { fetchHandler } from '../src/fetch.ts'
import { honoHandler } from '../src/hono.ts'
import type { Delivery } from '../src/index.ts'
import { nextHandler } from '../src/next.ts'
import { MAX_BODY_BYTES } from '../src/receiver.ts'
import { message, SECRET } from './message.ts'

const URL_OF_HOOK = 'https://receiver.example/hooks/statuspulse'
const post = ({ body, headers }: { body: string; headers: Record<string, string> }) =>
  new Request(URL_OF_HOOK, { method: 'POST', body, headers })

function options() {
  const deliveries: Delivery[] = []
  return { deliveries, secrets: SECRET, onEvent: (delivery: Delivery) => void deliveries.push(delivery) }
}

const adapters = {
  fetch: fetchHandler,
  hono: (given: ReturnType<typeof options>) => {
    const handle = honoHandler(given)
    return (request: Request) => handle({ req: { raw: request } })
  },
  next: nextHandler,
}

for (const [name, adapter] of Object.entries(adapters)) {
  describe(`the handler for ${name}`, () => {
    test('answers 200 to an event and 401 to a changed byte', async () => {
      const given = options()
      const handle = adapter(given)
      const good = await message()
      const response = await handle(post(good))
      assert.equal(response.status, 200)
      assert.equal(response.headers.get('content-type'), 'application/json')
      assert.deepEqual(await response.json(), { received: true })
      assert.equal((await handle(post({ ...good, body: `${good.body} ` }))).status, 401)
      assert.equal(given.deliveries.length, 1)
    })

    test('answers 413 to a body that is too large, and 401 to none', async () => {
      const handle = adapter(options())
      const { headers } = await message()
      assert.equal((await handle(post({ headers, body: 'x'.repeat(MAX_BODY_BYTES + 1) }))).status, 413)
      assert.equal((await handle(new Request(URL_OF_HOOK, { method: 'POST', headers }))).status, 401)
    })
  })
}

test('the handler for Next.js may read its secrets at the first request', async () => {
  let reads = 0
  const handle = nextHandler(() => {
    reads++
    return options()
  })
  assert.equal(reads, 0)
  assert.equal((await handle(post(await message()))).status, 200)
  assert.equal((await handle(post(await message()))).status, 200)
  assert.equal(reads, 1)
})

test('a body that was read before is an error that says so', async () => {
  const request = post(await message())
  await request.json()
  await assert.rejects(fetchHandler(options())(request), /read before/)
})

describe('the handler for Express, on a bare server', () => {
  async function listen(given: ReturnType<typeof options>) {
    const handle = expressHandler(given)
    const errors: unknown[] = []
    const server = createServer((request, response) => {
      void handle(request, response, error => {
        errors.push(error)
        response.writeHead(500).end()
      })
    })
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
    const send = ({ body, headers }: { body: string; headers: Record<string, string> }) =>
      fetch(url, { method: 'POST', body, headers })
    return { errors, send, [Symbol.asyncDispose]: async () => void server.close() }
  }

  test('answers 200 to an event, 401 to a changed byte, 413 to a body that is too large', async () => {
    await using server = await listen(options())
    const good = await message()
    assert.equal((await server.send(good)).status, 200)
    assert.equal((await server.send({ ...good, body: `${good.body} ` })).status, 401)
    assert.equal((await server.send({ ...good, body: 'x'.repeat(MAX_BODY_BYTES * 2) })).status, 413)
    assert.deepEqual(server.errors, [])
  })

  test("passes the handler's error on", async () => {
    const failure = new Error('no database')
    await using server = await listen({ ...options(), onEvent: () => Promise.reject(failure) as never })
    assert.equal((await server.send(await message())).status, 500)
    assert.deepEqual(server.errors, [failure])
  })
})
