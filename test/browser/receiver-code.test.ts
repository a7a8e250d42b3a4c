import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { receiversFor } from '../../web/src/pages/webhooks/receiver-code.ts'
import { startTestApp, type TestApp } from '../helpers/app.ts'

/** How each language's receiver is run; the file is named as its command in the console says. */
const RUNS: Record<string, { file: string; command: string; args: string[] }> = {
  'Node.js': { file: 'receiver.mjs', command: process.execPath, args: ['receiver.mjs'] },
  Python: { file: 'receiver.py', command: 'python3', args: ['receiver.py'] },
  Go: { file: 'receiver.go', command: 'go', args: ['run', 'receiver.go'] },
}

describe('The receiver code that the console shows', () => {
  let app: TestApp
  let folder: string
  beforeAll(async () => {
    app = await startTestApp()
    folder = await mkdtemp(join(tmpdir(), 'statuspulse-receiver-'))
  })
  afterAll(async () => {
    await app.stop()
    await rm(folder, { recursive: true })
  })

  it.for(Object.keys(RUNS))(
    'takes what is signed with its secret, and nothing else: %s',
    { timeout: 600_000 },
    async (language, { skip }) => {
      const { file, command, args } = RUNS[language]!
      if (spawnSync(command, ['--version']).error && spawnSync(command, ['version']).error)
        skip(`${command} is not installed`)
      const port = await freePort()
      const url = `http://localhost:${port}/hooks/statuspulse`
      const { id, secret } = await app.addEndpoint(url, { success_statuses: [202], timeout_ms: 3_000 })
      const { body: endpoint } = await app.call('GET', `/v1/endpoints/${id}`)
      const code = receiversFor(endpoint).find(one => one.language === language)!.code
      await writeFile(join(folder, file), code)
      const run = (key: string) =>
        spawn(command, args, {
          cwd: folder,
          env: { ...process.env, STATUSPULSE_SECRET: key, PORT: String(port) },
          stdio: 'ignore',
          detached: true,
        })

      let child = run(secret)
      await answersOn(port)
      expect((await app.call('POST', `/v1/endpoints/${id}/test`, {})).body.status_code).toBe(202)
      await end(child)

      child = run(`whsec_${Buffer.alloc(32).toString('base64')}`)
      await answersOn(port)
      expect((await app.call('POST', `/v1/endpoints/${id}/test`, {})).body.status_code).toBe(401)
      await end(child)
    },
  )
})

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}

async function answersOn(port: number): Promise<void> {
  for (;;) {
    const isThere = await fetch(`http://localhost:${port}/`).then(
      () => true,
      () => false,
    )
    if (isThere) return
    await new Promise(resolve => setTimeout(resolve, 50))
  }
}

/** With what it started: `go run` runs the program that it built. */
async function end(child: ChildProcess): Promise<void> {
  process.kill(-child.pid!)
  await once(child, 'exit')
}
