import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { codeJsonSchema } from '../../src/api/schemas/code.ts'

const schema = codeJsonSchema() as Record<string, Record<string, unknown>>
const validate = new Ajv2020({ strict: false, validateFormats: false, allErrors: true }).compile(schema)

/** Whether an editor would take a file. */
const takes = (text: string) => validate(parse(text, { merge: true }))

describe('the published schema of statuspulse.yaml', () => {
  it('has the sections at its root, where editors look for them, each described', () => {
    expect(Object.keys(schema.properties ?? {})).toEqual([
      'name',
      'monitors',
      'endpoints',
      'silences',
      'maintenance_windows',
    ])
    expect(schema).not.toHaveProperty('$ref')
    expect(schema).toMatchObject({ type: 'object', additionalProperties: false, title: 'statuspulse.yaml' })
  })

  it('takes files with everything in them, variables in place of any value, and keys of the author’s own', () => {
    const text = `
x-defaults: &defaults { interval_s: 30, labels: { team: shop } }
name: production
monitors:
  - { <<: *defaults, name: shop, kind: http, spec: { url: "https://\${HOST}/", auth: { type: bearer, token: "\${T}" } } }
  - { name: db, kind: tcp, interval_s: "\${EVERY}", spec: { host: db.example.com, port: "\${PORT}" } }
  - { name: backup, kind: heartbeat, slug: backup, spec: { cron: 30 2 * * *, time_zone: Europe/Berlin } }
  - name: load
    kind: metric
    thresholds: [{ metric: load1, operator: ">", value: 8, for_s: 300, severity: critical }]
endpoints:
  - { name: ops, url: https://ops.example.com/hook, filter: { severities: [critical] }, enabled: "\${ON}" }
silences:
  - { name: move, matchers: [{ name: monitor, value: db }], ends_at: 2030-01-01T00:00:00Z }
maintenance_windows:
  - { name: nightly, cron: 0 3 * * *, duration_s: 3600 }
`
    expect([takes(text), validate.errors]).toEqual([true, null])
  })

  it.each([
    ['an unknown section', 'monitor: []'],
    ['an unknown field', 'monitors: [{ name: a, kind: external, interval: 3 }]'],
    ['a kind that is none', 'monitors: [{ name: a, kind: ping }]'],
    [
      'a value out of its range',
      'monitors: [{ name: a, kind: tcp, interval_s: 1, spec: { host: a, port: 1 } }]',
    ],
    ['a missing name', 'endpoints: [{ url: "https://a.example.com" }]'],
    ['a text where a list belongs', 'monitors: all'],
  ])('refuses %s', (_, text) => {
    expect(takes(text)).toBe(false)
  })
})
