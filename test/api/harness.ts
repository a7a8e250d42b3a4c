import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Registry } from '@prometheus-io/client'
import type { FastifyInstance } from 'fastify'
import { createApi } from '../../src/api/server.ts'
import type { Services } from '../../src/api/services.ts'
import { Backpressure } from '../../src/deliver/backpressure.ts'
import { Courier } from '../../src/deliver/courier.ts'
import { Sender } from '../../src/deliver/http/sender.ts'
import { Mailer } from '../../src/deliver/smtp/mailer.ts'
import { Templates } from '../../src/deliver/templates/templates.ts'
import { Unwritten } from '../../src/deliver/unwritten.ts'
import { assembleDetection } from '../../src/detect/assemble.ts'
import { systemClock } from '../../src/ground/clock.ts'
import { silentLog } from '../../src/ground/log.ts'
import type { Scope } from '../../src/ground/vocabulary.ts'
import { Committer } from '../../src/keep/committer.ts'
import { DryRun } from '../../src/keep/dry-run.ts'
import { IncidentNotes } from '../../src/keep/incident-notes.ts'
import { Keeper } from '../../src/keep/keeper.ts'
import { Replayer } from '../../src/keep/replayer.ts'
import { Routing } from '../../src/keep/routing.ts'
import { Rulings } from '../../src/keep/rulings.ts'
import { Audit } from '../../src/record/audit.ts'
import { Hub } from '../../src/record/hub.ts'
import { KeyUses } from '../../src/record/key-uses.ts'
import { insertApiKey, newApiKey } from '../../src/store/api-keys.ts'
import { Catalog } from '../../src/store/catalog.ts'
import { Database } from '../../src/store/database.ts'
import { checkSecretsKey, Sealer } from '../../src/store/seal.ts'
import { insertWorkspace } from '../../src/store/workspaces.ts'
import { createTestDatabase } from '../helpers/postgres.ts'

/** A workspace with a key of each scope. */
export interface Tenant {
  readonly workspaceId: string
  readonly keys: Readonly<Record<Scope, string>>
}

export interface Answer {
  readonly status: number
  readonly headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: tests look at what they expect to be there.
  readonly body: any
}

/** The whole API on a port, on a database of its own; deliveries stay where they are: nobody sends. */
export interface TestApi {
  readonly app: FastifyInstance
  readonly url: string
  readonly services: Services
  readonly database: Database
  readonly sealer: Sealer
  /** First workspace; its admin key is the operator's. */
  readonly operatorKey: string
  readonly first: Tenant
  readonly second: Tenant
  /** How often a replay job was announced. */
  readonly wakes: () => number
  call(
    method: string,
    path: string,
    options?: {
      key?: string | null
      body?: unknown
      headers?: Record<string, string>
      raw?: string | Buffer
    },
  ): Promise<Answer>
  stop(): Promise<void>
}

