import { createHmac } from 'node:crypto'
import { connect } from 'node:net'
import { gzipSync } from 'node:zlib'
import snappy from 'snappyjs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Sighting } from '../../src/detect/detector.ts'
import { startTestApi, type TestApi } from '../api/harness.ts'
import { recordedBytes } from './recorded.ts'

let api: TestApi

beforeAll(async () => {
  api = await startTestApi()
})
afterAll(() => api?.stop())

const ALERT = { status: 'firing', labels: { monitor: 'm', severity: 'critical' }, fingerprint: 'f1' }
const WEBHOOK = { version: '4', alerts: [ALERT] }

function post(path: string, options: Parameters<TestApi['call']>[2] = {}) {
  return api.call('POST', path, { key: api.first.keys.ingest, ...options })
}

/** What was handed on to whoever watches, since the last time. */
async function handedOn(): Promise<unknown[]> {
  const { rows } = await api.database.query<{ monitor_name: string; observation: { kind: string } }>(
    'delete from observations where workspace_id = $1 returning monitor_name, observation',
    [api.first.workspaceId],
  )
  return rows.map(({ monitor_name, observation }) => ({ monitor_name, kind: observation.kind }))
}

describe('a webhook', () => {
  it('is taken with the key as a bearer token, or as the password of any user', async () => {
    const basic = (text: string) => ({ authorization: `Basic ${Buffer.from(text).toString('base64')}` })
    const call = (headers: Record<string, string>) =>
      post('/v1/intake/alertmanager', { key: null, headers, body: WEBHOOK })
    expect((await call(basic(`anyone:${api.first.keys.ingest}`))).status).toBe(200)
    expect((await call(basic(`:${api.first.keys.ingest}`))).status).toBe(200)
    expect((await call(basic(`${api.first.keys.ingest}:`))).status).toBe(401)
    expect((await call(basic(api.first.keys.ingest))).status).toBe(401)
    expect((await call({ authorization: 'Basic %%%' })).status).toBe(401)
    expect((await call(basic(`anyone:${api.first.keys.read}`))).status).toBe(403)
    expect(await handedOn()).toEqual([
      { monitor_name: 'm', kind: 'alerts' },
      { monitor_name: 'm', kind: 'alerts' },
    ])
  })

  it('says what it took and what it did not, and is refused when it took nothing', async () => {
    const lost = { ...ALERT, labels: { team: 'a' } }
    const some = await post('/v1/intake/alertmanager', { body: { version: '4', alerts: [ALERT, lost] } })
    expect([some.status, some.body]).toEqual([
      200,
      { accepted: 1, rejected: [{ path: 'alerts[1]', message: expect.stringContaining('name a monitor') }] },
    ])
    const none = await post('/v1/intake/alertmanager', { body: { version: '4', alerts: [lost] } })
    expect([none.status, none.body.errors[0].path]).toEqual([422, 'alerts[0]'])
    expect((await post('/api/v2/alerts', { body: [] })).body).toEqual({ accepted: 0, rejected: [] })
    expect((await handedOn()).length).toBe(1)
  })

  it('of another version, or that is none, is refused naming the field', async () => {
    const answer = await post('/v1/intake/alertmanager', {
      body: { version: '3', alerts: [{ labels: { a: 1 } }] },
    })
    expect([answer.status, answer.body.errors.map(({ path }: { path: string }) => path)]).toEqual([
      422,
      ['version', 'alerts[0].status', 'alerts[0].labels.a'],
    ])
  })

  it('of an unknown monitor is refused where the workspace takes none', async () => {
    await api.call('PATCH', '/v1/workspace', {
      key: api.second.keys.admin,
      body: { allow_unknown_monitors: false },
    })
    const answer = await post('/v1/intake/alertmanager', { key: api.second.keys.ingest, body: WEBHOOK })
    expect([answer.status, answer.body.detail]).toEqual([
      422,
      expect.stringContaining('there is no monitor "m"'),
    ])
    await api.call('PATCH', '/v1/workspace', {
      key: api.second.keys.admin,
      body: { allow_unknown_monitors: true },
    })
  })

  it('may come packed with gzip, and no other way', async () => {
    const raw = gzipSync(JSON.stringify(WEBHOOK))
    const packed = (encoding: string) =>
      post('/v1/intake/alertmanager', { raw, headers: { 'content-encoding': encoding } })
    expect((await packed('gzip')).status).toBe(200)
    expect((await packed('br')).status).toBe(415)
    const cut = { raw: raw.subarray(0, -9), headers: { 'content-encoding': 'gzip' } }
    expect((await post('/v1/intake/alertmanager', cut)).body.type).toBe(
      'urn:statuspulse:problem:malformed-body',
    )
    const elsewhere = { raw, headers: { 'content-encoding': 'gzip' } }
    expect((await post('/v1/events', elsewhere)).status).toBe(415)
    await handedOn()
  })

  it('that is a bomb of gzip is given up at the limit', async () => {
    const raw = gzipSync(Buffer.alloc(128 * 1024 * 1024, 0x20))
    expect(raw.length).toBeLessThan(1024 * 1024)
    const before = process.cpuUsage()
    const answer = await post('/v1/intake/alertmanager', { raw, headers: { 'content-encoding': 'gzip' } })
    const { user } = process.cpuUsage(before)
    expect([answer.status, answer.body.type]).toEqual([413, 'urn:statuspulse:problem:too-large'])
    expect(user / 1_000).toBeLessThan(500)
  })

  it('whose sender goes away in the middle leaves the server as it was', async () => {
    const { port, hostname } = new URL(api.url)
    const socket = connect(Number(port), hostname)
    socket.write(
      'POST /v1/intake/alertmanager HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\n' +
        `Authorization: Bearer ${api.first.keys.ingest}\r\nContent-Length: 1000\r\n\r\n`,
    )
    await new Promise<void>(resolve => socket.write(gzipSync('{}').subarray(0, 10), () => resolve()))
    socket.destroy()
    expect((await post('/v1/intake/alertmanager', { body: WEBHOOK })).status).toBe(200)
    await handedOn()
  })
})

