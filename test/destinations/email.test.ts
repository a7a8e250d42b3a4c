import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { destinationFor } from '../../src/deliver/destinations/index.ts'
import type { OutgoingMail } from '../../src/deliver/smtp/mail.ts'
import { Mailer } from '../../src/deliver/smtp/mailer.ts'
import { startTestApp, type TestApp } from '../helpers/app.ts'
import { makeCertificates } from '../helpers/certificates.ts'
import { type MailServerOptions, startMailServer, type TestMailServer } from '../helpers/mail-server.ts'
import { endpointOf, eventOf, SAMPLE, shipmentOf, verdictOf } from './shipments.ts'

const HERE = { allowHttp: false, allowNetworks: ['127.0.0.0/8'] }
const LOGIN = 'status:correct horse'

const open: TestMailServer[] = []

afterEach(async () => {
  for (const server of open.splice(0)) await server.close()
})

async function serve(options: MailServerOptions = {}): Promise<TestMailServer> {
  const server = await startMailServer(options)
  open.push(server)
  return server
}

function mailOf(event = eventOf(SAMPLE), options: Record<string, unknown> = {}): OutgoingMail {
  const endpoint = endpointOf('email')
  const shipment = shipmentOf('email', event, {
    endpoint: { ...endpoint, options: { ...endpoint.options, ...options } },
  })
  return destinationFor('email').buildRequest(shipment) as OutgoingMail
}

function send(server: TestMailServer, options: Record<string, unknown>, policy = {}) {
  const mailer = new Mailer({ policy: { ...HERE, extraCa: makeCertificates().ca, ...policy } })
  return mailer.send(mailOf(eventOf(SAMPLE), { host: 'localhost', port: server.port, ...options }))
}

describe('a message', () => {
  it('tells what happened as text and as HTML', () => {
    const mail = mailOf()
    expect(mail.subject).toBe('🟡 Incident opened: checkout-service-redis is degraded')
    expect(mail.text).toContain('Region: us-west-2')
    expect(mail.text).toContain('Error rate: 12.4 %')
    expect(mail.text).toContain('- /api/v1/checkout')
    expect(mail.text).toContain('https://status.example.com/events/evt_7f3a9c2b1d')
    expect(mail.html).toContain('<td>us-west-2</td>')
  })

  it('shows markup in names as it is, and keeps them out of header fields', () => {
    const { subject, html } = mailOf(
      eventOf({ monitorName: '<b onload="x">\r\nBcc: all@example.com', status: 'down' }),
    )
    expect(subject).toBe('🔴 Status changed: <b onload="x"> Bcc: all@example.com is down')
    expect(html).toContain('&lt;b onload=&quot;x&quot;&gt;')
    expect(html).not.toContain('<b onload')
  })

  it('has the id of its delivery, and answers to the thread of its incident', () => {
    const opened = mailOf()
    const resolved = mailOf(eventOf({ ...SAMPLE, eventType: 'incident.resolved', status: 'operational' }))
    expect(opened.messageId).toBe('<dlv_1@example.com>')
    expect(opened.thread).toMatch(/^<incident\.[0-9a-f]{32}@example\.com>$/)
    expect(resolved.thread).toBe(opened.thread)
    expect(mailOf(eventOf({ ...SAMPLE, incidentId: 'inc_2' })).thread).not.toBe(opened.thread)
    expect(mailOf(eventOf({ ...SAMPLE, incidentId: null })).thread).toBeNull()
  })
})

