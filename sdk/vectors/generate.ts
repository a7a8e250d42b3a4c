/**
 * Writes the vectors that every receiver library is tested with. Run it again and the same bytes come out.
 *
 *     node sdk/vectors/generate.ts          write
 *     node sdk/vectors/generate.ts --check  fail if what is there differs
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { bodyCases } from './body-cases.ts'
import type { SecretCase, SigningCase } from './cases.ts'
import { eventCases } from './event-cases.ts'
import {
  EVENT,
  EVENT_ID,
  LONGEST_SECRET,
  NEW_SECRET,
  NOW,
  OLD_SECRET,
  SHORTEST_SECRET,
  STANDARD_SECRET,
  UNICODE_EVENT,
} from './samples.ts'
import { bodySignature, standardSignature } from './sign.ts'
import { standardCases } from './standard-cases.ts'

function signingCase(name: string, secrets: string[], payload: typeof EVENT, timestamp: number): SigningCase {
  const body = JSON.stringify(payload)
  const bytes = Buffer.from(body)
  return {
    name,
    secrets,
    event_id: EVENT_ID,
    timestamp,
    body,
    headers: {
      'X-StatusPulse-Signature': secrets.map(secret => bodySignature(secret, bytes)).join(','),
      'X-StatusPulse-Timestamp': String(timestamp),
      'webhook-id': EVENT_ID,
      'webhook-timestamp': String(timestamp),
      'webhook-signature': secrets
        .map(secret => standardSignature(secret, EVENT_ID, timestamp, bytes))
        .join(' '),
    },
  }
}

const signingCases: SigningCase[] = [
  signingCase('one secret', [NEW_SECRET], EVENT, NOW),
  signingCase('two secrets, the newest first', [NEW_SECRET, OLD_SECRET], EVENT, NOW),
  signingCase('unicode', [NEW_SECRET], UNICODE_EVENT, NOW),
]

const bytes = (length: number) => Buffer.alloc(length, 7).toString('base64')
const secretCases: SecretCase[] = [
  { name: '32 bytes', secret: NEW_SECRET, valid: true },
  { name: '24 bytes, the fewest', secret: SHORTEST_SECRET, valid: true },
  { name: '64 bytes, the most', secret: LONGEST_SECRET, valid: true },
  { name: "Standard Webhooks' own test secret", secret: STANDARD_SECRET, valid: true },
  { name: 'empty', secret: '', valid: false },
  { name: 'only the prefix', secret: 'whsec_', valid: false },
  { name: 'no prefix', secret: NEW_SECRET.slice('whsec_'.length), valid: false },
  { name: 'upper-case prefix', secret: NEW_SECRET.replace('whsec_', 'WHSEC_'), valid: false },
  { name: 'a private key of another scheme', secret: NEW_SECRET.replace('whsec_', 'whsk_'), valid: false },
  { name: 'a line break at the end', secret: `${NEW_SECRET}\n`, valid: false },
  { name: 'a space inside', secret: `${NEW_SECRET.slice(0, 20)} ${NEW_SECRET.slice(20)}`, valid: false },
  { name: 'no padding', secret: NEW_SECRET.replace(/=+$/, ''), valid: false },
  { name: 'characters outside base64', secret: `whsec_${'é'.repeat(32)}`, valid: false },
  { name: 'URL-safe base64', secret: `whsec_${'-_'.repeat(16)}`, valid: false },
  { name: '23 bytes, too short', secret: `whsec_${bytes(23)}`, valid: false },
  { name: '65 bytes, too long', secret: `whsec_${bytes(65)}`, valid: false },
]

const files = {
  'standard-webhooks.json': {
    about:
      'Requests by webhook-id, webhook-timestamp and webhook-signature (Standard Webhooks 1.0), and what must be said of each.',
    cases: standardCases,
  },
  'body-signature.json': {
    about: 'Requests by X-StatusPulse-Signature, and what must be said of each.',
    cases: bodyCases,
  },
  'events.json': {
    about: 'Payloads, and the event each of them is, or where it is wrong.',
    cases: eventCases,
  },
  'secrets.json': { about: 'Secrets that must be taken, and such that must be refused.', cases: secretCases },
  'signing.json': { about: 'The headers that signing must give, byte by byte.', cases: signingCases },
}

let stale = 0
for (const [name, content] of Object.entries(files)) {
  const path = join(import.meta.dirname, name)
  const text = `${JSON.stringify(content, null, 2)}\n`
  if (process.argv.includes('--check')) {
    if (readFileSync(path, 'utf8') === text) continue
    console.error(`${name} is not what generate.ts writes: run node sdk/vectors/generate.ts`)
    stale++
  } else {
    writeFileSync(path, text)
  }
}
process.exitCode = stale === 0 ? 0 : 1
