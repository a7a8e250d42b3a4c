import { createHmac } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Webhook } from 'standardwebhooks'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { makeCertificates } from '../helpers/certificates.ts'
import { startFaultProxy } from '../helpers/fault-proxy.ts'
import { type Receiver, startReceiver } from '../helpers/receiver.ts'
import { Run, run, serve } from './program.ts'

// Each test starts the real program several times, and the machine may be busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

let server: Run
let folder: string
let env: Record<string, string>
let receiver: Receiver

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'statuspulse-commands-'))
  await writeFile(join(folder, 'ca.pem'), makeCertificates().ca)
  const settings = [
    '--allow-http',
    '--allow-network',
    '127.0.0.0/8,::1/128',
    '--extra-ca',
    join(folder, 'ca.pem'),
  ]
  const started = await serve(['--data-dir', join(folder, 'data'), ...settings])
  server = started.server
  env = { STATUSPULSE_URL: started.url, STATUSPULSE_TOKEN: started.adminToken as string }
  receiver = await startReceiver()
})
afterAll(async () => {
  await server.stop()
  await receiver.close()
  await rm(folder, { recursive: true, force: true })
})

const cli = (args: readonly string[], input?: string) => run(args, { env, ...(input && { input }) })

/** The result of a command that is expected to succeed. */
async function json(args: readonly string[], input?: string) {
  const { code, stdout, stderr } = await cli([...args, '--json'], input)
  expect(stderr).toBe('')
  expect(code).toBe(0)
  return JSON.parse(stdout)
}

/** Asks until it holds: for what only the API tells of. */
async function eventually(args: readonly string[], holds: (answer: never) => boolean) {
  for (;;) {
    const answer = await json(args)
    if (holds(answer as never)) return answer
  }
}

describe('keys', () => {
  it('are made, shown once, listed and revoked', async () => {
    const made = await json(['keys', 'create', '--name', 'billing', '--scope', 'ingest', '--scope', 'read'])
    expect(made).toMatchObject({ name: 'billing', scopes: ['ingest', 'read'], operator: false })
    const listed = await cli(['keys', 'list'])
    expect(listed.stdout).toMatch(
      new RegExp(`^${made.id} +billing +ingest, read +sp_\\S+… +\\S+ \\S+ +– +valid$`, 'm'),
    )
    expect(listed.stdout).not.toContain(made.key)
    expect((await cli(['keys', 'revoke', made.id])).stdout).toContain('is revoked')
    const after = await run(['events', 'list'], { env: { ...env, STATUSPULSE_TOKEN: made.key } })
    expect(after.code).toBe(1)
    expect(after.stderr).toContain('STATUSPULSE_TOKEN')
  })
})

describe('users', () => {
  it('are invited, listed, and let to set another password, by links that are printed once', async () => {
    const { stdout } = await cli(['users', 'add', 'Ana@example.com', '--role', 'owner'])
    expect(stdout).toMatch(/^For +ana@example\.com$/m)
    const link = new URL(/https?:\S+/.exec(stdout)?.[0] as string)
    const joined = await fetch(`${env.STATUSPULSE_URL}/v1/links/redeem`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token: link.hash.slice(1), name: 'Ana', password: 'correct horse battery' }),
    })
    expect(joined.status).toBe(200)
    expect((await cli(['users', 'list'])).stdout).toMatch(/^usr_\w+ +ana@example\.com +Ana +owner /m)
    const reset = await json(['users', 'reset-password', 'ana@example.com'])
    expect(reset.link).toMatch(/\/join#[\w-]{43}$/)
    const nobody = await cli(['users', 'reset-password', 'nobody@example.com'])
    expect([nobody.code, nobody.stderr]).toEqual([1, expect.stringContaining('nobody@example.com')])
    expect((await cli(['users', 'add', 'b@example.com', '--role', 'king'])).code).toBe(2)
  })
})

