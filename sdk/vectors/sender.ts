/**
 * Asks StatusPulse itself to sign every case of signing.json: the same bytes must come out.
 *
 *     node sdk/vectors/sender.ts
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { webhookHeaders } from '../../src/deliver/destinations/webhook.ts'
import type { SigningCase } from './cases.ts'

const path = join(import.meta.dirname, 'signing.json')
const { cases } = JSON.parse(readFileSync(path, 'utf8')) as { cases: SigningCase[] }

let differing = 0
for (const one of cases) {
  const sent = webhookHeaders({
    event: { eventId: one.event_id, eventType: 'incident.opened', severity: 'warning', dryRun: false },
    payload: Buffer.from(one.body),
    secrets: one.secrets,
    deliveryId: 'dlv_1',
    requestId: 'req_1',
    retryAttempt: 0,
    now: one.timestamp * 1000,
    version: '0.0.0',
  })
  for (const [name, value] of Object.entries(one.headers)) {
    if (sent[name.toLowerCase()] === value) continue
    console.error(`"${one.name}": StatusPulse sends another ${name}`)
    differing++
  }
}
if (differing === 0) console.log(`StatusPulse signs ${cases.length} cases as the vectors say`)
process.exitCode = differing === 0 ? 0 : 1
