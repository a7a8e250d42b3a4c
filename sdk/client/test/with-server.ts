import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/**
 * Runs a command beside a StatusPulse of its own, which it finds by STATUSPULSE_URL and STATUSPULSE_TOKEN:
 *
 *     node with-server.ts <data folder> <command> [arguments…]
 */
const [folder, command, ...args] = process.argv.slice(2)
if (!folder || !command) throw new Error('node with-server.ts <data folder> <command> [arguments…]')

const launcher = fileURLToPath(new URL('../../../bin/statuspulse.js', import.meta.url))
const token = `sp_${randomBytes(32).toString('base64url')}`
const server = spawn(process.execPath, [launcher, 'serve'], {
  env: {
    ...process.env,
    STATUSPULSE_PORT: '0',
    STATUSPULSE_DATA_DIR: folder,
    STATUSPULSE_DEMO: 'false',
    STATUSPULSE_ADMIN_TOKEN: token,
  },
  // Its log goes to stderr.
  stdio: ['ignore', 'ignore', 'pipe'],
})
try {
  const url = await addressOf(server.stderr)
  const env = { ...process.env, STATUSPULSE_URL: url, STATUSPULSE_TOKEN: token }
  const [code] = await once(spawn(command, args, { env, stdio: 'inherit' }), 'close')
  process.exitCode = (code as number | null) ?? 1
} finally {
  const ended = server.exitCode === null ? once(server, 'close') : null
  server.kill('SIGTERM')
  await ended
}

async function addressOf(output: AsyncIterable<Buffer>): Promise<string> {
  let text = ''
  for await (const chunk of output) {
    text += chunk
    const [, url] = /Server listening at (http:[^"\s]+)/.exec(text) ?? []
    if (url) return url
  }
  throw new Error(`the server ended:\n${text}`)
}