describe('a mail server', () => {
  it.each([
    ['starttls', { security: 'starttls' }],
    ['tls', { security: 'tls' }],
  ] as const)('gets it over %s, after a login', async (security, offer) => {
    const server = await serve({ ...offer, login: LOGIN })
    const [user, password] = LOGIN.split(':')
    const seen = await send(server, { security, user, password, to: ['a@example.com', 'b@example.com'] })
    expect(seen).toMatchObject({ statusCode: 250, error: null, remoteAddress: '127.0.0.1' })
    const [mail] = server.mails
    expect(mail).toMatchObject({
      from: 'status@example.com',
      to: ['a@example.com', 'b@example.com'],
      secure: true,
      login: LOGIN,
    })
    expect(mail?.message).toMatch(/^Message-ID: <dlv_1@example\.com>\r$/m)
    expect(mail?.message).toMatch(/^In-Reply-To: <incident\.[0-9a-f]{32}@example\.com>\r$/m)
    expect(mail?.message).toMatch(/^References: <incident\.[0-9a-f]{32}@example\.com>\r$/m)
    expect(mail?.message).toMatch(/^Auto-Submitted: auto-generated\r$/m)
    expect(mail?.message).toMatch(/^From: StatusPulse <status@example\.com>\r$/m)
    expect(mail?.message).toContain('multipart/alternative')
  })

  it('that offers no STARTTLS gets nothing', async () => {
    const server = await serve()
    const seen = await send(server, { security: 'starttls' })
    expect(seen.error?.class).toBe('tls')
    expect(server.mails).toEqual([])
  })

  it.each(['expired', 'wrongName', 'selfSigned', 'untrusted'] as const)(
    'with a certificate that is no good (%s) gets nothing',
    async identity => {
      for (const security of ['starttls', 'tls'] as const) {
        const server = await serve({ security, identity })
        expect((await send(server, { security })).error?.class).toBe('tls')
        expect(server.mails).toEqual([])
      }
    },
  )

  it('gets mail in the clear only if the operator allows it', async () => {
    const server = await serve()
    const refused = await send(server, { security: 'none' })
    expect(refused.error).toMatchObject({
      class: 'address_refused',
      message: expect.stringContaining('in the clear'),
    })
    expect(await send(server, { security: 'none' }, { allowHttp: true })).toMatchObject({ statusCode: 250 })
  })

  it('at an address or a port that is not allowed is not connected to', async () => {
    const server = await serve({ security: 'starttls' })
    expect((await send(server, {}, { allowNetworks: [] })).error?.class).toBe('address_refused')
    expect((await send(server, { port: 6379 })).error).toMatchObject({ class: 'address_refused' })
    expect(server.mails).toEqual([])
  })

  it('that refuses some receivers has taken the message for the others, who are not written to again', async () => {
    const server = await serve({ security: 'starttls' })
    server.replies = { RCPT: line => (line.includes('gone@') ? '550 5.1.1 No such user' : '250 Ok') }
    const seen = await send(server, { to: ['gone@example.com', 'here@example.com'] })
    expect(seen).toMatchObject({ statusCode: 250, error: null })
    expect(seen.responseBody).toContain('refused: gone@example.com: 550 5.1.1 No such user')
  })

  it.each([
    ['RCPT', '550 5.1.1 No such user', 550],
    ['MAIL', '451 4.7.1 Greylisted', 451],
    ['MESSAGE', '554 5.7.1 Spam', 554],
    ['GREETING', '421 4.3.2 Too busy', 421],
  ])('that answers %s with %s has said so', async (command, reply, code) => {
    const server = await serve({ security: 'starttls' })
    server.replies = { [command]: reply }
    expect(await send(server, {})).toMatchObject({
      statusCode: code,
      error: null,
      responseBody: expect.stringContaining(reply),
    })
  })

  it('that says nothing is waited for no longer than the attempt may take', async () => {
    const server = await serve({ security: 'starttls' })
    server.replies = { MESSAGE: null }
    const mailer = new Mailer({ policy: { ...HERE, extraCa: makeCertificates().ca } })
    const mail = { ...mailOf(eventOf(SAMPLE), { host: 'localhost', port: server.port }), timeoutMs: 300 }
    expect((await mailer.send(mail)).error?.class).toBe('timeout')
  })

  it('that is not there has refused the connection', async () => {
    const server = await startMailServer()
    await server.close()
    expect((await send(server, {})).error?.class).toBe('connection_refused')
  })
})

describe('what follows from a reply', () => {
  it.each([
    [250, 'delivered'],
    [421, 'retry'],
    [451, 'retry'],
    [535, 'failed'],
    [550, 'failed'],
  ])('%i: %s', (code, outcome) => {
    expect(verdictOf('email', code, `${code} because`)).toMatchObject({ outcome })
  })

  it('names the mail server and its words', () => {
    expect(verdictOf('email', 550, '550 5.1.1 No such user')).toMatchObject({
      why: 'the mail server answered 550: 550 5.1.1 No such user',
    })
  })
})

describe('an endpoint for e-mail', () => {
  let app: TestApp
  let server: TestMailServer
  const settings = (rest: object = {}) => ({
    kind: 'email',
    options: {
      host: 'localhost',
      port: server.port,
      user: 'status',
      password: 'correct horse',
      from: 'status@example.com',
      to: ['ops@example.com'],
      ...rest,
    },
  })

  beforeAll(async () => {
    app = await startTestApp()
    server = await startMailServer({ security: 'starttls', login: LOGIN })
  })

  afterAll(async () => {
    await app.stop()
    await server.close()
  })

  it('sends an incident from its opening to its end, as one thread', async () => {
    const { status, body } = await app.call('POST', '/v1/endpoints', settings())
    expect(status).toBe(201)
    expect(body).toMatchObject({ url: `smtp://localhost:${server.port}`, tls: null, secret: null })
    expect(body.options.password).toBe('********')
    const incident = { monitor_name: 'api', incident_id: 'inc_1' }
    await app.send({ ...incident, status: 'down', event_type: 'incident.opened' })
    await server.received(1)
    const [sent] = await app.send({ ...incident, status: 'operational', event_type: 'incident.resolved' })
    const mails = await server.received(2)
    const threads = mails.map(({ message }) => /^References: (.*)\r$/m.exec(message)?.[1])
    expect(threads[0]).toBeDefined()
    expect(threads[1]).toBe(threads[0])
    await app.eventually(
      `/v1/events/${sent?.event_id}`,
      ({ endpoints }) => endpoints[0]?.outcome === 'delivered',
    )
  })

  it('is refused when its server does not let it in, and never shows the password', async () => {
    const { status, body } = await app.call('POST', '/v1/endpoints', settings({ password: 'wrong battery' }))
    expect(status).toBe(422)
    expect(body.errors[0]).toMatchObject({ path: 'options.host', message: expect.stringContaining('535') })
    expect(JSON.stringify(body)).not.toContain('wrong battery')
  })

  it('needs user and password together', async () => {
    const { options } = settings()
    const { password, ...rest } = options
    const { status, body } = await app.call('POST', '/v1/endpoints', { kind: 'email', options: rest })
    expect(status).toBe(422)
    expect(body.errors[0].path).toBe('options.password')
  })
})
