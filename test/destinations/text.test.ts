import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { durationText } from '../../src/deliver/destinations/facts.ts'
import { cut, linesWithin, oneLine } from '../../src/deliver/destinations/text.ts'

const escaped = (codePoint: string) => (codePoint === '&' ? '&amp;' : codePoint)

describe('a text that is cut', () => {
  it('stays as it is when it fits', () => {
    expect(cut('größe 😀', 8)).toBe('größe 😀')
    expect(cut('a&b', 7, escaped)).toBe('a&amp;b')
  })

  it('ends with a mark, between two code points, never inside an escaped', () => {
    expect(cut('abcdef', 4)).toBe('abc…')
    expect(cut('ab😀😀', 5)).toBe('ab😀…')
    expect(cut('ab😀😀', 4)).toBe('ab…')
    expect(cut('a&&', 10, escaped)).toBe('a&amp;…')
    expect(cut('a&&', 6, escaped)).toBe('a…')
  })

  it('is never longer than asked for, and well-formed', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: 60 }), (text, max) => {
        const short = cut(text.toWellFormed(), max, escaped)
        expect(short.length).toBeLessThanOrEqual(max)
        expect(short.isWellFormed()).toBe(true)
      }),
    )
  })
})

describe('a line', () => {
  it('has no line breaks, controls, or marks that turn the direction of what follows', () => {
    expect(oneLine(' a\r\nb\u0000c\u202ed\u2028e ')).toBe('a b c d e')
    expect(oneLine('مرحبا')).toBe('مرحبا')
  })

  it('is well-formed where the text is not', () => {
    expect(oneLine('a\ud800b').isWellFormed()).toBe(true)
  })
})

describe('lines that there is not enough room for', () => {
  it('end with how many are left out', () => {
    const lines = Array.from({ length: 500 }, (_, index) => `/api/${index}`)
    const shown = linesWithin(lines, 60)
    expect(shown.slice(0, 2)).toEqual(['/api/0', '/api/1'])
    expect(shown.at(-1)).toBe(`… and ${500 - (shown.length - 1)} more`)
    expect(shown.join('\n').length).toBeLessThanOrEqual(60)
  })

  it('are all there when there is room', () => {
    expect(linesWithin(['a', 'b'], 40)).toEqual(['a', 'b'])
  })
})

describe('a duration in words', () => {
  it.each([
    [0, '0 ms'],
    [999, '999 ms'],
    [5_000, '5 s'],
    [845_000, '14 min 5 s'],
    [3_600_000, '1 h'],
    [93_600_000, '1 d 2 h'],
    [86_405_000, '1 d'],
  ])('%i ms is %s', (ms, words) => {
    expect(durationText(ms)).toBe(words)
  })
})
