import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkedFile } from '../../src/cli/code/file.ts'
import type { Template } from '../../src/cli/code/template.ts'
import { writeSource } from '../../src/cli/code/write.ts'
import type { Imported } from '../../src/cli/import/draft.ts'
import { fromGatus } from '../../src/cli/import/gatus.ts'
import { fromUptimeKuma } from '../../src/cli/import/uptime-kuma.ts'
import { UsageError } from '../../src/cli/usage-error.ts'
import { run } from '../cli/program.ts'

const fileOf = (name: string) => new URL(`files/${name}`, import.meta.url)
const textOf = (name: string) => readFileSync(fileOf(name), 'utf8')

/** What the variables of the files stand for, where it must have a form. */
const VALUES: Record<string, string> = {
  HOST: 'host.example.com',
  QUEUE_DEPTH_KEY: 'key',
  PAGERDUTY_KEY: '0123456789abcdef0123456789abcdef',
  PAGERDUTY_ROUTING_KEY: '0123456789abcdef0123456789abcdef',
}

/** The file that was made, read again with its variables set. */
function readBack(imported: Imported) {
  const env = Object.fromEntries(
    imported.variables.map(({ name }) => [name, VALUES[name] ?? 'https://hooks.example.com/x']),
  )
  return checkedFile('made.yaml', writeSource(imported.document, []), env).source.document
}

const thing = (imported: Imported, section: 'monitors' | 'endpoints', name: string) =>
  imported.document[section]?.find(one => one.name === name)
const names = (imported: Imported, section: 'monitors' | 'endpoints' | 'maintenance_windows') =>
  imported.document[section]?.map(({ name }) => name)
const notes = (imported: Imported, about: string) =>
  imported.notMapped
    .filter(({ thing }) => thing.includes(about))
    .map(({ field, reason }) => `${field ?? ''}: ${reason}`)
const variable = (name: string) => expect.objectContaining({ text: `\${${name}}` })

describe('a backup of Uptime Kuma', () => {
  const imported = fromUptimeKuma(textOf('uptime-kuma.json'))

  it('becomes monitors and endpoints, and a file that is valid', () => {
    expect(names(imported, 'monitors')).toEqual([
      ...[
        'Shop',
        'Home page [de]',
        'Queue depth',
        'Sum of all',
        'Database',
        'Name',
        'Backup',
        'Database (2)',
      ],
    ])
    expect(names(imported, 'endpoints')).toEqual(['On-call (Slack)', 'PagerDuty', 'Mail', 'Own receiver'])
    expect(readBack(imported)).toMatchObject({ monitors: { length: 8 }, endpoints: { length: 4 } })
  })

  it('keeps what its checks ask, and when they open an incident', () => {
    expect(thing(imported, 'monitors', 'Shop')).toEqual({
      name: 'Shop',
      kind: 'http',
      spec: {
        url: 'https://shop.example.com/health',
        headers: { 'X-Api-Key': variable('SHOP_X_API_KEY'), Accept: 'application/json' },
        auth: { type: 'basic', username: 'watcher', password: variable('SHOP_PASSWORD') },
        expected_statuses: ['200-299', '301'],
        max_redirects: 10,
        tls: { expiry_warning_days: 21 },
      },
      interval_s: 60,
      timeout_ms: 48_000,
      failures_to_open: 3,
      labels: { group: 'Production', team: 'shop' },
    })
    expect(thing(imported, 'monitors', 'Home page [de]')).toMatchObject({
      spec: {
        url: 'http://www.example.com/',
        assertions: [{ source: 'body', operator: 'contains', value: '${Willkommen}' }],
      },
    })
    expect(thing(imported, 'monitors', 'Queue depth')).toMatchObject({
      enabled: false,
      spec: {
        assertions: [{ source: 'json', path: '$.data.jobs[0].depth', operator: 'less_than', value: 100 }],
      },
    })
    expect(thing(imported, 'monitors', 'Backup')).toMatchObject({
      kind: 'heartbeat',
      spec: { period_s: 3_600, grace_s: 1_200 },
    })
  })

  it('tells the same services of the same monitors, by their exact names', () => {
    expect(thing(imported, 'endpoints', 'On-call (Slack)')).toMatchObject({
      kind: 'slack',
      url: variable('ON_CALL_SLACK_URL'),
      filter: { monitors: ['Shop', 'Home page \\[de\\]'] },
    })
    expect(thing(imported, 'endpoints', 'PagerDuty')).toMatchObject({ options: { region: 'eu' } })
    expect(thing(imported, 'endpoints', 'Mail')).toMatchObject({
      enabled: false,
      options: { security: 'tls', from: 'kuma@example.com', to: ['ops@example.com', 'dev@example.com'] },
    })
  })

  it('leaves nothing out in silence', () => {
    for (const left of [
      'Router',
      'Production',
      'Container',
      'Old site is gone',
      'Behind OAuth',
      'No URL',
      'Warehouse',
    ])
      expect(notes(imported, `"${left}"`).join()).toMatch(/is left out/)
    for (const left of ['Telegram', "Nobody's"]) expect(notes(imported, left).join()).toMatch(/is left out/)
    expect(notes(imported, 'proxyList')).toHaveLength(1)
    expect(notes(imported, '"Shop"').map(text => text.split(':')[0])).toEqual([
      'proxyId',
      'retryInterval',
      'resendInterval',
    ])
    expect(notes(imported, '"Sum of all"').join()).toContain('no assertion like')
    expect(notes(imported, '"Database"').join()).toMatch(/colour.*"Database \(2\)".*is 5 here, not 2/)
  })
})

