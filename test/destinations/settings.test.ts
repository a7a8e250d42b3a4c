import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { patched, settingsOf } from '../../src/api/endpoint-settings.ts'
import { endpointInput } from '../../src/api/schemas/endpoint.ts'
import { destinationFor } from '../../src/deliver/destinations/index.ts'
import { ENDPOINT_KINDS } from '../../src/ground/vocabulary.ts'
import { endpointOf, ROUTING_KEY } from './shipments.ts'

const URL = 'https://receiver.example/hook'
const made = (input: unknown) => settingsOf(endpointInput.parse(input))

describe('the settings of an endpoint that says no more than it must', () => {
  it.each([
    ['webhook', 'unordered', [200, 201], null],
    ['slack', 'latest', [200], 1],
    ['pagerduty', 'latest', [202], null],
    ['teams', 'latest', [202, 200], 2],
    ['discord', 'latest', [204, 200], 2],
    ['email', 'latest', [250], 2],
    ['nats', 'ordered', [], null],
    ['rabbitmq', 'ordered', [], null],
    ['kafka', 'ordered', [], null],
  ] as const)('are those of its kind: %s', (kind, order, successStatuses, ratePerSecond) => {
    const { options } = endpointOf(kind)
    expect(made({ kind, ...(kind !== 'email' && { url: URL }), options })).toMatchObject({
      order,
      successStatuses,
      ratePerSecond,
    })
  })

  it('come back when they are patched with null', () => {
    const settings = made({ kind: 'slack', url: URL, rate_per_second: 0.5, order: 'ordered' })
    expect(patched(settings, { rate_per_second: null, order: null })).toMatchObject({
      ratePerSecond: 1,
      order: 'latest',
    })
  })
})

describe('the URL of an endpoint', () => {
  const options = { routing_key: ROUTING_KEY }
  const us = 'https://events.pagerduty.com/v2/enqueue'
  const eu = 'https://events.eu.pagerduty.com/v2/enqueue'

  it('may be left out for PagerDuty, whose region says it', () => {
    expect(made({ kind: 'pagerduty', options })).toMatchObject({ url: us, options: { region: 'us' } })
    expect(made({ kind: 'pagerduty', options: { ...options, region: 'eu' } }).url).toBe(eu)
  })

  it('follows the region when that is changed, unless it was given', () => {
    const patch = { options: { region: 'eu' } }
    expect(patched(made({ kind: 'pagerduty', options }), patch).url).toBe(eu)
    expect(patched(made({ kind: 'pagerduty', url: URL, options }), patch).url).toBe(URL)
  })

  it('is made of the options for e-mail, and cannot be given', () => {
    const mail = endpointOf('email').options
    expect(made({ kind: 'email', options: mail }).url).toBe('smtp://mail.example.com:587')
    const settings = made({ kind: 'email', options: { ...mail, security: 'tls', port: 465 } })
    expect(settings.url).toBe('smtps://mail.example.com:465')
    expect(patched(settings, { options: { host: 'other.example.com' } }).url).toBe(
      'smtps://other.example.com:465',
    )
    expect(patched(settings, { url: settings.url }).url).toBe(settings.url)
    expect(() => made({ kind: 'email', url: URL, options: mail })).toThrow(
      /url of E-mail is made of the options/,
    )
    expect(() => patched(settings, { url: URL })).toThrow(/url of E-mail is made of the options/)
  })

  it('is needed for every other kind, by name', () => {
    for (const kind of ENDPOINT_KINDS.filter(one => one !== 'pagerduty' && one !== 'email'))
      expect(() => made({ kind })).toThrow(/url is needed for/)
  })
})

describe('the routing key of PagerDuty', () => {
  it.each([undefined, '', 'short', '********', `${ROUTING_KEY}!`])('cannot be %s', routing_key => {
    expect(() => made({ kind: 'pagerduty', options: { routing_key } })).toThrow(/routing_key/)
  })
})

describe.each(ENDPOINT_KINDS.filter(kind => kind !== 'webhook'))('the page about %s', kind => {
  const file = `docs/how-to/${kind}.md`

  it('is there, and names every option of the kind and its defaults', () => {
    expect(existsSync(file)).toBe(true)
    const text = readFileSync(file, 'utf8')
    const { optionsSchema, defaultOrder, defaultSuccessStatuses, defaultRatePerSecond } = destinationFor(kind)
    for (const option of Object.keys(optionsSchema.shape)) expect(text).toContain(`\`${option}\``)
    expect(text).toContain(`\`${defaultOrder}\``)
    for (const status of defaultSuccessStatuses) expect(text).toContain(`\`${status}\``)
    expect(text).toContain(
      defaultRatePerSecond === null ? 'no limit' : `\`${defaultRatePerSecond}\` a second`,
    )
  })
})
