/**
 * Starts a receiver made with one of the libraries, and sends it what StatusPulse sends.
 *
 *     node sdk/interop/receiver.ts <folder> <command> [arguments, {port} among them]
 */
import assert from 'node:assert/strict'
import { NEW_SECRET, OLD_SECRET } from '../vectors/samples.ts'
import { messages } from './messages.ts'
import { startServer } from './server-process.ts'

const [cwd, ...command] = process.argv.slice(2)
if (cwd === undefined || command.length === 0)
  throw new Error('usage: receiver.ts <folder> <command> [arguments]')

await using server = await startServer(port => command.map(part => part.replace('{port}', String(port))), {
  cwd,
  env: { STATUSPULSE_SECRET: `${NEW_SECRET} ${OLD_SECRET}` },
})

async function post(headers: Record<string, string>, body: string) {
  const url = `http://127.0.0.1:${server.port}/hooks/statuspulse`
  const response = await fetch(url, { method: 'POST', headers, body })
  const text = await response.text()
  return { status: response.status, type: response.headers.get('content-type'), text }
}

for (const { name, headers, body, accepted } of messages()) {
  const answer = await post(headers, body)
  assert.equal(answer.status, accepted ? 200 : 401, `"${name}" was answered ${answer.status} ${answer.text}`)
  assert.match(answer.type ?? '', /^application\/json/)
  if (accepted) assert.equal(JSON.parse((await post(headers, body)).text).duplicate, true, `"${name}" again`)
}

const [plain] = messages()
const { headers, body } = plain!
assert.equal((await post({ ...headers, 'x-statuspulse-dry-run': 'true' }, body)).status, 200)
assert.equal((await post(headers, ' '.repeat(1_048_577))).status, 413)
assert.equal((await post({ 'content-type': 'application/json' }, body)).status, 401)

const lines = server.output().match(/^(\[dry run\] )?\S+ is degraded \(warning\)/gm) ?? []
const dryRuns = lines.filter(line => line.startsWith('[dry run]'))
assert.deepEqual([lines.length, dryRuns.length], [5, 1], `it printed:\n${server.output()}`)
console.log(`accepts, refuses and deduplicates: ${command.join(' ')}`)
