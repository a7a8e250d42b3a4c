import { describe, expect, it } from 'vitest'
import { judgeAnswer, retryAfter } from '../../src/deliver/verdict.ts'
import type { ErrorClass, Exchange } from '../../src/ground/vocabulary.ts'

const NOW = Date.parse('2024-05-14T09:23:11Z')

function answer(statusCode: number | null, rest: Partial<Exchange> = {}): Exchange {
  return {
    statusCode,
    responseHeaders: {},
    responseBody: '',
    error: null,
    remoteAddress: null,
    tlsVersion: null,
    httpVersion: null,
    timings: { dns: null, connect: null, tls: null, firstByte: null, total: 0 },
    ...rest,
  }
}

function outcome(statusCode: number, success: readonly number[] = [200, 201]): string {
  return judgeAnswer(answer(statusCode), success, NOW).outcome
}

describe('the table of answers', () => {
  it('200 and 201 are delivered', () => {
    expect([200, 201].map(code => outcome(code))).toEqual(['delivered', 'delivered'])
  })

  it('every other 2xx failed, unless the endpoint counts it as success', () => {
    for (let code = 202; code < 300; code++) expect(outcome(code)).toBe('failed')
    expect(outcome(204, [200, 204])).toBe('delivered')
  })

  it('3xx failed: redirects are never followed', () => {
    for (let code = 300; code < 400; code++) expect(outcome(code)).toBe('failed')
  })

  it('4xx failed, but for 408, 425 and 429', () => {
    for (let code = 400; code < 500; code++) {
      expect(outcome(code)).toBe([408, 425, 429].includes(code) ? 'retry' : 'failed')
    }
  })

  it('5xx is tried again', () => {
    for (let code = 500; code < 600; code++) expect(outcome(code)).toBe('retry')
  })

  it('410 alone disables the endpoint', () => {
    for (let code = 200; code < 600; code++) {
      const verdict = judgeAnswer(answer(code), [200], NOW)
      if (verdict.outcome === 'failed') expect(verdict.disable).toBe(code === 410)
    }
  })

  it('no whole answer is tried again, even if its status was good', () => {
    const classes: ErrorClass[] = [
      'timeout',
      'dns',
      'connection_refused',
      'connection_reset',
      'tls',
      'protocol',
    ]
    for (const errorClass of classes) {
      const error = { class: errorClass, message: 'what went wrong' }
      expect(judgeAnswer(answer(null, { error }), [200], NOW)).toMatchObject({ outcome: 'retry' })
      expect(judgeAnswer(answer(200, { error }), [200], NOW)).toMatchObject({ outcome: 'retry' })
    }
  })

  it('Retry-After counts on 408, 425, 429 and 503, and nowhere else', () => {
    for (let code = 400; code < 600; code++) {
      const verdict = judgeAnswer(answer(code, { responseHeaders: { 'retry-after': '30' } }), [200], NOW)
      if (verdict.outcome !== 'retry') continue
      expect(verdict.notBefore).toBe([408, 425, 429, 503].includes(code) ? NOW + 30_000 : null)
    }
  })
})

describe('Retry-After', () => {
  it.each([
    ['120', NOW + 120_000],
    ['0', NOW],
    ['Tue, 14 May 2024 09:25:11 GMT', NOW + 120_000],
    ['Tuesday, 14-May-24 09:25:11 GMT', NOW + 120_000],
    ['Tue May 14 09:25:11 2024', NOW + 120_000],
    ['1.5', null],
    ['-1', null],
    ['soon', null],
    ['', null],
    ['99999999999999', null],
  ])('%s', (text, expected) => {
    expect(retryAfter(text, NOW)).toBe(expected)
  })
})