describe('too much at once', () => {
  it('is answered with 503: Alertmanager tries again on nothing else', async () => {
    const slow = await startTestApi({ rateLimitPerSecond: 2 })
    try {
      const statuses = []
      for (let time = 0; time < 5; time++) {
        const { status, headers } = await slow.call('POST', '/v1/intake/alertmanager', { body: WEBHOOK })
        statuses.push(status)
        if (status !== 200) expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
      }
      expect(new Set(statuses)).toEqual(new Set([200, 503]))
    } finally {
      await slow.stop()
    }
  })

  it('that is not decided on yet is not piled up', async () => {
    const { promise: held, resolve: letGo } = Promise.withResolvers<{ unknown: string[] }>()
    let seen = 0
    const { promise: full, resolve: isFull } = Promise.withResolvers<void>()
    const { observe } = api.services.detector
    const detector = api.services.detector as {
      observe: (id: string, sightings: readonly Sighting[]) => unknown
    }
    detector.observe = () => {
      if (++seen === 256) isFull()
      return held
    }
    try {
      const waiting = Array.from({ length: 256 }, () => post('/v1/intake/alertmanager', { body: WEBHOOK }))
      await full
      const refused = await post('/v1/intake/alertmanager', { body: WEBHOOK })
      expect([refused.status, refused.body.type]).toEqual([503, 'urn:statuspulse:problem:unavailable'])
      letGo({ unknown: [] })
      expect(new Set((await Promise.all(waiting)).map(({ status }) => status))).toEqual(new Set([200]))
    } finally {
      detector.observe = observe
    }
  })
})

describe('Grafana’s signature', () => {
  const raw = recordedBytes('grafana-firing.json')
  const sign = (text: string) => createHmac('sha256', 'very-secret').update(text).digest('hex')
  const send = (headers: Record<string, string> = {}) => post('/v1/intake/grafana', { raw, headers })

  it('is verified once a secret is set, over the bytes that came', async () => {
    expect((await send()).status).toBe(200)
    const set = (secret: string | null) => api.call('PUT', '/v1/intake/grafana/secret', { body: { secret } })
    expect((await set('very-secret')).status).toBe(204)
    expect((await send()).status).toBe(401)
    const now = String(Math.floor(Date.now() / 1_000))
    expect((await send({ 'x-grafana-alerting-signature': sign(raw.toString()) })).status).toBe(200)
    const stamped = {
      'x-grafana-alerting-signature': sign(`${now}:${raw}`),
      'x-grafana-alerting-timestamp': now,
    }
    expect((await send(stamped)).status).toBe(200)
    const forged = await send({ 'x-grafana-alerting-signature': sign('{}') })
    expect([forged.status, forged.body.detail]).toEqual([
      401,
      expect.stringContaining('not made with the secret'),
    ])
    expect((await api.call('GET', '/v1/intake/rules')).body.grafana_secret_set).toBe(true)
    const { rows } = await api.database.query('select grafana_secret::text as sealed from intake_settings')
    expect(String(rows[0]?.sealed)).not.toContain(Buffer.from('very-secret').toString('hex'))
    expect((await set(null)).status).toBe(204)
    expect((await send()).status).toBe(200)
    await handedOn()
  })
})