describe('operators', () => {
  it('are made of users, listed, and made users like others; the last one stays', async () => {
    for (const name of ['zoe', 'yan']) {
      const { link } = await json(['users', 'add', `${name}@example.com`])
      await fetch(`${env.STATUSPULSE_URL}/v1/links/redeem`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ token: new URL(link).hash.slice(1), name, password: 'correct horse battery' }),
      })
      const made = await cli(['operators', 'add', `${name}@example.com`])
      expect(made.stdout).toMatch(new RegExp(`^${name}@example\\.com \\(usr_\\w+\\) is an operator\\.$`, 'm'))
    }
    expect((await cli(['operators', 'list'])).stdout).toMatch(/^usr_\w+ +zoe@example\.com +zoe +\S/m)
    const [first, second] = (await json(['operators', 'list'])).data
    expect((await cli(['operators', 'remove', first.user_id])).stdout).toContain('is no operator any more')
    const last = await cli(['operators', 'remove', second.user_id])
    expect([last.code, last.stderr]).toEqual([1, expect.stringContaining('last operator')])
  })
})

describe('the audit log', () => {
  it('is listed: who, what, and what changed', async () => {
    await json(['keys', 'create', '--name', 'noted', '--scope', 'read'])
    const { stdout } = await cli(['audit', 'list', '--target', 'noted', '--since', '1h'])
    expect(stdout).toMatch(/^WHEN +WHO +WHAT +CHANGED$/m)
    expect(stdout).toMatch(/ +Made the API key "noted" +name: "noted", scopes: \["read"\]$/m)
  })
})

describe('endpoints', () => {
  it('are added with a filter; the secret is printed this once', async () => {
    const filter = ['--monitors', 'api-*,checkout', '--severities', 'critical', '--regions', 'eu']
    const { code, stdout } = await cli(['endpoints', 'add', receiver.url, '--name', 'ops', ...filter])
    expect(code).toBe(0)
    expect(stdout).toMatch(/^Monitors +api-\*, checkout$/m)
    expect(stdout).toMatch(/^Severities +critical$/m)
    const secret = /whsec_[\w+/=]+/.exec(stdout)?.[0]
    const id = /ep_\w+/.exec(stdout)?.[0] as string
    const { stdout: listed } = await cli(['endpoints', 'list'])
    expect(listed).toMatch(
      new RegExp(`^${id} +ops +webhook +${receiver.url} +api-\\*, checkout +critical +enabled$`, 'm'),
    )
    expect(secret && listed.includes(secret)).toBe(false)
    expect((await json(['endpoints', 'disable', id])).enabled).toBe(false)
    expect((await json(['endpoints', 'enable', id])).enabled).toBe(true)
    const rotated = await json(['endpoints', 'rotate-secret', id, '--overlap', '1'])
    expect(rotated.secret).not.toBe(secret)
    expect(await json(['endpoints', 'remove', id])).toEqual({ id, deleted: true })
  })

  it('over TLS come with what the handshake showed', async () => {
    const secure = await startReceiver({ tls: 'good' })
    const { stdout } = await cli(['endpoints', 'add', secure.url])
    expect(stdout).toMatch(/^TLS +TLSv1\.3, /m)
    expect(stdout).toMatch(/^TLS expires +.* \(\d+ days\)$/m)
    await cli(['endpoints', 'remove', /ep_\w+/.exec(stdout)?.[0] as string])
    await secure.close()
  })

  it('that cannot be are refused with the field at fault', async () => {
    const { code, stderr } = await cli(['endpoints', 'add', receiver.url, '--severities', 'critical,urgent'])
    expect(code).toBe(1)
    expect(stderr).toContain('filter.severities[1]')
  })

  it('are tested: the whole attempt is shown, and a failed one ends with 1', async () => {
    const { id } = await json(['endpoints', 'add', receiver.url])
    const good = await cli(['endpoints', 'test', id])
    expect(good).toMatchObject({ code: 0 })
    expect(good.stdout).toMatch(/^Outcome +delivered$/m)
    expect(good.stdout).toMatch(/^Took +.* ms \(.*first byte .*\)$/m)
    expect(good.stdout).toMatch(/Response body\n {2}ok/)
    receiver.answerWith({ status: 503, body: 'down \u001b[31mfor\u001b[0m maintenance' })
    const bad = await cli(['endpoints', 'test', id])
    expect(bad.code).toBe(1)
    // A receiver's colours do not reach the terminal.
    expect(bad.stdout).toContain('down for maintenance')
    receiver.answerWith({ status: 200 })
    await cli(['endpoints', 'remove', id])
  })
})

