import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compileMapping, type Meaning } from '../../src/intake/mapping.ts'
import { mappingRules, SOURCES } from '../../src/intake/rules.ts'
import { checkTemplate, compileTemplate } from '../../src/intake/template.ts'

function read(labels: Record<string, string>, rules: object[] = [], more: object = {}): Meaning | null {
  return compileMapping(mappingRules.parse({ rules, ...more })).read('alertmanager', labels)
}

describe('without rules', () => {
  it.each([
    [{ monitor: 'm', service: 's', alertname: 'a' }, 'm'],
    [{ service: 's', job: 'j', instance: 'i', alertname: 'a' }, 's'],
    [{ job: 'j', instance: 'i', alertname: 'a' }, 'j/i'],
    [{ job: 'j', alertname: 'a' }, 'j'],
    [{ instance: 'i', alertname: 'a' }, 'i'],
    [{ alertname: 'DatasourceNoData', rulename: 'Cart is slow' }, 'Cart is slow'],
    [{ alertname: 'a', service: '  ' }, 'a'],
    [{ team: 't' }, null],
  ])('the labels %j are of the monitor %s', (labels, monitor) => {
    expect(read(labels as Record<string, string>)?.monitor).toBe(monitor)
  })

  it.each([
    ['critical', 'critical'],
    ['page', 'critical'],
    ['P1', 'critical'],
    ['Error', 'critical'],
    ['warn', 'warning'],
    ['ticket', 'warning'],
    ['none', 'info'],
    ['so so', 'warning'],
  ])('the severity "%s" means %s', (word, severity) => {
    expect(read({ alertname: 'a', severity: word })?.severity).toBe(severity)
  })

  it('a severity that is no word is looked for in the next label', () => {
    expect(read({ alertname: 'a', severity: 'team-a', priority: 'p1' })?.severity).toBe('critical')
  })

  it('what is affected is a list, and a port’s name is none', () => {
    expect(read({ 'annotations.affected_endpoints': '/a, /b,,/a' })?.affectedEndpoints).toEqual(['/a', '/b'])
    expect(read({ path: '/cart', endpoint: 'http-metrics' })?.affectedEndpoints).toEqual(['/cart'])
  })

  it('series of remote write are nobody’s unless they name a monitor, and OTLP’s are of their service', () => {
    const { read: readAs } = compileMapping(mappingRules.parse({}))
    const labels = { __name__: 'up', job: 'node', instance: 'a', 'service.name': 'checkout' }
    expect(readAs('remote_write', labels)?.monitor).toBeNull()
    expect(readAs('remote_write', { ...labels, monitor: 'm' })).toMatchObject({ monitor: 'm', metric: 'up' })
    expect(readAs('otlp', labels)).toMatchObject({ monitor: 'checkout', metric: 'up', scale: 1 })
  })
})

describe('rules', () => {
  it('decide field by field: the first that matches and whose labels are all there', () => {
    const rules = [
      { match: { team: 'pay*' }, monitor: '{team}-{service}', status: 'degraded' },
      { match: { severity: '?*' }, monitor: 'second', region: 'eu', status: 'down' },
    ]
    const labels = { team: 'payments', severity: 'page', alertname: 'a' }
    expect(read({ ...labels, service: 'ledger' }, rules)).toMatchObject({
      monitor: 'payments-ledger',
      region: 'eu',
      status: 'degraded',
      severity: 'critical',
    })
    expect(read(labels, rules)?.monitor).toBe('second')
    expect(read({ team: 'shop', alertname: 'a' }, rules)?.monitor).toBe('a')
  })

  it('match a label that is not there as the empty text', () => {
    const rules = [
      { match: { env: '' }, region: 'none' },
      { match: { env: '*' }, region: 'any' },
    ]
    expect(read({}, rules)?.region).toBe('none')
    expect(read({ env: 'prod' }, rules)?.region).toBe('any')
    expect(read({}, [{ match: { env: '?*' }, region: 'some' }])?.region).toBeNull()
  })

  it('leave out what they say, unless an earlier one named its monitor or metric', () => {
    const rules = [{ match: { keep: 'yes' }, monitor: 'kept' }, { ignore: true }]
    expect(read({ alertname: 'a' }, rules)).toBeNull()
    expect(read({ alertname: 'a', keep: 'yes' }, rules)?.monitor).toBe('kept')
    const metric = [{ match: { keep: 'yes' }, metric: 'm' }, { ignore: true }]
    expect(read({ alertname: 'a', keep: 'yes' }, metric)?.metric).toBe('m')
    expect(read({ alertname: 'a', keep: 'yes' }, [{ region: 'eu' }, { ignore: true }])).toBeNull()
  })

  it('count for the sources that they name', () => {
    const rules = [{ sources: ['grafana'], monitor: 'g' }]
    const { read: readAs } = compileMapping(mappingRules.parse({ rules }))
    expect(SOURCES.map(source => readAs(source, { monitor: 'm' })?.monitor)).toEqual(
      SOURCES.map(source => (source === 'grafana' ? 'g' : 'm')),
    )
  })

  it('know a workspace’s own words for severities before the common ones', () => {
    const more = { severities: { Ticket: 'info', rot: 'critical' } }
    expect(read({ severity: 'TICKET' }, [], more)?.severity).toBe('info')
    expect(read({ severity: 'Rot' }, [], more)?.severity).toBe('critical')
    expect(read({}, [{ severity: 'critical' }])?.severity).toBe('critical')
  })

  it('are refused when a template or a glob cannot be read, naming the field', () => {
    const result = mappingRules.safeParse({ rules: [{ match: { a: 'x[' }, monitor: '{service' }] })
    expect(result.error?.issues.map(({ path }) => path.join('.'))).toEqual([
      'rules.0.match.a',
      'rules.0.monitor',
    ])
  })
})

describe('a template', () => {
  it('stands for its labels’ values, or for nothing if one is missing', () => {
    const template = compileTemplate('{a}/{ b }!')
    expect(template({ a: '1', b: '2' })).toBe('1/2!')
    expect(template({ a: '1' })).toBeNull()
    expect(template({ a: '1', b: ' ' })).toBeNull()
    expect(compileTemplate('text')({})).toBe('text')
  })

  it('sees no label that an object has of itself', () => {
    expect(compileTemplate('{constructor}')({})).toBeNull()
  })

  it.each(['{', '}', '{}', '{ }', '{a{b}}', 'a}b{'])('%s is refused', text => {
    expect(checkTemplate(text)).toMatch(/no label/)
  })

  it('whatever its labels hold, is filled once: a value’s braces are text', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 50 }), value => {
        fc.pre(value.trim() !== '')
        expect(compileTemplate('<{a}>')({ a: value, b: 'b' })).toBe(`<${value.trim()}>`)
      }),
    )
  })
})
