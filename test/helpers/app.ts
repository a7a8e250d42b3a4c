import { randomBytes } from 'node:crypto'
import { type App, startApp } from '../../src/app.ts'
import { type Config, loadConfig } from '../../src/config.ts'
import type { Clock } from '../../src/ground/clock.ts'
import { silentLog } from '../../src/ground/log.ts'
import { newApiKey } from '../../src/store/api-keys.ts'
import { makeCertificates } from './certificates.ts'
import { createTestDatabase, type TestDatabase } from './postgres.ts'

export interface ApiAnswer {
  readonly status: number
  readonly headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: tests look at what they expect to be there.
  readonly body: any
}

/** A whole node on a database of its own, that may send to this machine. */
export interface TestApp {
  readonly url: string
  readonly token: string
  readonly database: TestDatabase
  /** One call of the API, as the operator. */
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<ApiAnswer>
  /** Registers an endpoint; fails the test if it is refused. */
  addEndpoint(url: string, settings?: Record<string, unknown>): Promise<{ id: string; secret: string }>
  /** Sends events; fails the test if they are refused. */
  send(events: unknown): Promise<{ event_id: string; duplicate: boolean; deliveries: number }[]>
  /** Asks until `holds` says so of the answer; for states that nothing but the API tells of. */
  eventually(path: string, holds: (body: ApiAnswer['body']) => boolean): Promise<ApiAnswer['body']>
  stop(): Promise<void>
}

/** @param options.beside another node whose database this one shares; that one drops it */
export async function startTestApp(
  options: { clock?: Clock; random?: () => number; config?: Partial<Config>; beside?: TestApp } = {},
): Promise<TestApp> {
  const { beside } = options
  const database = beside?.database ?? (await createTestDatabase())
  const token = beside?.token ?? newApiKey()
  const secretsKey = keys.get(database) ?? randomBytes(32).toString('hex')
  keys.set(database, secretsKey)
  const settings = loadConfig({
    env: {
      DATABASE_URL: database.url,
      STATUSPULSE_PORT: '0',
      STATUSPULSE_ADMIN_TOKEN: token,
      STATUSPULSE_SECRETS_KEY: secretsKey,
      STATUSPULSE_ALLOW_HTTP: 'true',
      STATUSPULSE_ALLOW_NETWORKS: '127.0.0.0/8,::1/128',
      STATUSPULSE_RATE_LIMIT: '1000000',
    },
    cwd: '/',
  })
  const config = { ...settings, extraCa: makeCertificates().ca, ...options.config }
  const app: App = await startApp({
    config,
    log: silentLog,
    version: '0.0.0-test',
    ...(options.clock && { clock: options.clock }),
    ...(options.random && { random: options.random }),
  })

  const call: TestApp['call'] = async (method, path, body, headers) => {
    const response = await fetch(app.url + path, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    return {
      status: response.status,
      headers: response.headers,
      body: text === '' ? undefined : JSON.parse(text),
    }
  }

  return {
    url: app.url,
    token,
    database,
    call,
    async addEndpoint(url, settings = {}) {
      const { status, body } = await call('POST', '/v1/endpoints', { url, ...settings })
      if (status !== 201) throw new Error(`endpoint refused: ${JSON.stringify(body)}`)
      return body
    },
    async send(events) {
      const { status, body } = await call('POST', '/v1/events', events)
      if (status !== 202) throw new Error(`events refused: ${JSON.stringify(body)}`)
      return body.data
    },
    async eventually(path, holds) {
      for (;;) {
        const { body } = await call('GET', path)
        if (holds(body)) return body
        await new Promise(resolve => setTimeout(resolve, 10))
      }
    },
    async stop() {
      await app.stop()
      if (!beside) await database.drop()
    },
  }
}

const keys = new WeakMap<TestDatabase, string>()
