import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createTestDatabase } from '../helpers/postgres.ts'
import { startReceiver } from '../helpers/receiver.ts'
import { Run, run, serve } from './program.ts'

// Each test starts the real program several times, and the machine may be busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

/** A Node on this machine that is too old to run StatusPulse itself, if there is one. */
const oldNode = (process.env.PATH ?? '')
  .split(delimiter)
  .map(folder => join(folder, 'node'))
  .filter(file => existsSync(file))
  .find(file => Number(/^v(\d+)/.exec(execFileSync(file, ['--version'], { encoding: 'utf8' }))?.[1]) < 24)

const LOCAL = ['--allow-http', '--allow-network', '127.0.0.0/8,::1/128']

let dataDir: string
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'statuspulse-serve-'))
})
afterEach(() => rm(dataDir, { recursive: true, force: true }))

describe('serve on a fresh data folder', () => {
  it('prints where it listens, a token this once, and commands that work as printed', async () => {
    const first = new Run(['serve', '--port', '0', '--data-dir', dataDir])
    const [, token] = await first.prints(/Admin token +(sp_\S+)/)
    await first.prints(/Ctrl-C stops it/)
    const commands = first.stdout.match(/curl (?:.*\\\n)*.*/g) ?? []
    expect(commands).toHaveLength(2)
    const answer = execFileSync('sh', ['-c', `${commands[1]} --silent --fail`], { encoding: 'utf8' })
    expect(JSON.parse(answer)).toMatchObject({ data: [{ duplicate: false, deliveries: 0 }] })
    expect(commands[0]).toContain('/v1/endpoints')
    expect(await first.stop()).toMatchObject({ code: 0 })

    const second = await serve(['--data-dir', dataDir])
    expect(second.adminToken).toBeUndefined()
    const listed = await run(['events', 'list', '--json', '--url', second.url, '--token', token as string])
    expect(JSON.parse(listed.stdout).data).toHaveLength(1)
    await second.server.stop()
  })

  it('refuses a second copy in the same data folder, and says which process has it', async () => {
    const { server } = await serve(['--data-dir', dataDir])
    const second = await run(['serve', '--port', '0', '--data-dir', dataDir])
    expect(second).toMatchObject({ code: 1, stdout: '' })
    expect(second.stderr).toContain(`The data folder ${dataDir} is in use by another copy`)
    expect(second.stderr).toContain(`(process ${server.child.pid})`)
    await server.stop()
  })

  it('can be given a further operator key when the first token was lost', async () => {
    const { server } = await serve(['--data-dir', dataDir])
    const tooEarly = await run(['keys', 'create', '--operator', '--data-dir', dataDir])
    expect(tooEarly.code).toBe(1)
    expect(tooEarly.stderr).toContain('no server may run on it meanwhile')
    await server.stop()
    const made = await run(['keys', 'create', '--operator', '--json', '--data-dir', dataDir])
    const { key } = JSON.parse(made.stdout) as { key: string }
    const again = await serve(['--data-dir', dataDir])
    const listed = await run(['keys', 'list', '--url', again.url], { env: { STATUSPULSE_TOKEN: key } })
    expect(listed.stdout).toMatch(/operator +ingest, read, admin \(operator\)/)
    await again.server.stop()
  })
})

