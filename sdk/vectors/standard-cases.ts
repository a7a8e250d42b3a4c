import { bytesOf, type SignatureCase } from './cases.ts'
import { BINARY, BODY, type Change, present, TOLERANCE } from './change.ts'
import {
  EVENT,
  EVENT_ID,
  NEW_SECRET,
  NOW,
  OLD_SECRET,
  OTHER_SECRET,
  STANDARD_SECRET,
  UNICODE_EVENT,
} from './samples.ts'
import { bodySignature, standardSignature } from './sign.ts'

function standardCase(name: string, error: SignatureCase['error'], change: Change = {}): SignatureCase {
  const {
    headers,
    signedWith = [NEW_SECRET],
    timestamp = NOW,
    id = EVENT_ID,
    signedBody,
    body,
    body_base64,
    ...rest
  } = change
  const arrives = body_base64 === undefined ? { body: body ?? BODY } : { body_base64 }
  const signed = signedBody === undefined ? bytesOf(arrives) : Buffer.from(signedBody)
  return {
    name,
    secrets: [NEW_SECRET],
    now: NOW,
    tolerance_seconds: TOLERANCE,
    headers: present({
      'webhook-id': id,
      'webhook-timestamp': String(timestamp),
      'webhook-signature': signedWith
        .map(secret => standardSignature(secret, id, timestamp, signed))
        .join(' '),
      ...headers,
    }),
    error,
    ...rest,
    ...arrives,
  }
}

const good = standardSignature(NEW_SECRET, EVENT_ID, NOW, Buffer.from(BODY))
const hash = good.slice('v1,'.length)
/** The same 32 bytes, but the unused bits of the last character set: base64 that no encoder writes. */
const nonCanonical = hash.replace(
  /(.)=$/,
  (_, last: string) => `${String.fromCharCode(last.charCodeAt(0) + 1)}=`,
)
const resized = (length: number) => Buffer.from(hash, 'base64').subarray(0, length).toString('base64')