describe('mapping rules', () => {
  const rules = {
    rules: [{ match: { team: 'pay*' }, monitor: 'pay-{team}' }],
    severities: { rot: 'critical' },
  }

  it('are put, shown with the defaults that follow them, and hold at once, for this workspace only', async () => {
    const put = await api.call('PUT', '/v1/intake/rules', { body: rules })
    expect([put.status, put.body]).toEqual([
      200,
      {
        rules: [{ match: { team: 'pay*' }, ignore: false, monitor: 'pay-{team}' }],
        severities: { rot: 'critical' },
        grafana_secret_set: false,
        defaults: expect.objectContaining({ alertmanager: expect.any(Object) }),
      },
    ])
    expect((await api.call('GET', '/v1/intake/rules', { key: api.first.keys.read })).body).toEqual(put.body)
    expect((await api.call('GET', '/v1/intake/rules', { key: api.second.keys.read })).body.rules).toEqual([])
    const body = [{ labels: { team: 'payments', severity: 'rot' } }]
    await post('/api/v2/alerts', { body })
    expect(await handedOn()).toEqual([{ monitor_name: 'pay-payments', kind: 'alerts' }])
    expect((await post('/api/v2/alerts', { body, key: api.second.keys.ingest })).status).toBe(422)
    await api.call('PUT', '/v1/intake/rules', { body: {} })
  })

  it('that cannot be read are refused, and the old ones stay', async () => {
    const answer = await api.call('PUT', '/v1/intake/rules', {
      body: { rules: [{ monitors: 'x' }, { match: { a: '[' } }, { monitor: '{' }] },
    })
    expect([answer.status, answer.body.errors]).toEqual([
      422,
      [
        { path: 'rules[0].monitors', message: expect.stringContaining('did you mean monitor?') },
        { path: 'rules[1].match.a', message: expect.any(String) },
        { path: 'rules[2].monitor', message: expect.any(String) },
      ],
    ])
    expect((await api.call('GET', '/v1/intake/rules')).body.rules).toEqual([])
  })

  it.each([
    ['alertmanager', WEBHOOK, { alerts: [{ monitor_name: 'm', fingerprint: 'f1', severity: 'critical' }] }],
    ['grafana', WEBHOOK, { alerts: [{ monitor_name: 'm' }] }],
    [
      'prometheus',
      [{ labels: { monitor: 'm' } }, { labels: {} }],
      { alerts: [{}], rejected: [{ path: '[1]' }] },
    ],
    [
      'otlp',
      {
        resourceMetrics: [
          {
            resource: { attributes: [{ key: 'service.name', value: { stringValue: 's' } }] },
            scopeMetrics: [{ metrics: [{ name: 'x', gauge: { dataPoints: [{ asInt: '3' }] } }] }],
          },
        ],
      },
      { samples: [{ monitor_name: 's', metric: 'x', value: 3 }] },
    ],
    [
      'remote_write',
      { timeseries: [{ labels: { __name__: 'up', monitor: 'm' } }, { labels: { __name__: 'up' } }] },
      { samples: [{ monitor_name: 'm', metric: 'up', value: 0 }], ignored: 1 },
    ],
    [
      'cloudevents',
      [
        { specversion: '1.0', id: '1', source: 's', type: 'a.alerting', subject: 'm' },
        {
          specversion: '1.0',
          id: '2',
          source: 's',
          type: 'com.statuspulse.event',
          data: { monitor_name: 'ours', status: 'down' },
        },
      ],
      {
        alerts: [{ monitor_name: 'm', state: 'firing' }],
        events: [{ monitor_name: 'ours', event_type: null }],
      },
    ],
  ])('can be tried on what %s sends, and nothing happens', async (source, body, expected) => {
    const answer = await api.call('POST', '/v1/intake/preview', {
      key: api.first.keys.read,
      body: { source, body },
    })
    expect(answer.status, JSON.stringify(answer.body)).toBe(200)
    expect(answer.body).toMatchObject(expected)
    expect(await handedOn()).toEqual([])
    const { body: monitors } = await api.call('GET', '/v1/monitors?search=ours')
    expect(monitors.data).toEqual([])
  })

  it('can be tried before they are put', async () => {
    const body = { source: 'prometheus', body: [{ labels: { team: 'payments' } }], rules }
    const answer = await api.call('POST', '/v1/intake/preview', { body })
    expect(answer.body.alerts).toMatchObject([{ monitor_name: 'pay-payments' }])
    const bad = await api.call('POST', '/v1/intake/preview', {
      body: { ...body, rules: { rules: [{ monitor: '{' }] } },
    })
    expect([bad.status, bad.body.errors[0].path]).toEqual([422, 'rules.rules[0].monitor'])
    const other = await api.call('POST', '/v1/intake/preview', { body: { source: 'alertmanager', body: 7 } })
    expect([other.status, other.body.errors[0].path]).toEqual([422, 'body'])
  })
})

