import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestApp, type TestApp } from '../helpers/app.ts'
import { type Receiver, startReceiver } from '../helpers/receiver.ts'
import { arrivedOf, makeHome, makeMonitor, toldOf } from './harness.ts'

let app: TestApp
let receiver: Receiver
beforeAll(async () => {
  app = await startTestApp()
  receiver = await startReceiver()
  await app.addEndpoint(receiver.url)
})
afterAll(async () => {
  await app?.stop()
  await receiver?.close()
})

async function query({ database }: TestApp, statement: string): Promise<void> {
  const client = new pg.Client(database.url)
  await client.connect()
  await client.query(statement)
  await client.end()
}

const pathOf = (name: string) => `/v1/incidents?monitor=${name}`

/** The incidents of a monitor, the oldest first, once they are so. */
// biome-ignore lint/suspicious/noExplicitAny: tests look at what they expect to be there.
async function incidentsOf(name: string, are: (states: string[]) => boolean): Promise<any[]> {
  const { data } = await app.eventually(pathOf(name), body => are(statesOf(body)))
  return data.toReversed()
}

// biome-ignore lint/suspicious/noExplicitAny: as above.
const statesOf = ({ data }: any): string[] => data.map((one: any) => one.state)

const isOpen = (states: string[]) => states.length === 1 && states[0] === 'open'
const isResolved = (states: string[]) => states.length === 1 && states[0] === 'resolved'

describe('events that are given of an external monitor', () => {
  it('open an incident and resolve it, with their words, and all of them in its timeline', async () => {
    const about = { monitor_name: 'outage', incident_id: 'my-7' }
    await app.send({
      ...about,
      event_id: 'outage-opened',
      status: 'degraded',
      event_type: 'incident.opened',
      metadata: { message: 'cart is slow', region: 'eu', affected_endpoints: ['/cart'] },
    })
    const [opened] = await incidentsOf('outage', isOpen)
    expect(opened).toMatchObject({
      given: true,
      producer_id: 'my-7',
      status: 'degraded',
      severity: 'warning',
      summary: 'cart is slow',
      region: 'eu',
      affected_endpoints: ['/cart'],
      held: null,
    })
    expect(opened.id).toMatch(/^inc_/)
    const { data } = (await app.call('GET', '/v1/monitors?name=outage')).body
    expect(data[0]).toMatchObject({ status: 'degraded', incident_id: opened.id })
    await app.send({
      ...about,
      status: 'down',
      event_type: 'incident.updated',
      metadata: { message: 'cart is gone' },
    })
    await app.eventually(pathOf('outage'), ({ data }) => data[0].summary === 'cart is gone')
    await app.send({ ...about, status: 'operational', event_type: 'incident.resolved' })
    await incidentsOf('outage', isResolved)
    // Found by either id.
    for (const id of [opened.id, 'my-7']) {
      const { status, body } = await app.call('GET', `/v1/incidents/${id}`)
      expect(status).toBe(200)
      expect(body).toMatchObject({ id: opened.id, status: 'down', highest_severity: 'critical' })
      expect(body.timeline.map((entry: { event_type: string }) => entry.event_type)).toEqual([
        'incident.opened',
        'incident.updated',
        'incident.resolved',
      ])
    }
  })

  it('that name no incident open and end the one of the monitor', async () => {
    await app.send({ monitor_name: 'nameless', status: 'down' })
    const [opened] = await incidentsOf('nameless', isOpen)
    expect(opened).toMatchObject({ producer_id: null, status: 'down', summary: 'nameless is down' })
    await app.send({ monitor_name: 'nameless', status: 'operational' })
    await incidentsOf('nameless', isResolved)
    const { body } = await app.call('GET', `/v1/incidents/${opened.id}`)
    expect(body.timeline).toHaveLength(2)
    await app.send({ monitor_name: 'nameless', status: 'down' })
    const both = await incidentsOf('nameless', states => states.length === 2)
    expect(both.map(({ state }) => state)).toEqual(['resolved', 'open'])
  })

  it('that come together open and resolve as often as they say, and repeats open none', async () => {
    const say = (status: string) => ({ monitor_name: 'busy', status })
    await app.send([say('down'), say('down'), say('operational'), say('operational'), say('degraded')])
    const found = await incidentsOf('busy', states => states.length === 2)
    expect(found.map(({ state, status }) => `${state} ${status}`)).toEqual(['resolved down', 'open degraded'])
  })

  it('that breach a figure, or say that it is in maintenance, open none', async () => {
    await app.send([
      { monitor_name: 'figures', status: 'degraded', event_type: 'metric.breached' },
      { monitor_name: 'figures', status: 'maintenance' },
      { monitor_name: 'figures-end', status: 'down' },
    ])
    await incidentsOf('figures-end', isOpen)
    expect((await app.call('GET', pathOf('figures'))).body.data).toEqual([])
  })

  it('that are of a monitor that is checked open none: its checks do', async () => {
    await makeMonitor(app, { name: 'checked', kind: 'tcp', spec: { host: '127.0.0.1', port: 9 } })
    await app.send([
      { monitor_name: 'checked', status: 'down' },
      { monitor_name: 'checked-end', status: 'down' },
    ])
    await incidentsOf('checked-end', isOpen)
    expect((await app.call('GET', pathOf('checked'))).body.data).toEqual([])
  })

  it('that name an incident which was decided on here open no second one', async () => {
    await makeMonitor(app, {
      name: 'decided',
      kind: 'external',
      thresholds: [{ metric: 'v', operator: '>', value: 1 }],
    })
    const sample = { monitor_name: 'decided', metric: 'v', value: 2 }
    expect((await app.call('POST', '/v1/metrics', { samples: [sample] })).status).toBe(202)
    const [own] = await incidentsOf('decided', isOpen)
    const acknowledged = { status: 'degraded', event_type: 'incident.acknowledged', incident_id: own.id }
    await app.send([
      { monitor_name: 'decided', ...acknowledged },
      { monitor_name: 'decided-end', status: 'down' },
    ])
    await incidentsOf('decided-end', isOpen)
    expect((await app.call('GET', pathOf('decided'))).body.data).toMatchObject([{ id: own.id, given: false }])
  })

  it('leave nothing open when the monitor is deleted', async () => {
    await app.send({ monitor_name: 'goes', status: 'down' })
    const [opened] = await incidentsOf('goes', isOpen)
    expect((await app.call('DELETE', `/v1/monitors/${opened.monitor_id}`)).status).toBe(204)
    await incidentsOf('goes', isResolved)
  })
})

