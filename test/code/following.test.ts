import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Run, run, serve } from '../cli/program.ts'

// The real program is started, and the machine may be busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

let folder: string
let file: string
const servers: Run[] = []
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'statuspulse-code-'))
  file = join(folder, 'statuspulse.yaml')
})
afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop()
  await rm(folder, { recursive: true, force: true })
})

const document = (...names: string[]) =>
  `monitors:\n${names.map(name => `  - { name: ${name}, kind: external, labels: { team: "\${TEAM}" } }\n`).join('')}`

async function serveFile(more: string[] = []) {
  const started = await serve(['--data-dir', join(folder, 'data'), '--no-demo', '--code', file, ...more], {
    env: { TEAM: 'blue', STATUSPULSE_LOG_LEVEL: 'info' },
  })
  servers.push(started.server)
  const client = {
    env: { STATUSPULSE_URL: started.url, STATUSPULSE_TOKEN: started.adminToken as string, TEAM: 'blue' },
  }
  return { ...started, client }
}

/** Names of what there is, as export writes it. */
async function names(client: { env: Record<string, string> }) {
  const { stdout } = await run(['export'], client)
  return [...stdout.matchAll(/- name: (.*)/g)].map(([, name]) => name)
}

describe('serve --code', () => {
  it('keeps the server as the file says: at the start, when it changes, and on SIGHUP', async () => {
    await writeFile(file, document('one'))
    const { server, client } = await serveFile()
    expect(await names(client)).toEqual(['one'])
    expect(server.stdout + server.stderr).not.toContain('blue')

    await writeFile(file, document('one', 'two'))
    await server.prints(/create monitor .{1,2}two/, 'stderr')
    expect(await names(client)).toEqual(['one', 'two'])

    // What somebody did by hand is put back by a SIGHUP.
    const listed = await run(['export', '--json'], client)
    expect(JSON.parse(listed.stdout).document.monitors[0].labels).toEqual({ team: 'blue' })
    await run(['apply', '-'], { ...client, input: document('one').replace('${TEAM}', 'red') })
    server.child.kill('SIGHUP')
    await server.prints(/update monitor .{1,2}one/, 'stderr')
    expect(await run(['diff', file], client)).toMatchObject({ code: 0 })
  })

  it('changes nothing when the file is wrong, says what is wrong, and goes on', async () => {
    await writeFile(file, document('one'))
    const { server, client } = await serveFile(['--code-prune'])
    await writeFile(file, `${document('two')}  - { name: three, kind: tcp }\n`)
    await server.prints(/was not applied, and nothing was changed: .*:3:5 monitors\[1\]\.spec/, 'stderr')
    expect(await names(client)).toEqual(['one'])
    await writeFile(file, document('two'))
    await server.prints(/delete monitor .{1,2}one/, 'stderr')
    expect(await names(client)).toEqual(['two'])
  })

  it('is not ended by a SIGHUP while it starts: the file is read after it', async () => {
    await writeFile(file, document('one'))
    const server = new Run(
      ['serve', '--json', '--port', '0', '--data-dir', join(folder, 'data'), '--no-demo', '--code', file],
      { env: { TEAM: 'blue', STATUSPULSE_LOG_LEVEL: 'debug' } },
    )
    servers.push(server)
    await server.prints(/./, 'stderr')
    server.child.kill('SIGHUP')
    await server.prints(/^\{.*\}$/m)
    // Two pipes: what was written to this one first may well be read last.
    await server.prints(/create monitor .{1,2}one/, 'stderr')
    expect((await server.stop()).code).toBe(0)
  })
})

describe('apply, diff, export and validate', () => {
  it('work on one file, with exit codes for scripts, and name lines', async () => {
    await writeFile(file, document('one'))
    const { client } = await serveFile()
    const other = join(folder, 'other.yaml')
    await writeFile(
      other,
      'name: other\nmonitors:\n  - name: app\n    kind: http\n    spec:\n      url: ${APP_URL}\n',
    )
    const env = { ...client.env, APP_URL: 'https://example.com/secret-path' }

    const unset = await run(['validate', other])
    expect(unset).toMatchObject({ code: 1 })
    expect(unset.stderr).toContain(
      `${other}:6:12 monitors[0].spec.url: the environment has no variable APP_URL`,
    )
    expect((await run(['validate', other], { env })).stdout).toContain('is valid: 1 monitors')

    const different = await run(['diff', other], { env })
    expect(different.code).toBe(1)
    expect(different.stdout).toContain('+ monitor "app"')
    expect(different.stdout).not.toContain('secret-path')
    expect(await run(['apply', other], { env })).toMatchObject({ code: 0 })
    expect(await run(['diff', other], { env })).toMatchObject({ code: 0 })

    const out = join(folder, 'exported.yaml')
    expect(await run(['export', '--out', out], { env })).toMatchObject({ code: 0, stdout: '' })
    expect(await run(['validate', out])).toMatchObject({ code: 0 })
    expect(await run(['diff', out], { env })).toMatchObject({ code: 0 })
    expect(await run(['diff', join(folder, 'none.yaml')], { env })).toMatchObject({ code: 2 })
  })
})