describe('events', () => {
  it('are sent by flags', async () => {
    const answer = await json([
      ...['events', 'send', '--monitor', 'flags', '--status', 'degraded', '--severity', 'critical'],
      ...['--type', 'incident.opened', '--region', 'eu', '--id', 'evt_flags'],
      ...['--metadata', 'response_time_ms=18.5', '--metadata', 'tags=["a"]', '--metadata', 'note=plain=text'],
    ])
    expect(answer.data).toEqual([{ event_id: 'evt_flags', duplicate: false, deliveries: 0 }])
    expect((await json(['events', 'show', 'evt_flags'])).payload).toMatchObject({
      monitor_name: 'flags',
      status: 'degraded',
      metadata: {
        region: 'eu',
        response_time_ms: 18.5,
        severity: 'critical',
        event_type: 'incident.opened',
        tags: ['a'],
        note: 'plain=text',
      },
    })
  })

  it('are sent from standard input, one or many, and from a file', async () => {
    const events = [1, 2, 3].map(number => ({ monitor_name: `m${number}`, status: 'down' }))
    expect((await json(['events', 'send', '-'], JSON.stringify(events))).data).toHaveLength(3)
    const file = join(folder, 'event.json')
    await writeFile(file, JSON.stringify(events[0]))
    expect((await json(['events', 'send', file])).data).toHaveLength(1)
    expect(await cli(['events', 'send', '-'], 'not json')).toMatchObject({ code: 2 })
  })

  it('that cannot be are refused with the field at fault', async () => {
    const { code, stderr } = await cli(['events', 'send', '-'], '[{"monitor_name":"a","status":"fine"}]')
    expect(code).toBe(1)
    expect(stderr).toContain('[0].status')
  })

  it('are listed by page', async () => {
    const first = await json(['events', 'list', '--limit', '1'])
    const second = await json(['events', 'list', '--limit', '1', '--cursor', first.next_cursor])
    expect(second.data[0].event_id).not.toBe(first.data[0].event_id)
    expect((await cli(['events', 'list', '--limit', '1'])).stdout).toContain(`--cursor ${first.next_cursor}`)
  })
})

describe('deliveries', () => {
  it('are shown as a timeline, and replayed one by one or all that failed at an endpoint', async () => {
    const target = await startReceiver({ answer: { status: 400 } })
    const { id } = await json(['endpoints', 'add', target.url, '--monitors', 'replayed'])
    await json(['events', 'send', '--monitor', 'replayed', '--status', 'down'])
    const failed = ['deliveries', 'list', '--endpoint', id, '--status', 'failed']
    const { data } = await eventually(failed, ({ data }: { data: unknown[] }) => data.length === 1)
    const shown = await cli(['deliveries', 'show', data[0].id])
    expect(shown.stdout).toMatch(/^ +\+0\.000 s +first +failed +400 +.* ms/m)
    expect(shown.stdout).toContain('"monitor_name":"replayed"')

    target.answerWith({ status: 200 })
    const one = await json(['deliveries', 'replay', data[0].id])
    expect(one.replay_of).toBe(data[0].id)
    await target.received(2)
    const all = await json(['deliveries', 'replay', '--endpoint', id, '--since', '1h'])
    expect(all).toMatchObject({ status: 'done', total: 1, done: 1 })
    const [first, , third] = await target.received(3)
    expect(third?.body.equals(first?.body as Buffer)).toBe(true)
    await cli(['endpoints', 'remove', id])
    await target.close()
  })
})

