/**
 * Asks the npm `standardwebhooks` library about every case of standard-webhooks.json: where the vectors
 * do not say why they are stricter, both must agree.
 *
 *     node sdk/vectors/reference.ts
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Webhook } from 'standardwebhooks'
import { bytesOf, type SignatureCase } from './cases.ts'

const path = join(import.meta.dirname, 'standard-webhooks.json')
const { cases } = JSON.parse(readFileSync(path, 'utf8')) as { cases: SignatureCase[] }

const realNow = Date.now
let agreed = 0
let differing = 0

for (const one of cases) {
  const body = bytesOf(one)
  if (one.tolerance_seconds !== 300 || one.stricter_than_reference) continue
  Date.now = () => one.now * 1000
  const accepted = one.secrets.some(secret => {
    try {
      new Webhook(secret).verify(body, one.headers, { jsonParse: false })
      return true
    } catch {
      return false
    }
  })
  if (accepted === (one.error === null)) {
    agreed++
  } else {
    console.error(`standardwebhooks ${accepted ? 'accepts' : 'refuses'} "${one.name}", the vectors do not`)
    differing++
  }
}
Date.now = realNow
console.log(`standardwebhooks agrees on ${agreed} cases`)
process.exitCode = differing === 0 && agreed > 30 ? 0 : 1