describe('an incident of given events', () => {
  const open = async (name: string) => {
    await app.send({ monitor_name: name, status: 'down', incident_id: `${name}-1`, severity: 'critical' })
    const [opened] = await incidentsOf(name, isOpen)
    return `/v1/incidents/${opened.id}`
  }

  it('is acknowledged, commented and resolved, each told under the id of its producer', async () => {
    const path = await open('acted')
    const acknowledged = await app.call('POST', `${path}/acknowledge`, { by: 'Ana', comment: 'on it' })
    expect(acknowledged.body).toMatchObject({ state: 'acknowledged', acknowledged_by: 'Ana', status: 'down' })
    const commented = await app.call('POST', `${path}/comment`, { by: 'Ana', comment: 'found it' })
    expect(commented.body).toMatchObject({ state: 'acknowledged', summary: 'acted is down' })
    const resolved = await app.call('POST', `${path}/resolve`, { by: 'Ana' })
    expect(resolved.body).toMatchObject({ state: 'resolved' })
    expect(resolved.body.timeline.map((entry: { by: string | null }) => entry.by)).toEqual([
      null,
      'Ana',
      'Ana',
      'Ana',
    ])
    const arrived = await arrivedOf(receiver, 'acted', 4)
    expect(arrived.map(({ payload }) => payload.metadata.incident_id)).toEqual(Array(4).fill('acted-1'))
    expect(toldOf(receiver, 'acted').slice(1)).toEqual([
      'incident.acknowledged critical down',
      'incident.updated critical down',
      'incident.resolved critical operational',
    ])
    expect((await app.call('GET', '/v1/monitors?name=acted')).body.data[0]).toMatchObject({
      status: 'operational',
      incident_id: null,
    })
    expect((await app.call('POST', `${path}/resolve`)).status).toBe(409)
  })

  it('is acknowledged once, by whoever was first', async () => {
    const path = await open('taken')
    const answers = await Promise.all(
      ['Ana', 'Bo'].map(by => app.call('POST', `${path}/acknowledge`, { by })),
    )
    expect(answers.map(({ status }) => status)).toEqual([200, 200])
    const { acknowledged_by } = (await app.call('GET', path)).body
    expect(['Ana', 'Bo']).toContain(acknowledged_by)
    await app.send({ monitor_name: 'taken', status: 'operational' })
    await incidentsOf('taken', isResolved)
    await arrivedOf(receiver, 'taken', 3)
    expect(toldOf(receiver, 'taken').filter(told => told.startsWith('incident.acknowledged'))).toHaveLength(1)
  })
})

describe('with more than one node', () => {
  it('is opened once and ended, whichever node takes the events', async () => {
    const home = await makeHome()
    const one = await startTestApp({ beside: home })
    const two = await startTestApp({ beside: home })
    try {
      const names = Array.from({ length: 20 }, (_, index) => `shared-${index}`)
      const say = (status: string) => names.map(monitor_name => ({ monitor_name, status }))
      await Promise.all([one.send(say('down')), two.send(say('down'))])
      await one.eventually('/v1/incidents?state=open&limit=200', ({ data }) => data.length === names.length)
      await Promise.all([two.send(say('operational')), one.send(say('operational'))])
      await two.eventually('/v1/incidents?state=open&limit=200', ({ data }) => data.length === 0)
      await one.send(say('down'))
      await one.eventually('/v1/incidents?state=open&limit=200', ({ data }) => data.length === names.length)
      expect((await one.call('GET', '/v1/incidents?limit=200')).body.data).toHaveLength(2 * names.length)
    } finally {
      await one.stop()
      await two.stop()
      await home.database.drop()
    }
  })

  it('is made up for at the next start where a crash came between the event and its incident', async () => {
    const home = await makeHome()
    const first = await startTestApp({ beside: home })
    await first.send([
      { monitor_name: 'lost', status: 'down' },
      { monitor_name: 'fine', status: 'operational' },
    ])
    await first.eventually('/v1/incidents', ({ data }) => data.length === 1)
    await first.stop()
    await query(home, 'delete from incidents')
    const second = await startTestApp({ beside: home })
    try {
      const { data } = await second.eventually('/v1/incidents', ({ data }) => data.length === 1)
      expect(data[0]).toMatchObject({ monitor_name: 'lost', state: 'open', given: true })
    } finally {
      await second.stop()
      await home.database.drop()
    }
  })
})
