import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { interpolate } from '../../src/cli/code/interpolate.ts'
import { readSource } from '../../src/cli/code/source.ts'
import { writeSource } from '../../src/cli/code/write.ts'

/** What a file says, or its faults. */
function read(text: string, env: Record<string, string> = {}) {
  const { document, faults } = readSource(text, env)
  return faults.length > 0 ? faults : document
}

/** Texts in which everything special to the file and to YAML is frequent. */
const tricky = fc
  .array(
    fc.constantFrom(
      '$',
      '{',
      '}',
      'A',
      ':-',
      '$$',
      '${',
      '${A}',
      '#',
      ': ',
      '\n',
      ' ',
      '"',
      '*a',
      '&a',
      'é',
      '\t',
      '- ',
    ),
    {
      maxLength: 12,
    },
  )
  .map(parts => parts.join(''))
const anyText = fc.oneof(
  tricky,
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom('true', '1', 'null', '~', '', '0x1f'),
)
const entry = fc.dictionary(
  fc.stringMatching(/^[a-z_]{1,8}$/),
  fc.oneof(anyText, fc.integer(), fc.boolean(), fc.array(anyText, { maxLength: 3 })),
)

describe('a document that was written as a file', () => {
  it('is read as the same document, whatever its texts hold', () => {
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 4 }), monitors => {
        expect(read(writeSource({ monitors }, ['a remark']))).toEqual({ monitors })
      }),
      { numRuns: 500, examples: [[[{ a: [' \n'] }, { a: '  \nb', b: '\n \n', c: ' a\n  b' }]]] },
    )
  })
})

describe('variables', () => {
  it('are put in, with a default where one is given and the value is not there or empty', () => {
    const env = { A: 'a', EMPTY: '' }
    expect(interpolate('${A}-${B:-b}-${EMPTY:-e}-${EMPTY}-$${A}-$A', env)).toEqual({
      text: 'a-b-e--${A}-$A',
      names: ['A', 'B', 'EMPTY', 'EMPTY'],
      faults: [],
    })
  })

  it('are numbers and yes or no where they stand alone and unquoted, texts elsewhere', () => {
    const text = 'x-a: ${N}\nmonitors: [ ]\nname: "${N}"'
    expect(read(text, { N: '30' })).toEqual({ monitors: [], name: '30' })
    expect(read('monitors: \n  - port: ${N}\n    on: ${T}', { N: '30', T: 'false' })).toEqual({
      monitors: [{ port: 30, on: false }],
    })
  })

  it('that are not there are faults with their lines; their values are in none', () => {
    const { faults } = readSource('monitors:\n  - name: a\n    spec:\n      url: https://${HOST}/\n', {})
    expect(faults).toEqual([
      {
        place: { line: 4, column: 12 },
        path: 'monitors[0].spec.url',
        message: 'the environment has no variable HOST',
      },
    ])
    expect(readSource('name: "${9}"', {}).faults[0]?.message).toContain('write $${')
  })
})

describe('aliases', () => {
  const laughs = (levels: number) =>
    Array.from({ length: levels }, (_, level) =>
      level === 0
        ? 'x-0: &a0 [ha, ha]'
        : `x-${level}: &a${level} [${Array(9)
            .fill(`*a${level - 1}`)
            .join(', ')}]`,
    ).join('\n')

  it('are followed, by thousands', () => {
    const lines = Array.from({ length: 2_000 }, (_, index) => `  - { <<: *d, name: m${index} }`)
    const file = read(`x-d: &d { kind: external, name: other }\nmonitors:\n${lines.join('\n')}`)
    expect(file).toMatchObject({ monitors: { length: 2_000 } })
    expect((file as { monitors: unknown[] }).monitors[1_999]).toEqual({ kind: 'external', name: 'm1999' })
  })

  it.each([
    ['multiply', laughs(30), /makes more than 1,000,000 values/],
    ['go round in a circle', 'name: &a [*a]', /nested more than 40 deep/],
    [
      'repeat a long text',
      `name: &a ${'x'.repeat(100_000)}\nmonitors: [${Array(400).fill('*a').join(',')}]`,
      /more than 16 MiB/,
    ],
    ['merge themselves', 'x-a: &a { <<: *a }\nname: x', /nothing|nowhere|deep/],
    ['stand for nothing', 'name: *a', /nowhere before it/],
  ])('that %s are refused', (_, text, message) => {
    expect(readSource(text, {}).faults[0]?.message).toMatch(message)
  })

  it('of merged maps: the own entry counts, then the first map that has it', () => {
    const text = 'x-a: &a { kind: a, b: 1 }\nx-b: &b { b: 2, c: 3 }\nmonitors: [{ <<: [*a, *b], kind: own }]'
    expect(read(text)).toEqual({ monitors: [{ kind: 'own', b: 1, c: 3 }] })
  })
})

describe('a file that is no document', () => {
  it.each([
    ['is empty', ''],
    ['must be a map', '[]'],
    ['is there twice', 'a: 1\na: 2'],
    ['Flow sequence', 'a: ['],
    ['nested too deep', '['.repeat(50_000)],
    ['larger than 16 MiB', '#'.repeat(16 * 1_024 * 1_024 + 1)],
    ['takes a map', '<<: 1'],
  ])('is refused: %s', (message, text) => {
    expect(readSource(text, {}).faults[0]?.message).toContain(message)
  })

  it('may have keys x-… of the author’s own, and a "<<" that is only a name', () => {
    expect(read('x-notes: { any: thing }\nname: a')).toEqual({ name: 'a' })
    expect(read('"<<": 1')).toEqual({ '<<': 1 })
  })
})