describe('serve on a Postgres of its own', () => {
  it('migrates it, and makes the token that was configured the operator’s', async () => {
    const database = await createTestDatabase('empty')
    const env = { DATABASE_URL: database.url, STATUSPULSE_ADMIN_TOKEN: 'configured-token', ...KEY }
    const pending = await run(['migrate', '--status', '--json'], { env })
    expect(JSON.parse(pending.stdout).pending).toContain('0001_spine')
    const { server, url, adminToken } = await serve(['--data-dir', dataDir], { env })
    expect(adminToken).toBeUndefined()
    expect(await run(['keys', 'list', '--url', url, '--token', 'configured-token'])).toMatchObject({
      code: 0,
    })
    expect((await run(['migrate'], { env })).stdout).toContain('up to date')
    const doctor = await run(['doctor', '--port', '0', '--data-dir', dataDir], { env })
    expect(doctor.stdout).toMatch(/✓ Database +Postgres 18[\s\S]*✓ Migrations +up to date[\s\S]*✓ Clock/)
    await server.stop()
    await database.drop()
  })

  it('names a database that is not there, without a stack', async () => {
    const env = { DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none', ...KEY }
    const { code, stderr } = await run(['serve', '--port', '0', '--data-dir', dataDir], { env })
    expect(code).toBe(1)
    expect(stderr).toContain('127.0.0.1:1')
    expect(stderr).not.toMatch(/^\s+at /m)
  })
})

const KEY = { STATUSPULSE_SECRETS_KEY: '0'.repeat(64) }

describe('signals', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)('%s lets an attempt under way finish', async signal => {
    const receiver = await startReceiver({ answer: { status: 200, delayMs: 1_500 } })
    const { server, url, adminToken } = await serve(['--data-dir', dataDir, ...LOCAL])
    const client = { env: { STATUSPULSE_URL: url, STATUSPULSE_TOKEN: adminToken as string } }
    await run(['endpoints', 'add', receiver.url], client)
    await run(['events', 'send', '--monitor', 'm', '--status', 'down'], client)
    await receiver.received(1)
    const { code, stderr } = await server.stop(signal)
    expect(stderr).toContain(`${signal}: stopping, finishing what is in flight`)
    expect(code).toBe(0)

    const again = await serve(['--data-dir', dataDir])
    const deliveries = await run(['deliveries', 'list', '--json'], {
      env: { ...client.env, STATUSPULSE_URL: again.url },
    })
    expect(JSON.parse(deliveries.stdout).data).toMatchObject([{ status: 'delivered', attempts: 1 }])
    await again.server.stop()
    await receiver.close()
  })

  it('one Ctrl-C that comes several times, from terminal, npm and launcher, is one', async () => {
    const { server } = await serve(['--data-dir', dataDir])
    for (let times = 0; times < 3; times++) server.child.kill('SIGINT')
    expect(await server.ended).toMatchObject({ code: 0 })
  })

  it('a second Ctrl-C ends it at once with 130', async () => {
    const receiver = await startReceiver({ answer: 'hang' })
    const { server, url, adminToken } = await serve(['--data-dir', dataDir, ...LOCAL])
    const client = { env: { STATUSPULSE_URL: url, STATUSPULSE_TOKEN: adminToken as string } }
    await run(['endpoints', 'add', receiver.url], client)
    await run(['events', 'send', '--monitor', 'm', '--status', 'down'], client)
    await receiver.received(1)
    server.child.kill('SIGINT')
    await server.prints(/stopping/, 'stderr')
    // Past the time in which signals count as one.
    const timer = setInterval(() => server.child.kill('SIGINT'), 600)
    expect(await server.ended).toMatchObject({ code: 130 })
    clearInterval(timer)
    await receiver.close()
  })
})

describe.skipIf(oldNode === undefined)('the launcher under an older Node', () => {
  const node = oldNode as string

  it('runs the program on the Node that npm brought, and ends as it ends', async () => {
    expect((await run(['doctor', '--port', '0'], { node })).stdout).toMatch(/^✓ Node +v(2[4-9]|[3-9]\d)/m)
    expect(await run(['nonsense'], { node })).toMatchObject({ code: 2 })
  })

  it('passes a signal on and gives the program time to finish', async () => {
    const { server } = await serve(['--data-dir', dataDir], { node })
    const { code, stderr } = await server.stop('SIGTERM')
    expect(stderr).toContain('stopped')
    expect(code).toBe(0)
  })

  it('takes the program with it when it is killed', async () => {
    const { server } = await serve(['--data-dir', dataDir], { node })
    server.child.kill('SIGKILL')
    // Its output closes when the program itself has ended, too.
    expect((await server.ended).stderr).toContain('stopped')
    const { server: next } = await serve(['--data-dir', dataDir])
    await next.stop()
  })
})
