import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { run } from './program.ts'

const COMMANDS = [
  'serve',
  'migrate',
  'doctor',
  'keys create',
  'keys list',
  'keys revoke',
  'users add',
  'users list',
  'users reset-password',
  'operators add',
  'operators list',
  'operators remove',
  'endpoints add',
  'endpoints list',
  'endpoints show',
  'endpoints test',
  'endpoints rotate-secret',
  'endpoints enable',
  'endpoints disable',
  'endpoints remove',
  'events send',
  'events list',
  'events show',
  'deliveries list',
  'deliveries show',
  'deliveries replay',
  'listen',
]

describe('help', () => {
  it.each(COMMANDS)('of "%s" explains it with an example', async command => {
    const { code, stdout } = await run([...command.split(' '), '--help'])
    expect(code).toBe(0)
    expect(stdout).toContain(`Usage: statuspulse ${command}`)
    expect(stdout).toMatch(new RegExp(`Examples?:\\n  \\$.*statuspulse ${command}`))
    expect(stdout).toContain('--json')
  })

  it('of the program names every command', async () => {
    const { stdout } = await run(['--help'])
    for (const command of COMMANDS) expect(stdout).toMatch(new RegExp(`^  ${command.split(' ')[0]} `, 'm'))
  })

  it('names the version', async () => {
    expect((await run(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
  })
})

describe('a command that is called wrongly', () => {
  it.each([
    ['that there is not', ['sevre'], 'Did you mean serve?'],
    ['with an option that there is not', ['serve', '--prot', '1'], '--port'],
    ['without its argument', ['deliveries', 'show'], 'delivery-id'],
    ['with a word that it does not take', ['events', 'send', '--status', 'fine'], 'operational, degraded'],
    ['without a token', ['keys', 'list'], 'keys create --operator'],
    ['with a URL that is none', ['keys', 'list', '--url', 'here', '--token', 'x'], '--url: must be a URL'],
    ['with half of an event', ['events', 'send', '--monitor', 'a', '--token', 'x'], '--status: say one of'],
    ['with a time that is none', ['events', 'list', '--since', 'noon', '--token', 'x'], '30m, 2h, 7d'],
    ['with a delivery and an endpoint', ['deliveries', 'replay', 'a', '--endpoint', 'b'], 'not both'],
    ['with a setting that cannot be', ['serve', '--port', '80a'], '--port: must be a whole number'],
  ])('%s ends with 2 and says what is wrong', async (_, args, says) => {
    const { code, stdout, stderr } = await run(args)
    expect(stderr).toContain(says)
    expect(stderr).not.toMatch(/^\s+at /m)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  })
})

describe('settings', () => {
  it('are named as they were given, by variable or by file and line', async () => {
    const cwd = await mkdtemp(join(tmpdir(), 'statuspulse-settings-'))
    await writeFile(join(cwd, 'statuspulse.config.yaml'), 'host: 127.0.0.1\nlog_level: loud\nfoo: 1\n')
    const { code, stderr } = await run(['serve'], { cwd, env: { STATUSPULSE_PORT: '-1' } })
    expect(code).toBe(2)
    expect(stderr).toContain('STATUSPULSE_PORT: must be a whole number from 0 to 65535, not "-1"')
    expect(stderr).toContain('statuspulse.config.yaml:2 log_level: must be one of')
    expect(stderr).toContain('statuspulse.config.yaml:3 foo: no such setting')
    await rm(cwd, { recursive: true })
  })

  it('of a secret are not shown', async () => {
    const { stderr } = await run(['serve'], { env: { DATABASE_URL: 'mysql://root:hunter2@db/x' } })
    expect(stderr).toContain('DATABASE_URL: must be a URL')
    expect(stderr).not.toContain('hunter2')
  })
})

describe('a server that is not there', () => {
  it('is named, with what to do', async () => {
    const { code, stderr } = await run(['keys', 'list', '--token', 'x', '--url', await unusedUrl()])
    expect(code).toBe(1)
    expect(stderr).toContain('no answer from http://127.0.0.1:')
    expect(stderr).toContain('statuspulse serve')
  })

  it('is, with --json, a problem for programs', async () => {
    const { stderr } = await run(['keys', 'list', '--json', '--token', 'x', '--url', await unusedUrl()])
    expect(JSON.parse(stderr)).toMatchObject({ type: 'urn:statuspulse:problem:unreachable', status: 503 })
  })
})

async function unusedUrl(): Promise<string> {
  const server = createServer()
  const { promise, resolve } = Promise.withResolvers<number>()
  server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port))
  const port = await promise
  await new Promise(done => server.close(done))
  return `http://127.0.0.1:${port}`
}

describe('doctor', () => {
  it('--retries prints the fourteen delays, which make six hours', async () => {
    const { code, stdout } = await run(['doctor', '--retries', '--json'])
    const schedule = JSON.parse(stdout) as { retry: number; delaySeconds: number; afterSeconds: number }[]
    expect(code).toBe(0)
    expect(schedule.map(({ retry }) => retry)).toEqual(Array.from({ length: 14 }, (_, index) => index + 1))
    expect(schedule.reduce((sum, { delaySeconds }) => sum + delaySeconds, 0)).toBeCloseTo(21_600, 6)
    expect((await run(['doctor', '--retries'])).stdout).toMatch(/^14 +3\.00 h +6\.00 h$/m)
  })

  it('finds a machine that can run it well, and leaves nothing behind', async () => {
    const { code, stdout } = await run(['doctor', '--port', '0'])
    expect(stdout).toMatch(/^✓ Postgres +postgres \(PostgreSQL\) 18/m)
    expect(stdout).toMatch(/^✓ Data folder .* will be made at the first start$/m)
    expect(stdout).not.toContain('✗')
    expect(code).toBe(0)
  })

  it('names a port that another program has, and ends with 1', async () => {
    const server = createServer(socket => socket.end())
    const { promise, resolve } = Promise.withResolvers<number>()
    server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port))
    const { code, stdout } = await run(['doctor', '--port', String(await promise)])
    expect(stdout).toMatch(/^✗ Port +another program listens/m)
    expect(stdout).toContain('--port')
    expect(code).toBe(1)
    server.close()
  })

  it('names a database that cannot be reached', async () => {
    const url = (await unusedUrl()).replace('http', 'postgres')
    const { code, stdout } = await run(['doctor', '--port', '0', '--database-url', `${url}/x`, '--json'])
    const { ok, checks } = JSON.parse(stdout) as { ok: boolean; checks: { name: string; ok: boolean }[] }
    expect({ ok, code }).toEqual({ ok: false, code: 1 })
    expect(checks.filter(check => !check.ok).map(check => check.name)).toEqual(['Database'])
  })
})
