import fc from 'fast-check'
import { EVENT_TYPES, SEVERITIES, STATUSES } from '../../src/ground/vocabulary.ts'

/** Each of these has broken a message somewhere: mentions, markup, what escapes grow by, wide and turned text, halves. */
const PIECES = [
  '<!channel>',
  '<@U012AB3CD>',
  '@everyone',
  '<at>all</at>',
  '&',
  '"',
  '\\',
  '`',
  '```',
  '*_~|[x](https://evil.example)',
  '👩‍👩‍👧‍👦',
  '😀',
  '\u202e',
  'שלום مرحبا',
  '漢',
  '\ud83d',
  '\u0000',
  '\n',
  '\u2028',
  'https://x.example/(a|b)?c=<d>&e="f"',
]

const nasty = fc
  .tuple(fc.constantFrom(...PIECES), fc.constantFrom(1, 7, 200, 4_000, 100_000))
  .map(([piece, length]) => piece.repeat(Math.ceil(length / piece.length)))
const text = fc.oneof(fc.string({ unit: 'binary' }), nasty)

/** What a producer may send, at its worst. */
export const nastyInput = fc.record({
  monitorName: text,
  status: fc.constantFrom(...STATUSES),
  severity: fc.constantFrom(...SEVERITIES),
  eventType: fc.constantFrom(...EVENT_TYPES),
  incidentId: fc.option(text),
  metadata: fc
    .record({
      region: fc.option(text),
      affected_endpoints: fc.oneof(
        fc.array(text, { maxLength: 5 }),
        text.map(one => Array(500).fill(one.slice(0, 500))),
      ),
      response_time_ms: fc.option(fc.double()),
      error_rate_pct: fc.option(fc.double()),
      duration_ms: fc.option(fc.double()),
      summary: fc.option(text),
      own: fc.dictionary(
        text,
        fc.oneof(
          text,
          fc.double(),
          fc.boolean(),
          fc.jsonValue(),
          fc.webUrl({ withQueryParameters: true, size: 'large' }),
        ),
        { maxKeys: 60 },
      ),
    })
    .map(({ own, ...known }) => ({ ...own, ...known })),
})
