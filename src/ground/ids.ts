import { randomFillSync } from 'node:crypto'

/** Crockford's alphabet in lower case: digits sort before letters in ASCII, so ids sort as their time does. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'
const TIME_LENGTH = 10
const BUCKET_LENGTH = 2
const RANDOM_LENGTH = 12

export type IdPrefix = 'evt' | 'ep' | 'dlv' | 'att' | 'req' | 'mon' | 'inc' | 'key' | 'ws' | 'rpl' | 'node'

/**
 * Makes ids: `<prefix>_` + 10 characters of time (ms) + 2 of bucket + 12 that are unique.
 * Ids of one process are strictly increasing within (prefix, millisecond, bucket): the last
 * 12 characters are a random start that counts up, so an id never depends on the clock alone.
 * A row's id therefore says its day and its bucket, and a look-up by id touches one partition.
 */
const pool = Buffer.allocUnsafe(4096)
let poolOffset = pool.length

let counterTime = -1
let counter = 0n

function freshCounter(): bigint {
  if (poolOffset + 8 > pool.length) {
    randomFillSync(pool)
    poolOffset = 0
  }
  const value = pool.readBigUInt64LE(poolOffset)
  poolOffset += 8
  // 60 bits fill the 12 characters; the top bit stays free so that counting up cannot overflow.
  return value & ((1n << 59n) - 1n)
}

let tail = ''
let tailNumber = 0

/** The unique end: 8 random characters that change every ms, and 4 that count up inside it. */
function uniqueTail(timeMs: number): string {
  if (timeMs !== counterTime || tailNumber >= 1_048_575) {
    counterTime = timeMs
    counter = freshCounter()
    tail = encode(Number(counter & 0xffffffffffn), RANDOM_LENGTH - 4)
    tailNumber = 0
  }
  return tail + encode(tailNumber++, 4)
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
 * A new id.
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

/** Time (ms since the epoch) and bucket of an id made by {@link newId}; null for a foreign one. */
export function readId(id: string): { timeMs: number; bucket: number } | null {
  const start = id.indexOf('_') + 1
  if (start === 0 || id.length !== start + TIME_LENGTH + BUCKET_LENGTH + RANDOM_LENGTH) return null
  const timeMs = decode(id.slice(start, start + TIME_LENGTH))
  const bucket = decode(id.slice(start + TIME_LENGTH, start + TIME_LENGTH + BUCKET_LENGTH))
  if (Number.isNaN(timeMs) || Number.isNaN(bucket) || bucket >= 64) return null
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
