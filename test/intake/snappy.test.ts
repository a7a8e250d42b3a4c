import fc from 'fast-check'
import snappy from 'snappyjs'
import { describe, expect, it } from 'vitest'
import { NotSnappy, TooLargeUnpacked, unpackSnappy } from '../../src/intake/snappy.ts'

const LIMIT = 100_000

describe('snappy', () => {
  it('is unpacked as another implementation packed it', () => {
    const piece = fc.oneof(
      fc.uint8Array({ maxLength: 100 }),
      // What repeats is packed as copies, near and far, into themselves and not.
      fc
        .tuple(fc.uint8Array({ minLength: 1, maxLength: 5 }), fc.integer({ min: 1, max: 2_000 }))
        .map(([bytes, times]) => Buffer.concat(Array.from({ length: times }, () => bytes))),
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), pieces => {
        const plain = Buffer.concat(pieces)
        expect(Buffer.from(unpackSnappy(snappy.compress(new Uint8Array(plain)), LIMIT)).equals(plain)).toBe(
          true,
        )
      }),
    )
  })

  it.each([
    ['a literal of a length of its own', [3, 60 << 2, 2, 97, 98, 99], 'abc'],
    ['a copy that repeats itself', [6, 1 << 2, 97, 98, 1, 2], 'ababab'],
    ['a copy with an offset of four bytes', [4, 1 << 2, 97, 98, (1 << 2) | 3, 2, 0, 0, 0], 'abab'],
    ['nothing', [0], ''],
  ])('unpacks %s', (_, bytes, text) => {
    expect(Buffer.from(unpackSnappy(Uint8Array.from(bytes as number[]), LIMIT)).toString()).toBe(text)
  })

  it.each([
    ['no byte at all', []],
    ['a length without its end', [255, 255, 255, 255, 255, 1]],
    ['a literal that is not there', [3, 2 << 2, 97]],
    ['a literal of nearly 4 GiB', [3, 63 << 2, 255, 255, 255, 255]],
    ['more than it says', [1, 1 << 2, 97, 98]],
    ['less than it says', [3, 0, 97]],
    ['a copy from before the start', [6, 0, 97, 1, 2]],
    ['a copy from nowhere', [6, 0, 97, 1, 0]],
    ['a copy without its offset', [6, 0, 97, 2, 1]],
  ])('refuses %s', (_, bytes) => {
    expect(() => unpackSnappy(Uint8Array.from(bytes as number[]), LIMIT)).toThrow(NotSnappy)
  })

  it('refuses what says it is larger than it may be', () => {
    expect(() => unpackSnappy(snappy.compress(new Uint8Array(LIMIT + 1)), LIMIT)).toThrow(TooLargeUnpacked)
  })

  it('of any bytes comes to an end, with the length that they say or an error', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), bytes => {
        try {
          expect(unpackSnappy(bytes, LIMIT).length).toBeLessThanOrEqual(LIMIT)
        } catch (error) {
          expect(error instanceof NotSnappy || error instanceof TooLargeUnpacked).toBe(true)
        }
      }),
      { numRuns: 5_000 },
    )
  })
})
