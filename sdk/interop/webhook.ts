/**
 * Debian's `webhook` (adnanh), configured with payload-hmac-sha256 on X-StatusPulse-Signature, must accept
 * what StatusPulse sends and refuse a changed byte.
 *
 *     node sdk/interop/webhook.ts
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { NEW_SECRET } from '../vectors/samples.ts'
import { messages } from './messages.ts'
import { startServer } from './server-process.ts'

const hooks = [
  {
    id: 'statuspulse',
    'execute-command': '/bin/true',
    'trigger-rule': {
      match: {
        type: 'payload-hmac-sha256',
        secret: NEW_SECRET,
        parameter: { source: 'header', name: 'X-StatusPulse-Signature' },
      },
    },
  },
]

const folder = await mkdtemp(join(tmpdir(), 'statuspulse-webhook-'))
try {
  const file = join(folder, 'hooks.json')
  await writeFile(file, JSON.stringify(hooks))
  await using server = await startServer(port => [
    'webhook',
    '-hooks',
    file,
    '-ip',
    '127.0.0.1',
    '-port',
    `${port}`,
  ])

  for (const { name, headers, body, rotation } of messages()) {
    // Of several signatures `webhook` reads only those that begin with "sha256=".
    if (rotation) continue
    const { status } = await fetch(`http://127.0.0.1:${server.port}/hooks/statuspulse`, {
      method: 'POST',
      headers,
      body,
    })
    const accepted = !['changed byte', 'added byte', 'other secret'].includes(name)
    if ((status === 200) === accepted) console.log(`${accepted ? 'accepts' : 'refuses'}: ${name}`)
    else throw new Error(`"${name}" was answered ${status}`)
  }
} finally {
  await rm(folder, { recursive: true })
}