/** Requests signed as Standard Webhooks 1.0 says. */
export const standardCases: SignatureCase[] = [
  standardCase('one secret', null),
  standardCase('rotation: signed with new and old, receiver has the new one', null, {
    signedWith: [NEW_SECRET, OLD_SECRET],
  }),
  standardCase('rotation: signed with new and old, receiver still has the old one', null, {
    signedWith: [NEW_SECRET, OLD_SECRET],
    secrets: [OLD_SECRET],
  }),
  standardCase('rotation: signed with the old one, receiver has both', null, {
    signedWith: [OLD_SECRET],
    secrets: [NEW_SECRET, OLD_SECRET],
  }),
  standardCase('unicode in the payload', null, { body: JSON.stringify(UNICODE_EVENT) }),
  standardCase('body that is no valid UTF-8', null, {
    body_base64: BINARY.toString('base64'),
    stricter_than_reference: 'the npm and PyPI libraries turn the body into text first',
  }),
  standardCase('empty body', null, { body: '' }),
  standardCase('white space in the body is kept', null, { body: ` ${BODY}\r\n` }),
  standardCase('signature of an unknown version beside a good one', null, {
    headers: { 'webhook-signature': `v2,AAAA ${good}` },
  }),
  standardCase('asymmetric signature beside a good one', null, {
    headers: { 'webhook-signature': `v1a,${hash} ${good}` },
  }),
  standardCase('malformed entries beside a good one', null, {
    headers: { 'webhook-signature': `v1 , v1, ${good}` },
    stricter_than_reference: 'the PyPI library stops at the first malformed entry',
  }),
  standardCase('id with dots', null, { id: 'alert.2024.05-14_1' }),
  standardCase('exactly as old as the tolerance', null, { timestamp: NOW - TOLERANCE }),
  standardCase('exactly as far ahead as the tolerance', null, { timestamp: NOW + TOLERANCE }),
  standardCase('old, within a wider tolerance', null, { timestamp: NOW - 3600, tolerance_seconds: 3600 }),
  standardCase("Standard Webhooks' own test message", null, {
    secrets: [STANDARD_SECRET],
    now: 1_614_265_330,
    body: '{"test": 2432232314}',
    headers: {
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    },
  }),

  standardCase('one byte of the body changed', 'no_matching_signature', {
    body: BODY.replace('1840', '1841'),
    signedBody: BODY,
  }),
  standardCase('one byte added to the body', 'no_matching_signature', {
    body: `${BODY}\n`,
    signedBody: BODY,
  }),
  standardCase('body cut by one byte', 'no_matching_signature', {
    body: BODY.slice(0, -1),
    signedBody: BODY,
  }),
  standardCase('the same JSON, written anew', 'no_matching_signature', {
    body: JSON.stringify(EVENT, null, 1),
    signedBody: BODY,
  }),
  standardCase('wrong secret', 'no_matching_signature', { signedWith: [OTHER_SECRET] }),
  standardCase('two secrets, neither of them right', 'no_matching_signature', {
    signedWith: [OTHER_SECRET],
    secrets: [NEW_SECRET, OLD_SECRET],
  }),
  standardCase('id changed', 'no_matching_signature', { headers: { 'webhook-id': 'evt_7f3a9c2b1e' } }),
  standardCase('timestamp changed', 'no_matching_signature', {
    headers: { 'webhook-timestamp': String(NOW + 1) },
  }),
  standardCase('one second too old', 'timestamp_too_old', { timestamp: NOW - TOLERANCE - 1 }),
  standardCase('one second too new', 'timestamp_too_new', { timestamp: NOW + TOLERANCE + 1 }),
  standardCase('replayed the next day', 'timestamp_too_old', { timestamp: NOW - 86_400 }),
  standardCase('too old for a narrower tolerance', 'timestamp_too_old', {
    timestamp: NOW - 11,
    tolerance_seconds: 10,
  }),
  standardCase('far in the future', 'timestamp_too_new', { timestamp: 99_999_999_999 }),
  standardCase('no id', 'missing_header', { headers: { 'webhook-id': null } }),
  standardCase('no timestamp', 'missing_header', { headers: { 'webhook-timestamp': null } }),
  standardCase('no signature', 'missing_header', { headers: { 'webhook-signature': null } }),
  standardCase('empty signature', 'missing_header', { headers: { 'webhook-signature': '' } }),
  standardCase('no headers at all', 'missing_header', {
    headers: { 'webhook-id': null, 'webhook-timestamp': null, 'webhook-signature': null },
  }),
  ...(
    [
      ['words', 'yesterday'],
      ['a number with something after it', `${NOW}x`],
      ['a fraction', `${NOW}.5`],
      ['negative', `-${NOW}`],
      ['a plus sign', `+${NOW}`],
      ['a leading zero', `0${NOW}`],
      ['hexadecimal', '0x6643324f'],
      ['an exponent', '1.715678592e9'],
      ['in milliseconds', String(NOW * 1000)],
      ['longer than any date', '9'.repeat(30)],
    ] as const
  ).map(([name, timestamp]) =>
    standardCase(`timestamp that is ${name}`, 'invalid_header', {
      timestamp,
      stricter_than_reference: 'the libraries read numbers leniently',
    }),
  ),
  standardCase('id that is not printable ASCII', 'invalid_header', {
    id: 'evt_é',
    stricter_than_reference: 'no event id has such characters, and HTTP libraries read them differently',
  }),
  standardCase('signature without a version', 'no_matching_signature', {
    headers: { 'webhook-signature': hash },
    stricter_than_reference: 'the PyPI library raises another error',
  }),
  standardCase('signature in hexadecimal', 'no_matching_signature', {
    headers: { 'webhook-signature': `v1,${Buffer.from(hash, 'base64').toString('hex')}` },
  }),
  standardCase('signature in URL-safe base64', 'no_matching_signature', {
    timestamp: NOW + 4,
    headers: {
      'webhook-signature': standardSignature(NEW_SECRET, EVENT_ID, NOW + 4, Buffer.from(BODY))
        .replaceAll('+', '-')
        .replaceAll('/', '_'),
    },
    stricter_than_reference: 'the PyPI library skips the characters it does not know',
  }),
  standardCase('signature without padding', 'no_matching_signature', {
    headers: { 'webhook-signature': good.slice(0, -1) },
    stricter_than_reference: 'the PyPI library raises another error',
  }),
  standardCase('signature in base64 that no encoder writes', 'no_matching_signature', {
    headers: { 'webhook-signature': `v1,${nonCanonical}` },
    stricter_than_reference: 'the PyPI library compares the bytes',
  }),
  standardCase('signature of 31 bytes', 'no_matching_signature', {
    headers: { 'webhook-signature': `v1,${resized(31)}` },
  }),
  standardCase('signature of 33 bytes', 'no_matching_signature', {
    headers: {
      'webhook-signature': `v1,${Buffer.concat([Buffer.from(hash, 'base64'), Buffer.of(0)]).toString('base64')}`,
    },
  }),
  standardCase('empty v1 signature', 'no_matching_signature', { headers: { 'webhook-signature': 'v1,' } }),
  standardCase('signature of non-ASCII characters', 'no_matching_signature', {
    headers: { 'webhook-signature': `v1,${'é'.repeat(44)}` },
    stricter_than_reference: 'the PyPI library raises another error',
  }),
  standardCase('good hash under an unknown version', 'no_matching_signature', {
    headers: { 'webhook-signature': `v2,${hash}` },
  }),
  standardCase('good hash under an upper-case version', 'no_matching_signature', {
    headers: { 'webhook-signature': `V1,${hash}` },
  }),
  standardCase('entries parted by commas', 'no_matching_signature', {
    headers: { 'webhook-signature': `v1,${resized(31)},${good}` },
    stricter_than_reference: 'the PyPI library raises another error',
  }),
  standardCase('key is the whole secret string', 'no_matching_signature', {
    headers: {
      'webhook-signature': `v1,${Buffer.from(bodySignature(NEW_SECRET, Buffer.from(`${EVENT_ID}.${NOW}.${BODY}`)), 'hex').toString('base64')}`,
    },
  }),
]