describe('a configuration of Gatus', () => {
  const imported = fromGatus(textOf('gatus.yaml'))

  it('becomes monitors, endpoints and windows, and a file that is valid', () => {
    expect(names(imported, 'monitors')).toEqual([
      ...[
        'core/front-end',
        'payments/pay',
        'any-status',
        'paused',
        'dns',
        'redis',
        'mail',
        'jobs/nightly',
        'pushed',
      ],
    ])
    expect(names(imported, 'endpoints')).toEqual([
      'slack',
      'slack payments',
      'pagerduty',
      'custom',
      'discord',
    ])
    expect(names(imported, 'maintenance_windows')).toEqual(['maintenance of core/front-end', 'maintenance'])
    expect(readBack(imported)).toMatchObject({ monitors: { length: 9 }, endpoints: { length: 5 } })
  })

  it('has conditions as statuses, assertions and thresholds', () => {
    expect(thing(imported, 'monitors', 'core/front-end')).toMatchObject({
      spec: {
        expected_statuses: ['200', '204'],
        assertions: [
          { source: 'json', path: '$.status', operator: 'equals', value: 'UP' },
          { source: 'json', path: '$.checks[0].count', operator: 'greater_than', value: 3 },
          { source: 'json', path: '$.errors', operator: 'absent' },
          { source: 'body', operator: 'contains', value: 'price: $5' },
        ],
      },
      interval_s: 30,
      timeout_ms: 5_000,
      failures_to_open: 2,
      successes_to_close: 2,
      thresholds: [
        { metric: 'response_time_ms', operator: '>=', value: 300, status: 'down', in_a_row: 2 },
        { metric: 'tls_days_left', operator: '<', value: 2, status: 'down', in_a_row: 2 },
      ],
    })
    // Redirects are followed there: such a status is never seen.
    expect(thing(imported, 'monitors', 'any-status')).toMatchObject({
      spec: { expected_statuses: ['100-300', '304-306', '309-499', '501-599'] },
    })
    expect(thing(imported, 'monitors', 'payments/pay')).toMatchObject({
      spec: { expected_statuses: ['100-399'], max_redirects: 0, tls: { verify: false } },
    })
    expect(thing(imported, 'monitors', 'dns')).toMatchObject({
      spec: { values: ['93.184.215.14', '93.184.215.15'], match: 'any', server: '8.8.8.8' },
    })
    expect(thing(imported, 'monitors', 'mail')).toMatchObject({
      kind: 'tls',
      spec: { port: 465, min_days_left: 5 },
    })
  })

  it('keeps its own variables, and groups that have settings of their own', () => {
    expect((thing(imported, 'monitors', 'any-status') as { spec?: { url: Template } })?.spec?.url.text).toBe(
      'https://${HOST}/x',
    )
    expect(thing(imported, 'endpoints', 'pagerduty')).toMatchObject({
      options: { routing_key: variable('PAGERDUTY_KEY') },
    })
    expect(thing(imported, 'endpoints', 'slack')).toMatchObject({ filter: { monitors: ['core/front-end'] } })
    expect(thing(imported, 'endpoints', 'slack payments')).toMatchObject({
      filter: { monitors: ['payments/pay'] },
    })
  })

  it('leaves nothing out in silence', () => {
    for (const left of ['"gone"', '"router"', '"starttls"', '"behind-oauth"', 'telegram'])
      expect(notes(imported, left).join()).toMatch(/is left out/)
    for (const section of ['metrics', 'storage', 'ui', 'connectivity', 'suites'])
      expect(notes(imported, section).length).toBeGreaterThan(0)
    expect(notes(imported, '"core/front-end"').join('\n')).toMatch(
      /len\(.*is not checked[\s\S]*DOMAIN_EXPIRATION/,
    )
  })
})

describe('import', () => {
  it.each([
    ['uptime-kuma', 'uptime-kuma.json', /kuma[A-Z]\w+|0123456789abcdef/],
    ['gatus', 'gatus.yaml', /gatus[A-Z]\w+/],
  ])('%s writes no secret anywhere, and says which variables to set', async (name, file, secrets) => {
    const path = fileOf(file).pathname
    expect(textOf(file)).toMatch(secrets)
    const told = await run(['import', name, path])
    const asJson = await run(['import', name, path, '--json'])
    for (const { code, stdout, stderr } of [told, asJson]) {
      expect(code).toBe(0)
      expect(stdout + stderr).not.toMatch(secrets)
    }
    const { yaml, variables, not_mapped, monitors } = JSON.parse(asJson.stdout)
    expect(yaml.trimEnd()).toBe(told.stdout.trimEnd())
    expect(told.stderr).toContain(`Made: ${monitors} monitors`)
    for (const variable of variables) expect(told.stderr).toContain(`${variable.name}  `)
    for (const { thing, reason } of not_mapped) {
      expect(told.stderr).toContain(thing)
      expect(told.stderr).toContain(reason)
    }
  })

  it('refuses files that are something else, in words', async () => {
    const kuma = await run(['import', 'uptime-kuma', '-'], { input: '{"a": 1}' })
    expect(kuma).toMatchObject({ code: 2, stdout: '' })
    expect(kuma.stderr).toContain('this is no backup of Uptime Kuma: it has no monitorList')
    const gatus = await run(['import', 'gatus', '-'], { input: 'a: [' })
    expect(gatus.stderr).toMatch(/this is no configuration of Gatus: .*\(line 1\)/)
  })

  it('makes something valid, or says why not, of whatever such files hold', () => {
    const field = fc.constantFrom(
      ...[
        'name',
        'type',
        'url',
        'hostname',
        'port',
        'interval',
        'headers',
        'tags',
        'config',
        'active',
        'parent',
      ],
      ...[
        'accepted_statuscodes',
        'jsonPath',
        'notificationIDList',
        'authMethod',
        'keyword',
        'maxretries',
        'timeout',
      ],
      ...['conditions', 'alerts', 'dns', 'client', 'group', 'body', 'heartbeat', 'maintenance-windows'],
    )
    const value = fc.oneof(
      fc.constantFrom(
        'http',
        'dns',
        'push',
        'port',
        'json-query',
        'https://a.example.com',
        'tcp://a:1',
        '$x',
        '${A}',
        '30s',
      ),
      fc.constantFrom('[STATUS] == 200', '[BODY].a < 3', { type: 'slack' }, ['[STATUS] > any(']),
      fc.jsonValue({ maxDepth: 2 }),
    )
    const things = fc.array(fc.dictionary(field, value), { maxLength: 4 })
    const isFine = (make: () => Imported) => {
      try {
        readBack(make())
      } catch (error) {
        if (!(error instanceof UsageError)) throw error
      }
    }
    fc.assert(
      fc.property(things, things, (monitorList, notificationList) => {
        isFine(() => fromUptimeKuma(JSON.stringify({ monitorList, notificationList })))
        isFine(() =>
          fromGatus(
            JSON.stringify({
              endpoints: monitorList,
              'external-endpoints': notificationList,
              alerting: { slack: {} },
            }),
          ),
        )
      }),
      { numRuns: 300 },
    )
  })
})