/** @param config overrides of the API's settings */
export async function startTestApi(config: Partial<Services['config']> = {}): Promise<TestApi> {
  const testDatabase = await createTestDatabase()
  const database = new Database({ connection: testDatabase.connection, log: silentLog })
  await database.start()
  const sealer = new Sealer(randomBytes(32))
  await checkSecretsKey(database, sealer)
  const clock = systemClock
  const catalog = new Catalog({ database, sealer, log: silentLog, clock })
  const operatorKey = newApiKey()
  const first = await makeTenant(database, 'first', operatorKey)
  const second = await makeTenant(database, 'second')
  await catalog.start()

  const policy = { allowHttp: true, allowNetworks: ['127.0.0.0/8', '::1/128'] }
  const hub = new Hub({ database, log: silentLog } as never)
  const committed = (workspaceIds: Iterable<string>) => hub.committed(workspaceIds)
  const sender = new Sender({ policy, log: silentLog } as never)
  await sender.start()
  const templates = new Templates()
  const courier = new Courier({
    sender,
    mailer: new Mailer({ policy }),
    brokers: { send: () => Promise.reject(new Error('there is no broker here')) },
    templates,
    clock,
    random: () => 0.5,
    version: '0.0.0-test',
    publicUrl: null,
  })
  const committer = new Committer({
    database,
    epochOf: () => null,
    events: {
      placeOf: () => 'memory',
      submit: () => {},
      expect: () => {},
      unclear: () => {},
      rememberParked: () => {},
      committed,
    },
    unwritten: new Unwritten(),
  })
  const routing = new Routing(catalog)
  // Nobody owns a bucket here: what is seen of monitors waits in the table.
  const {
    watchlist,
    detection,
    trials,
    first: early,
  } = assembleDetection({
    database,
    catalog,
    sealer,
    rulings: new Rulings({ routing, committer, quiet: committer, database, clock, log: silentLog }),
    policy,
    version: '0.0.0-test',
    region: null,
    references: [],
    meter: { started: () => {}, ended: () => {} },
    clock,
    random: () => 0.5,
    log: silentLog,
  })
  for (const part of early) await part.start()
  const incidents = new IncidentNotes({ database, clock, log: silentLog, alone: true })
  let wakes = 0
  const services: Services = {
    database,
    catalog,
    watchlist,
    detector: detection,
    trials,
    sealer,
    clock,
    log: silentLog,
    policy,
    keeper: new Keeper({
      catalog,
      database,
      routing,
      committer,
      incidents,
      clock,
      backpressure: new Backpressure({ queues: () => [], clock }),
    }),
    incidents,
    dryRun: new DryRun({ courier, database, clock, committed }),
    replayer: new Replayer({ database, committer, clock }),
    replayJobs: { wake: () => wakes++ },
    templates,
    hub,
    writeOut: async () => {},
    audit: new Audit({ database, clock, log: silentLog }),
    keyUses: new KeyUses({ database, clock, log: silentLog }),
    metrics: new Registry(),
    version: '0.0.0-test',
    config: {
      host: '127.0.0.1',
      port: 0,
      rateLimitPerSecond: 100_000,
      publicMetrics: false,
      publicUrl: null,
      trustedProxies: [],
      singleSignOn: null,
      retentionDays: 30,
      auditRetentionDays: 365,
      ...config,
    },
    ready: async () => null,
  }
  const app = createApi(services, { checksAnswers: true })
  await app.listen({ host: '127.0.0.1', port: 0 })
  const url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`

  return {
    app,
    url,
    services,
    database,
    sealer,
    operatorKey,
    first,
    second,
    wakes: () => wakes,
    call: (method, path, options = {}) => call(url, first.keys.admin, method, path, options),
    async stop() {
      await app.close()
      await sender.stop()
      await templates.stop()
      await catalog.stop()
      await database.stop()
      await testDatabase.drop()
    },
  }
}

async function makeTenant(database: Database, name: string, operatorKey?: string): Promise<Tenant> {
  const now = Date.now()
  const { id } = await insertWorkspace(database, { name, allowUnknownMonitors: true }, now)
  const keys = {
    ingest: newApiKey(),
    read: newApiKey(),
    respond: newApiKey(),
    admin: operatorKey ?? newApiKey(),
  }
  for (const [scope, key] of Object.entries(keys) as [Scope, string][]) {
    const operator = key === operatorKey
    await insertApiKey(database, { workspaceId: id, name: scope, scopes: [scope], operator, key }, now)
  }
  return { workspaceId: id, keys }
}

async function call(
  url: string,
  adminKey: string,
  method: string,
  path: string,
  options: { key?: string | null; body?: unknown; headers?: Record<string, string>; raw?: string | Buffer },
): Promise<Answer> {
  const { key = adminKey, body, raw, headers } = options
  const sent = raw ?? (body === undefined ? undefined : JSON.stringify(body))
  const response = await fetch(url + path, {
    method,
    redirect: 'manual',
    headers: {
      ...(key === null ? {} : { authorization: `Bearer ${key}` }),
      ...(sent === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(sent === undefined ? {} : { body: sent }),
  })
  const text = await response.text()
  const isJson = /json/.test(response.headers.get('content-type') ?? '')
  return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text }
}

/** A receiver on this machine that answers 200 and keeps what it got. */
export async function startReceiver(): Promise<{
  url: string
  bodies: string[]
  requests: IncomingMessage[]
  stop(): Promise<void>
}> {
  const bodies: string[] = []
  const requests: IncomingMessage[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', chunk => {
      body += chunk
    })
    request.on('end', () => {
      bodies.push(body)
      requests.push(request)
      response.end('thanks')
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    bodies,
    requests,
    stop: () =>
      new Promise(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
