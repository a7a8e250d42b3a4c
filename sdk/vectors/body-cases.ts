import { bytesOf, type SignatureCase } from './cases.ts'
import { BINARY, BODY, type Change, present, TOLERANCE } from './change.ts'
import { EVENT_ID, NEW_SECRET, NOW, OLD_SECRET, OTHER_SECRET, UNICODE_EVENT } from './samples.ts'
import { bodySignature, standardSignature } from './sign.ts'

function bodyCase(name: string, error: SignatureCase['error'], change: Change = {}): SignatureCase {
  const { headers, signedWith = [NEW_SECRET], signedBody, body, body_base64, ...rest } = change
  const arrives = body_base64 === undefined ? { body: body ?? BODY } : { body_base64 }
  const signed = signedBody === undefined ? bytesOf(arrives) : Buffer.from(signedBody)
  return {
    name,
    secrets: [NEW_SECRET],
    now: NOW,
    tolerance_seconds: TOLERANCE,
    headers: present({
      'X-StatusPulse-Signature': signedWith.map(secret => bodySignature(secret, signed)).join(','),
      ...headers,
    }),
    error,
    ...rest,
    ...arrives,
  }
}

const good = standardSignature(NEW_SECRET, EVENT_ID, NOW, Buffer.from(BODY))
const hex = bodySignature(NEW_SECRET, Buffer.from(BODY))

/** Requests signed by X-StatusPulse-Signature. */
export const bodyCases: SignatureCase[] = [
  bodyCase('one secret', null),
  bodyCase('rotation: signed with new and old, receiver has the new one', null, {
    signedWith: [NEW_SECRET, OLD_SECRET],
  }),
  bodyCase('rotation: signed with new and old, receiver still has the old one', null, {
    signedWith: [NEW_SECRET, OLD_SECRET],
    secrets: [OLD_SECRET],
  }),
  bodyCase('rotation: signed with the old one, receiver has both', null, {
    signedWith: [OLD_SECRET],
    secrets: [NEW_SECRET, OLD_SECRET],
  }),
  bodyCase('space after the comma', null, {
    headers: { 'X-StatusPulse-Signature': `${'0'.repeat(64)}, ${hex}` },
  }),
  bodyCase('unicode in the payload', null, { body: JSON.stringify(UNICODE_EVENT) }),
  bodyCase('body that is no valid UTF-8', null, { body_base64: BINARY.toString('base64') }),
  bodyCase('empty body', null, { body: '' }),
  bodyCase('an old timestamp does not matter: it is not signed', null, {
    headers: { 'X-StatusPulse-Timestamp': String(NOW - 86_400) },
  }),

  bodyCase('one byte of the body changed', 'no_matching_signature', {
    body: BODY.replace('1840', '1841'),
    signedBody: BODY,
  }),
  bodyCase('one byte added to the body', 'no_matching_signature', { body: `${BODY}\n`, signedBody: BODY }),
  bodyCase('wrong secret', 'no_matching_signature', { signedWith: [OTHER_SECRET] }),
  bodyCase('no signature', 'missing_header', { headers: { 'X-StatusPulse-Signature': null } }),
  bodyCase('empty signature', 'missing_header', { headers: { 'X-StatusPulse-Signature': '' } }),
  bodyCase('only commas', 'no_matching_signature', { headers: { 'X-StatusPulse-Signature': ',,' } }),
  bodyCase('upper case', 'no_matching_signature', {
    headers: { 'X-StatusPulse-Signature': hex.toUpperCase() },
  }),
  bodyCase('cut by one character', 'no_matching_signature', {
    headers: { 'X-StatusPulse-Signature': hex.slice(0, -1) },
  }),
  bodyCase('one character too long', 'no_matching_signature', {
    headers: { 'X-StatusPulse-Signature': `${hex}0` },
  }),
  bodyCase("GitHub's prefix", 'no_matching_signature', {
    headers: { 'X-StatusPulse-Signature': `sha256=${hex}` },
  }),
  bodyCase('non-ASCII characters', 'no_matching_signature', {
    headers: { 'X-StatusPulse-Signature': 'é'.repeat(64) },
  }),
  bodyCase('key is the base64 after whsec_', 'no_matching_signature', {
    headers: {
      'X-StatusPulse-Signature': bodySignature(NEW_SECRET.slice('whsec_'.length), Buffer.from(BODY)),
    },
  }),
  bodyCase('a good webhook-signature does not stand in for it', 'missing_header', {
    headers: {
      'X-StatusPulse-Signature': null,
      'webhook-id': EVENT_ID,
      'webhook-timestamp': String(NOW),
      'webhook-signature': good,
    },
  }),
]