describe('listen', () => {
  it('brings events to this machine, signed, with the headers and the bytes of a delivery', async () => {
    const local = await startReceiver()
    const filter = ['--monitors', 'heard-*', '--severities', 'critical']
    const listening = new Run(['listen', '--forward', local.url, ...filter], { env })
    const [secret] = await listening.prints(/whsec_\S+/)
    await listening.prints(/Ctrl-C/)
    await json(['events', 'send', '--monitor', 'other', '--status', 'down'])
    await json(['events', 'send', '--monitor', 'heard-1', '--status', 'degraded', '--severity', 'warning'])
    const { data } = await json(['events', 'send', '--monitor', 'heard-1', '--status', 'down'])
    await listening.prints(new RegExp(`${data[0].event_id}  heard-1  down  critical .* → 200 in `))

    expect(local.requests).toHaveLength(1)
    const [request] = local.requests
    const body = request?.body.toString() as string
    expect(body).toBe((await json(['events', 'show', data[0].event_id])).payload_text)
    expect(request?.headers['x-statuspulse-signature']).toBe(
      createHmac('sha256', secret).update(body).digest('hex'),
    )
    new Webhook(secret).verify(body, request?.headers as Record<string, string>)
    expect(request?.headers).toMatchObject({
      'retry-attempt': '0',
      'x-statuspulse-event-id': data[0].event_id,
      'x-statuspulse-severity': 'critical',
      'x-statuspulse-delivery-id': expect.stringMatching(/^dlv_/),
      'x-statuspulse-request-id': expect.stringMatching(/^req_/),
    })
    expect(await listening.stop('SIGINT')).toMatchObject({ code: 0 })
    await local.close()
  })

  it('signs with a secret that it is given, and says why the local receiver was not reached', async () => {
    const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`
    const target = await startReceiver()
    await target.close()
    const listening = new Run(['listen', '--json', '--forward', target.url, '--secret', secret], { env })
    await listening.prints(new RegExp(secret.replaceAll('+', '\\+')))
    await json(['events', 'send', '--monitor', 'heard', '--status', 'down'])
    const [line] = await listening.prints(/^\{"event_id".*\}$/m)
    expect(JSON.parse(line).forwarded).toMatchObject({
      status_code: null,
      error: expect.stringContaining('REFUSED'),
    })
    await listening.stop('SIGINT')
  })

  it('goes on where it was after the connection was lost, without missing an event', async () => {
    const port = Number(new URL(env.STATUSPULSE_URL as string).port)
    const proxy = await startFaultProxy({ host: '127.0.0.1', port })
    const url = `http://127.0.0.1:${proxy.port}`
    const listening = new Run(['listen', '--json'], { env: { ...env, STATUSPULSE_URL: url } })
    await listening.prints(/"listening"/)
    await json(['events', 'send', '--monitor', 'before', '--status', 'down'])
    await listening.prints(/"before"/)
    proxy.cut()
    await json(['events', 'send', '--monitor', 'meanwhile', '--status', 'down'])
    await listening.prints(/connected again/, 'stderr')
    await listening.prints(/"meanwhile"/)
    expect(listening.stdout.match(/"meanwhile"/g)).toHaveLength(1)
    expect(listening.stdout.match(/"before"/g)).toHaveLength(1)
    await listening.stop('SIGINT')
    await proxy.close()
  })

  it('is refused with a token that may not read', async () => {
    const { key } = await json(['keys', 'create', '--name', 'producer', '--scope', 'ingest'])
    const { code, stderr } = await run(['listen'], { env: { ...env, STATUSPULSE_TOKEN: key } })
    expect(code).toBe(1)
    expect(stderr).toContain('read')
  })
})
