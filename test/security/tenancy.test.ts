import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bucketOf } from '../../src/ground/bucket.ts'
import { newId } from '../../src/ground/ids.ts'
import { insertForwarder, type StoredForwarder } from '../../src/store/forwarders.ts'
import { PASSWORD, Person, setUp, tokenIn } from '../accounts/person.ts'
import { startTestApi, type TestApi } from '../api/harness.ts'
import { ATTACKS, type Things } from './tenancy-fixtures.ts'

let api: TestApi
let things: Things
/** Owns the second workspace. */
let person: Person
// biome-ignore lint/suspicious/noExplicitAny: the document as any client gets it.
let document: any

beforeAll(async () => {
  api = await startTestApi()
  document = (await api.call('GET', '/v1/openapi.json', { key: null })).body
  things = await makeThings(api)
  person = await makePerson(api)
})
afterAll(() => api?.stop())

/** One of everything, in the first workspace. */
async function makeThings({ call, first }: TestApi): Promise<Things> {
  const endpoint = (
    await call('POST', '/v1/endpoints', { body: { url: 'http://127.0.0.1:18080/', name: 'first only' } })
  ).body
  const { data } = (
    await call('POST', '/v1/events', {
      body: { monitor_name: 'first-only', status: 'down' },
    })
  ).body
  await call('POST', '/v1/events', {
    body: { event_id: 'in-both', monitor_name: 'first-only', status: 'down' },
  })
  const event = (await call('GET', `/v1/events/${data[0].event_id}`)).body
  const monitor = (await call('GET', '/v1/monitors?search=first-only')).body.data[0]
  const silence = await call('POST', '/v1/silences', {
    body: {
      comment: 'first only',
      matchers: [{ name: 'monitor', value: 'x' }],
      ends_at: '2124-01-01T00:00:00Z',
    },
  })
  const window = await call('POST', '/v1/maintenance-windows', {
    body: { name: 'first only', cron: '0 3 * * 0', duration_s: 3600 },
  })
  const incidentId = await makeIncident(first.workspaceId, monitor.id)
  const key = (await call('POST', '/v1/keys', { body: { name: 'first only', scopes: ['read'] } })).body
  const since = '2024-01-01T00:00:00Z'
  const replay = (await call('POST', `/v1/endpoints/${endpoint.id}/replay`, { body: { since } })).body
  await call('POST', '/v1/queues', { body: { name: 'firsts', filter: { monitors: ['first-only'] } } })
  await call('GET', '/v1/queues/firsts/messages?consumer=firsts')
  const forwarder = await makeForwarder(first.workspaceId)
  const owner = await setUp(api.url, api.operatorKey, 'first@example.com')
  await owner.call('PATCH', '/v1/user', { name: 'first only' })
  const { who } = (await owner.call('GET', '/v1/session')).body
  const invited = { email: 'invited@example.com', role: 'viewer' }
  const invitation = (await owner.call('POST', '/v1/invitations', invited)).body
  return {
    workspaceId: first.workspaceId,
    endpointId: endpoint.id,
    eventId: event.event_id,
    deliveryId: event.endpoints[0].delivery_id,
    monitorId: monitor.id,
    incidentId,
    silenceId: silence.body.id,
    windowId: window.body.id,
    keyId: key.id,
    replayId: replay.id,
    forwarderId: forwarder.id,
    userId: who.user.id,
    sessionId: who.session_id,
    invitationId: invitation.id,
  }
}

async function makePerson({ call, second, url }: TestApi): Promise<Person> {
  const body = { email: 'second@example.com', role: 'owner' }
  const { link } = (await call('POST', '/v1/invitations', { key: second.keys.admin, body })).body
  const made = new Person(url)
  await made.call('POST', '/v1/links/redeem', { token: tokenIn(link), name: 'Second', password: PASSWORD })
  return made
}

/** Not by the API, which would try its broker out. */
async function makeForwarder(workspaceId: string): Promise<StoredForwarder> {
  const draft = {
    workspaceId,
    queue: 'ops-integrations',
    destination: { broker: 'nats', subject: 'first-only' } as const,
    url: 'nats://127.0.0.1:18080',
    enabled: true,
    from: { position: 0, id: '' },
  }
  const made = await insertForwarder(api.database, api.sealer, draft, 1, Date.now())
  return made as StoredForwarder
}