describe('OTLP over HTTP', () => {
  const JSON_TYPE = { 'content-type': 'application/json' }
  const PROTOBUF = { 'content-type': 'application/x-protobuf' }

  it('answers success with an empty response in the form of the request', async () => {
    const json = await post('/v1/otlp/v1/metrics', { body: {}, headers: JSON_TYPE })
    expect([json.status, json.headers.get('content-type'), json.body]).toEqual([
      200,
      expect.stringContaining('application/json'),
      {},
    ])
    const binary = await post('/v1/otlp/v1/metrics', { raw: Buffer.alloc(0), headers: PROTOBUF })
    expect([binary.status, binary.headers.get('content-type'), binary.body]).toEqual([
      200,
      'application/x-protobuf',
      '',
    ])
  })

  it('answers every error with a google.rpc.Status in the form of the request', async () => {
    const bad = await post('/v1/otlp/v1/metrics', { body: { resourceMetrics: 7 }, headers: JSON_TYPE })
    expect([bad.status, bad.body]).toEqual([
      400,
      { code: 3, message: expect.stringContaining('not an Export') },
    ])
    const binary = await post('/v1/otlp/v1/metrics', { raw: Buffer.from([255]), headers: PROTOBUF })
    expect([binary.status, binary.headers.get('content-type')]).toEqual([400, 'application/x-protobuf'])
    const nobody = await post('/v1/otlp/v1/metrics', { key: null, body: {}, headers: JSON_TYPE })
    expect([nobody.status, nobody.body.code]).toEqual([401, 16])
    const other = await post('/v1/otlp/v1/metrics', { raw: 'x', headers: { 'content-type': 'text/plain' } })
    expect(other.status).toBe(415)
    const raw = Buffer.alloc(4 * 1024 * 1024 + 1)
    const large = await post('/v1/otlp/v1/metrics', { raw, headers: PROTOBUF })
    expect([large.status, large.headers.get('content-type')]).toEqual([413, 'application/x-protobuf'])
  })
})

describe('a batch', () => {
  it('of more samples than anybody sends at once is refused as a whole', async () => {
    const dataPoints = Array.from({ length: 20_001 }, (_, at) => ({
      asInt: '1',
      timeUnixNano: `${at}000000`,
    }))
    const metrics = [{ name: 'x', gauge: { dataPoints } }]
    const attributes = [{ key: 'monitor', value: { stringValue: 'm' } }]
    const body = { resourceMetrics: [{ resource: { attributes }, scopeMetrics: [{ metrics }] }] }
    const answer = await post('/v1/otlp/v1/metrics', { body })
    expect([answer.status, answer.body.message]).toEqual([413, expect.stringContaining('20000 samples')])
    expect(await handedOn()).toEqual([])
  })
})

