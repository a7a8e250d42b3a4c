import { execFile } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { problemSchema } from '../../src/api/problems.ts'
import { payloadJsonSchema, webhookHeaders } from '../../src/api/schemas/payload.ts'
import { SETTINGS } from '../../src/config.ts'
import { keyOf, type Setting } from '../../src/ground/settings.ts'
import { startTestApp, type TestApp } from '../helpers/app.ts'
import { allPages, type Block, blocksOf, ROOT, textOf } from './pages.ts'

const blocks = allPages().flatMap(page => blocksOf(page))
const whereOf = ({ page, line }: Block) => `${page}:${line}`

describe('JSON on the pages', () => {
  const json = blocks.filter(({ language }) => language === 'json')
  const isPayload = ({ text }: Block) => {
    const value = JSON.parse(text)
    return 'event_id' in value && 'metadata' in value
  }

  test('can be parsed', () => {
    for (const block of json) expect(() => JSON.parse(block.text), whereOf(block)).not.toThrow()
  })

  test('fits the published payload schema where it is a payload', () => {
    const published = z.fromJSONSchema(payloadJsonSchema() as Parameters<typeof z.fromJSONSchema>[0])
    const payloads = json.filter(isPayload)
    expect(payloads.length).toBeGreaterThan(1)
    for (const block of payloads) {
      expect(published.safeParse(JSON.parse(block.text)).error, whereOf(block)).toBeUndefined()
    }
  })

  test('has the payload’s fields in their order', () => {
    for (const block of json.filter(isPayload)) {
      const payload = JSON.parse(block.text)
      expect(Object.keys(payload)).toEqual(['event_id', 'monitor_name', 'status', 'timestamp', 'metadata'])
      expect(Object.keys(payload.metadata).slice(0, 7)).toEqual([
        'region',
        'affected_endpoints',
        'response_time_ms',
        'error_rate_pct',
        'event_type',
        'severity',
        'incident_id',
      ])
    }
  })

  test('is a problem as the API gives it where it says so', () => {
    const problems = json.filter(({ attributes }) => attributes.problem !== undefined)
    expect(problems.length).toBeGreaterThan(0)
    for (const block of problems) problemSchema.parse(JSON.parse(block.text))
  })
})

describe('the webhook in the README', () => {
  test('is signed as it says, by both schemes', () => {
    const block = blocks.find(({ page, language }) => page === 'README.md' && language === 'http')
    const [head = '', body = ''] = block?.text.split('\n\n') ?? []
    const headers = Object.fromEntries(
      head
        .split('\n')
        .slice(1)
        .map(line => line.split(/: /, 2) as [string, string]),
    )
    const secret = /`(whsec_[^`…]+)`/.exec(textOf('README.md'))?.[1] as string
    expect(headers['x-statuspulse-signature']).toBe(createHmac('sha256', secret).update(body).digest('hex'))
    const key = Buffer.from(secret.slice('whsec_'.length), 'base64')
    const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`
    expect(headers['webhook-signature']).toBe(
      `v1,${createHmac('sha256', key).update(signed).digest('base64')}`,
    )
    const documented = Object.keys(webhookHeaders.shape).map(name => name.toLowerCase())
    expect(documented).toEqual(
      expect.arrayContaining(Object.keys(headers).filter(name => name !== 'content-type')),
    )
  })

  test('has the command for the tests under its heading', () => {
    expect(textOf('README.md')).toMatch(/^## Tests\n\n```sh[^\n]*\n(?:.*\n)*?npm test\n/m)
  })
})

describe('YAML on the pages', () => {
  test('can be parsed; the settings file has settings only', () => {
    const yaml = blocks.filter(({ language }) => language === 'yaml')
    const keys = Object.values(SETTINGS as Record<string, Setting<unknown>>).map(keyOf)
    for (const block of yaml) {
      const value = parse(block.text)
      if (block.page === 'docs/reference/settings.md')
        expect(Object.keys(value).filter(key => !keys.includes(key))).toEqual([])
    }
    expect(yaml.length).toBeGreaterThan(2)
  })
})

describe('the reference', () => {
  let app: TestApp

  beforeAll(async () => {
    app = await startTestApp()
  })

  afterAll(() => app.stop())

  test('is what the code says: npm run docs has nothing to write', async () => {
    await promisify(execFile)(process.execPath, [join(ROOT, 'scripts/docs.ts'), '--check'])
  })

  test('lists every type of problem that the code knows, and no other', () => {
    const page = textOf('docs/reference/errors.md')
    const listed = [...page.matchAll(/^\| ((?:`[a-z-]+`(?:, )?)+) \|/gm)].flatMap(([, cell]) =>
      [...(cell as string).matchAll(/`([a-z-]+)`/g)].map(([, code]) => code as string),
    )
    expect(listed.toSorted()).toEqual(codesOf('src').toSorted())
  })

  test('names no metric that is not there', async () => {
    const response = await fetch(`${app.url}/metrics`, { headers: { authorization: `Bearer ${app.token}` } })
    const exposed = await response.text()
    const named = allPages().flatMap(page => [
      ...textOf(page).matchAll(/\bstatuspulse_[a-z_]+(?=[\s`[{,)}])/g),
    ])
    const metrics = new Set(named.map(([name]) => name).filter(name => !NO_METRICS.has(name)))
    expect(metrics.size).toBeGreaterThan(5)
    for (const name of metrics) expect(exposed).toContain(name)
  })
})

/** Names that begin like ours and are none. */
const NO_METRICS = new Set(['statuspulse_restored', 'statuspulse_webhooks'])

/** The kinds of problems that a folder's code makes. */
function codesOf(folder: string): string[] {
  const codes = new Set<string>()
  for (const name of readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.ts')) continue
    const text = readFileSync(join(ROOT, folder, name), 'utf8')
    const made = [
      ...text.matchAll(/new Problem\(\s*[\w.]+,\s*'([a-z-]+)'/g),
      ...text.matchAll(/(?:startProblem|explain)\(\s*'([a-z-]+)'/g),
      ...text.matchAll(/\?\? '(unexpected-answer)'/g),
    ]
    for (const [, code] of made) codes.add(code as string)
  }
  return [...codes]
}
