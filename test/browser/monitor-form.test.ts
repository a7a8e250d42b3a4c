import { afterAll, beforeAll, expect, it } from 'vitest'
import { bodyOf, textsOf } from '../../web/src/pages/monitors/form/body.ts'
import type { Texts } from '../../web/src/pages/monitors/form/field.ts'
import { KINDS } from '../../web/src/pages/monitors/form/kinds.ts'
import { startTestApp, type TestApp } from '../helpers/app.ts'
import { type Receiver, startReceiver } from '../helpers/receiver.ts'

/** The console's form of a monitor, without its page, against the API that takes what it makes. */

type Kind = keyof typeof KINDS

let app: TestApp
let site: Receiver

beforeAll(async () => {
  site = await startReceiver({ answer: { status: 200 } })
  app = await startTestApp()
})
afterAll(async () => {
  await app?.stop()
  await site?.close()
})

let count = 0

async function add(kind: Kind, texts: Texts) {
  const body = {
    kind,
    name: `m${++count}`,
    ...bodyOf(KINDS[kind].fields, { ...textsOf(KINDS[kind].fields), ...texts }),
  }
  const answer = await app.call('POST', '/v1/monitors', body)
  expect(answer.body.errors ?? []).toEqual([])
  return answer.body
}

/** What the form would send, and what comes of it. */
async function edit(monitor: { id: string; kind: Kind }, changed: Texts) {
  const { body: shown } = await app.call('GET', `/v1/monitors/${monitor.id}`)
  const { fields } = KINDS[monitor.kind]
  const before = textsOf(fields, shown)
  const change = bodyOf(fields, { ...before, ...changed }, before)
  const answer = await app.call('PATCH', `/v1/monitors/${monitor.id}`, change)
  expect(answer.body.errors ?? []).toEqual([])
  return { change, shown: answer.body }
}

const LEAST: Readonly<Record<Kind, () => Texts>> = {
  http: () => ({ 'spec.url': site.url }),
  tcp: () => ({ 'spec.host': '127.0.0.1', 'spec.port': '9' }),
  tls: () => ({ 'spec.host': '127.0.0.1' }),
  dns: () => ({ 'spec.name': 'example.com' }),
  heartbeat: () => ({}),
  metric: () => ({}),
  external: () => ({}),
}

it.each(Object.keys(KINDS) as Kind[])(
  'of kind %s is added with what it needs, and edited without a change',
  async kind => {
    const monitor = await add(kind, LEAST[kind]())
    const { change } = await edit(monitor, {})
    expect(change).toEqual({})
  },
)

it('switches how a check signs in, and takes it away', async () => {
  const monitor = await add('http', {
    'spec.url': site.url,
    'spec.auth': 'basic',
    'spec.auth.username': 'watch',
    'spec.auth.password': 'first',
  })
  expect(monitor.spec.auth).toEqual({ type: 'basic', username: 'watch', password: '********' })
  const renamed = await edit(monitor, { 'spec.auth.username': 'other' })
  expect(renamed.shown.spec.auth).toEqual({ type: 'basic', username: 'other', password: '********' })
  const switched = await edit(monitor, { 'spec.auth': 'bearer', 'spec.auth.token': 'second' })
  expect(switched.shown.spec.auth).toEqual({ type: 'bearer', token: '********' })
  const gone = await edit(monitor, { 'spec.auth': '' })
  expect(gone.shown.spec.auth).toBeUndefined()
})

it('adds, keeps and takes away headers and labels', async () => {
  const monitor = await add('http', {
    'spec.url': site.url,
    'spec.headers': 'Accept: text/html\nX-Key: secret:1',
    labels: 'team = payments\ntier = 1',
  })
  expect(monitor.spec.headers).toEqual({ Accept: '********', 'X-Key': '********' })
  const { change, shown } = await edit(monitor, {
    'spec.headers': 'X-Key: ********\nX-New: 2',
    labels: 'team = web',
  })
  expect(change).toEqual({
    spec: { headers: { Accept: null, 'X-Key': '********', 'X-New': '2' } },
    labels: { team: 'web', tier: null },
  })
  expect(Object.keys(shown.spec.headers)).toEqual(['X-Key', 'X-New'])
  expect(shown.labels).toEqual({ team: 'web' })
})

it('keeps numbers and texts apart in what an answer must hold', async () => {
  const assertions = [
    { source: 'header', name: 'content-length', operator: 'equals', value: 5 },
    { source: 'header', name: 'x-mode', operator: 'equals', value: '5' },
    { source: 'json', path: '$.ok', operator: 'equals', value: true },
    { source: 'json', path: '$.n', operator: 'equals', value: 'true' },
    { source: 'body', operator: 'not_contains', value: 'error' },
  ]
  const { body: monitor } = await app.call('POST', '/v1/monitors', {
    kind: 'http',
    name: 'typed',
    spec: { url: site.url, assertions },
  })
  const before = textsOf(KINDS.http.fields, monitor)
  const { shown } = await edit(monitor, {
    'spec.assertions': `${before['spec.assertions']}\ncontains: fine`,
  })
  expect(shown.spec.assertions).toEqual([
    ...assertions,
    { source: 'body', operator: 'contains', value: 'fine' },
  ])
})

it('switches the quieting of flapping off and on, with its figures', async () => {
  const monitor = await add('metric', { 'flapping.changes': '4' })
  expect(monitor.flapping).toMatchObject({ changes: 4, window_s: 600 })
  expect((await edit(monitor, { flapping: 'off' })).shown.flapping).toBe(false)
  const on = await edit(monitor, { flapping: 'on', 'flapping.calm_s': '60' })
  expect(on.shown.flapping).toMatchObject({ changes: 6, calm_s: 60 })
})

it('sets what few need', async () => {
  const tls = await add('tls', {
    'spec.host': '127.0.0.1',
    'spec.verify': 'false',
    'spec.server_name': 'a.test',
  })
  expect(tls.spec).toMatchObject({ verify: false, server_name: 'a.test' })
  const dns = await add('dns', {
    'spec.name': 'a.test',
    'spec.server': '127.0.0.1',
    'spec.port': '5353',
    'spec.match': 'any',
    'spec.values': '192.0.2.1',
    region: 'eu-west-1',
    failure_status: 'degraded',
    parent_wait_s: '30',
  })
  expect(dns).toMatchObject({
    spec: { match: 'any', port: 5353 },
    region: 'eu-west-1',
    failure_status: 'degraded',
    parent_wait_s: 30,
  })
  const heartbeat = await add('heartbeat', { slug: 'nightly' })
  expect(heartbeat.slug).toBe('nightly')
  expect((await edit(heartbeat, { slug: 'daily' })).shown.slug).toBe('daily')
})