describe('remote write over HTTP', () => {
  const HEADERS = {
    'content-type': 'application/x-protobuf',
    'content-encoding': 'snappy',
    'x-prometheus-remote-write-version': '0.1.0',
  }

  it('takes what names its monitor and says nothing of the rest', async () => {
    const raw = recordedBytes('remote-write.snappy')
    expect((await post('/api/v1/write', { raw, headers: HEADERS })).status).toBe(204)
    expect(await handedOn()).toEqual([])
    const rules = [{ sources: ['remote_write'], match: { service: '?*' }, monitor: '{service}' }]
    await api.call('PUT', '/v1/intake/rules', { body: { rules } })
    expect((await post('/api/v1/write', { raw, headers: HEADERS })).status).toBe(204)
    expect(await handedOn()).toEqual([
      { monitor_name: 'checkout', kind: 'sample' },
      { monitor_name: 'checkout', kind: 'sample' },
    ])
    const clash = [{ ...rules[0], metric: 'same' }]
    await api.call('PUT', '/v1/intake/rules', { body: { rules: clash } })
    const answer = await post('/api/v1/write', { raw, headers: HEADERS })
    expect([answer.status, answer.body.detail]).toEqual([
      400,
      expect.stringContaining('would all be same of checkout'),
    ])
    await api.call('PUT', '/v1/intake/rules', { body: {} })
  })

  it('refuses version 2, what is not snappy, what is no request, and what is too large', async () => {
    const status = async (raw: Buffer, headers: object) =>
      (await post('/api/v1/write', { raw, headers: { ...HEADERS, ...headers } })).status
    const raw = recordedBytes('remote-write.snappy')
    const v2 = { 'content-type': 'application/x-protobuf;proto=io.prometheus.write.v2.Request' }
    expect(await status(raw, v2)).toBe(415)
    expect(await status(raw, { 'content-encoding': 'identity' })).toBe(415)
    expect(await status(raw, { 'content-type': 'application/json' })).toBe(415)
    expect(await status(Buffer.from([3, 252, 255, 255, 255, 255]), {})).toBe(400)
    expect(await status(Buffer.from(snappy.compress(new Uint8Array(4 * 1024 * 1024 + 1))), {})).toBe(413)
  })
})

describe('CloudEvents over HTTP', () => {
  const STRUCTURED = { 'content-type': 'application/cloudevents+json' }
  const EVENT = { specversion: '1.0', id: 'e1', source: '/s', type: 'com.example.alerting', subject: 'm' }

  it('in binary mode may have no data at all, and percent-encoded attributes', async () => {
    const headers = {
      'ce-specversion': '1.0',
      'ce-id': 'b1',
      'ce-source': '/s',
      'ce-type': 'com.example.alerting',
      'ce-subject': 'gr%C3%B6%C3%9Fe',
    }
    const answer = await post('/v1/intake/cloudevents', { headers })
    expect([answer.status, answer.body.data]).toEqual([
      202,
      [expect.objectContaining({ monitor_name: 'größe' })],
    ])
    await handedOn()
  })

  it.each([
    ['no event', STRUCTURED, 7, ['']],
    ['another version', STRUCTURED, { ...EVENT, specversion: '0.3' }, ['specversion']],
    ['no id', STRUCTURED, { ...EVENT, id: '' }, ['id']],
    ['a wrong time', STRUCTURED, { ...EVENT, time: 'soon' }, ['time']],
    ['an attribute that is no name', STRUCTURED, { ...EVENT, 'x-y': 1 }, ['x-y']],
    ['data in base64', STRUCTURED, { ...EVENT, data_base64: 'AA==' }, ['data_base64']],
    ['nothing in its headers', {}, {}, ['ce-specversion', 'ce-id', 'ce-source', 'ce-type']],
    [
      'one bad event in a batch',
      { 'content-type': 'application/cloudevents-batch+json' },
      [EVENT, { ...EVENT, source: undefined }],
      ['[1].source'],
    ],
    [
      'an event of ours that is none',
      STRUCTURED,
      { ...EVENT, type: 'com.statuspulse.event', data: 1 },
      ['data'],
    ],
    [
      'an event of ours with a wrong status',
      STRUCTURED,
      { ...EVENT, type: 'com.statuspulse.event', data: { monitor_name: 'm', status: 'up' } },
      ['data.status'],
    ],
    [
      'an event of ours of no such type',
      STRUCTURED,
      { ...EVENT, type: 'com.statuspulse.nothing', data: { monitor_name: 'm', status: 'up' } },
      ['data.status', 'data.event_type'],
    ],
    ['an event that says neither', STRUCTURED, { ...EVENT, type: 'com.example.created' }, ['']],
  ])('with %s is refused, naming it', async (_, headers, body, paths) => {
    const answer = await post('/v1/intake/cloudevents', { headers: headers as Record<string, string>, body })
    expect(answer.status).toBe(422)
    expect(answer.body.errors.map(({ path }: { path: string }) => path)).toEqual(paths)
    expect(await handedOn()).toEqual([])
  })

  it('is not taken as the body of anything else', async () => {
    const answer = await api.call('POST', '/v1/events', {
      headers: STRUCTURED,
      body: { monitor_name: 'm', status: 'down' },
    })
    expect([answer.status, answer.body.detail]).toEqual([415, expect.stringContaining('application/json')])
  })
})
