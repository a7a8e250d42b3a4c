import { randomFillSync } from 'node:crypto'

/** Crockford's alphabet in lower case: digits sort before letters in ASCII, so ids sort as their time does. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'
const TIME_LENGTH = 10
const BUCKET_LENGTH = 2
const RANDOM_LENGTH = 12

export type IdPrefix =
  | 'evt'
  | 'ep'
  | 'dlv'
  | 'att'
  | 'req'
  | 'mon'
  | 'inc'
  | 'key'
  | 'ws'
  | 'rpl'
  | 'fwd'
  | 'node'
  | 'sup'
  | 'sil'
  | 'mnt'
  | 'usr'
  | 'ses'
  | 'lnk'
  | 'aud'

const COUNTER_LENGTH = 4
const COUNTER_LIMIT = 32 ** COUNTER_LENGTH

/** Random bytes are drawn by the thousand: one draw costs as much as the rest of an id. */
const POOL = Buffer.alloc(4_000)
let poolAt = POOL.length

/** 0 to 2^40 - 1 */
function random40(): number {
  if (poolAt === POOL.length) {
    randomFillSync(POOL)
    poolAt = 0
  }
  const value = POOL.readUIntBE(poolAt, 5)
  poolAt += 5
  return value
}

let tailTime = Number.NaN
let tailStart = ''
let tailCounter = 0

/** The unique end: 40 random bits that change every ms, and a counter inside it, so ids of a ms sort as they were made. */
function uniqueTail(timeMs: number): string {
  if (timeMs !== tailTime || tailCounter >= COUNTER_LIMIT) {
    tailTime = timeMs
    tailStart = encode(random40(), RANDOM_LENGTH - COUNTER_LENGTH)
    tailCounter = 0
  }
  return tailStart + encode(tailCounter++, COUNTER_LENGTH)
}

function encode(value: number, length: number): string {
  let text = ''
  let rest = value
  for (let index = 0; index < length; index++) {
    text = ALPHABET[rest % 32] + text
    rest = Math.floor(rest / 32)
  }
  return text
}

function decode(text: string): number {
  let value = 0
  for (const character of text) {
    const digit = ALPHABET.indexOf(character)
    if (digit < 0) return Number.NaN
    value = value * 32 + digit
  }
  return value
}

/**
 * A new id: `<prefix>_` + 10 characters of time (ms), 2 of bucket, 12 that make it unique. An id
 * therefore says its row's day and bucket, and a look-up by id touches one partition.
 * @param timeMs ms since the epoch, 0 to 2^48
 * @param bucket 0 to 63; 0 for things that live in no bucket
 */
export function newId(prefix: IdPrefix, timeMs: number, bucket = 0): string {
  return `${prefix}_${encodedTime(timeMs)}${encode(bucket, BUCKET_LENGTH)}${uniqueTail(timeMs)}`
}

let encodedTimeFor = -1
let encodedTimeText = ''

function encodedTime(timeMs: number): string {
  if (timeMs !== encodedTimeFor) {
    encodedTimeFor = timeMs
    encodedTimeText = encode(timeMs, TIME_LENGTH)
  }
  return encodedTimeText
}

/** The end of the year 9999: later times are no dates to Postgres, nor to anybody. */
const LAST_TIME = 253_402_300_799_999

/** Time (ms since the epoch) and bucket of an id made by {@link newId}; null for a foreign one. */
export function readId(id: string): { timeMs: number; bucket: number } | null {
  const start = id.indexOf('_') + 1
  if (start === 0 || id.length !== start + TIME_LENGTH + BUCKET_LENGTH + RANDOM_LENGTH) return null
  const timeMs = decode(id.slice(start, start + TIME_LENGTH))
  const bucket = decode(id.slice(start + TIME_LENGTH, start + TIME_LENGTH + BUCKET_LENGTH))
  if (!(timeMs <= LAST_TIME) || !(bucket < 64)) return null
  return { timeMs, bucket }
}

/** The UTC day of a time, `YYYY-MM-DD`: what events, deliveries and attempts are partitioned by. */
export function dayOf(timeMs: number): string {
  const day = Math.floor(timeMs / 86_400_000)
  if (day !== lastDay) {
    lastDay = day
    lastDayText = new Date(timeMs).toISOString().slice(0, 10)
  }
  return lastDayText
}

let lastDay = Number.NaN
let lastDayText = ''

/** Below 0 when `left` sorts first, as Postgres sorts ids (collation "C"). */
export function compareIds(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0
}