/** An open incident, and an event of it that was not sent. Nobody owns a bucket here, so nobody decides on one. */
async function makeIncident(workspaceId: string, monitorId: string): Promise<string> {
  const now = Date.now()
  const bucket = bucketOf(workspaceId, 'first-only')
  const id = newId('inc', now, bucket)
  const of = [bucket, id, workspaceId, monitorId]
  await api.database.query(
    `insert into incidents (bucket, id, workspace_id, monitor_id, monitor_name, status, severity, highest_severity,
       affected_endpoints, summary, started_at, opened_at)
     values ($1, $2, $3, $4, 'first-only', 'down', 'critical', 'critical', '[]', 'first only', now(), now())`,
    of,
  )
  await api.database.query(
    `insert into suppressed_events (bucket, id, day, workspace_id, monitor_name, event_type, status, severity, incident_id,
       metadata, reason, why, at)
     values ($1, $5, now(), $3, 'first-only', 'incident.opened', 'down', 'critical', $2, '{}', 'silence', $4, now())`,
    [...of, newId('sup', now, bucket)],
  )
  await api.database.query(
    `insert into samples (bucket, monitor_id, metric, hour, day, workspace_id, seconds, readings)
     values ($1, $2, 'queue_length', date_trunc('hour', now()), now(), $3, '{1}', '{2}')`,
    [bucket, monitorId, workspaceId],
  )
  return id
}

/** Everything that the database holds of a workspace, as text. */
async function snapshot(workspaceId: string): Promise<string> {
  const tables = [
    'workspaces',
    'api_keys',
    'monitors',
    'endpoints',
    'events',
    'deliveries',
    'attempts',
    'queues',
    'queue_consumers',
    'forwarders',
    'replay_jobs',
    'silences',
    'maintenance_windows',
    'incidents',
    'suppressed_events',
    'samples',
    'monitor_states',
    'observations',
    'intake_settings',
    'memberships',
    'sessions',
    'account_links',
    'audit_log',
    'status_pages',
    'public_updates',
  ]
  const parts = await Promise.all(
    tables.map(async table => {
      const column = table === 'workspaces' ? 'id' : 'workspace_id'
      const { rows } = await api.database.query(
        `select coalesce(jsonb_agg(to_jsonb(t) order by to_jsonb(t)::text), '[]')::text as text from ${table} t where t.${column} = $1`,
        [workspaceId],
      )
      return `${table}: ${rows[0]?.text}`
    }),
  )
  const { rows } = await api.database.query(
    `select coalesce(jsonb_agg(to_jsonb(s) order by s.id), '[]')::text as text
     from endpoint_secrets s join endpoints e on e.id = s.endpoint_id where e.workspace_id = $1`,
    [workspaceId],
  )
  return [...parts, `secrets: ${rows[0]?.text}`].join('\n')
}

const operationIds = (): string[] =>
  Object.values(document.paths).flatMap(item =>
    Object.values(item as Record<string, { operationId: string }>).map(operation => operation.operationId),
  )

describe('one workspace', () => {
  it('has every operation of the document attacked below, and no other', () => {
    expect(Object.keys(ATTACKS).toSorted()).toEqual(operationIds().toSorted())
  })

  it.each(Object.entries(ATTACKS))(
    'sees and touches nothing of another with a key by %s',
    async (id, attack) => {
      if (attack === 'public') {
        const operation = api.app.operations.find(one => one.id === id)
        expect(operation?.access).toBe('public')
        return
      }
      const before = await snapshot(things.workspaceId)
      const operation = api.app.operations.find(one => one.id === id)
      const { path, body, headers, expected } = attack(things)
      const answer = await api.call(operation?.method as string, path, {
        key: api.second.keys.admin,
        ...(body === undefined ? {} : { body }),
        ...(headers === undefined ? {} : { headers }),
      })
      expect(answer.status, JSON.stringify(answer.body)).toBe(expected)
      await checkUntouched(answer.body, path, expected, before)
    },
  )

  it.each(Object.entries(ATTACKS))(
    'sees and touches nothing of another as a user by %s',
    async (id, attack) => {
      if (attack === 'public') return
      await person.signIn('second@example.com', PASSWORD)
      const before = await snapshot(things.workspaceId)
      const operation = api.app.operations.find(one => one.id === id)
      const { path, body, headers, expected, expectedOfUser = expected } = attack(things)
      const answer = await person.call(operation?.method as string, path, body, headers)
      // What the key made above is there already.
      expect(expected === 201 ? [201, 409] : [expectedOfUser]).toContain(answer.status)
      await checkUntouched(answer.body, path, answer.status, before)
    },
  )
})

async function checkUntouched(answer: unknown, path: string, status: number, before: string): Promise<void> {
  // Its own words may come back to it (there is no endpoint ep_…); nothing else of the first's may.
  const said = (JSON.stringify(answer) ?? '').replaceAll(path.split('?')[0] as string, '')
  const ids = status === 404 ? [] : Object.values(things)
  for (const value of [...ids, 'first only', 'first-only']) expect(said).not.toContain(value)
  expect(await snapshot(things.workspaceId)).toBe(before)
}
