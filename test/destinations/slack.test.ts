import { describe, expect, it } from 'vitest'
import { destinationFor } from '../../src/deliver/destinations/index.ts'
import { slackBlocks } from './limits.ts'
import { bodyOf, endpointOf, eventOf, NOW, SAMPLE, shipmentOf, verdictOf } from './shipments.ts'

const fieldsOf = (message: unknown): string[] =>
  slackBlocks(message).flatMap(block => (block.fields ?? []).map((field: { text: string }) => field.text))

const textsOf = (message: unknown): string[] =>
  slackBlocks(message).flatMap(block => [block.text, ...(block.elements ?? [])].map(text => text?.text ?? ''))

describe('a message to Slack', () => {
  it('says what happened, in its header and in the notification', () => {
    const message = bodyOf('slack', SAMPLE)
    expect(message.text).toBe('🟡 Incident opened: checkout-service-redis is degraded')
    expect(message.blocks).toEqual([
      { type: 'header', text: { type: 'plain_text', text: message.text, emoji: true } },
    ])
  })

  it('has monitor, severity, region, incident and figures as fields', () => {
    const own = { ...SAMPLE.metadata, duration_ms: 845_000, queue_depth: 12_000, host: 'a_b*c*' }
    expect(fieldsOf(bodyOf('slack', { ...SAMPLE, metadata: own }))).toEqual([
      '*Monitor*\n`checkout-service-redis`',
      '*Severity*\nwarning',
      '*Region*\n`us-west-2`',
      '*Incident*\n`inc_1`',
      '*Duration*\n14 min 5 s',
      '*Response time*\n1,840 ms',
      '*Error rate*\n12.4 %',
      '*queue_depth*\n12,000',
      '*host*\n`a_b*c*`',
    ])
  })

  it('lists the affected endpoints, as many as there is room for, and counts the others', () => {
    expect(textsOf(bodyOf('slack', SAMPLE))).toContain(
      '*Affected endpoints*\n• `/api/v1/cart`\n• `/api/v1/checkout`',
    )
    const affected_endpoints = Array.from({ length: 500 }, (_, index) => `/api/v1/items/${index}`)
    const text = textsOf(bodyOf('slack', { ...SAMPLE, metadata: { affected_endpoints } })).join()
    expect(text).toMatch(/`\/api\/v1\/items\/20`.*… and 4\d\d more/s)
  })

  it('links to the event in the console when there is a public URL, and to URLs in the metadata', () => {
    const metadata = { runbook: 'https://wiki.example/a|b?x=1&y=<2>' }
    expect(textsOf(bodyOf('slack', { ...SAMPLE, metadata }))).toContain(
      '<https://status.example.com/events/evt_7f3a9c2b1d|Open in StatusPulse>  ·  ' +
        '<https://wiki.example/a%7Cb?x=1&amp;y=%3C2%3E|runbook>',
    )
    expect(textsOf(bodyOf('slack', SAMPLE, { publicUrl: null })).join()).not.toContain('http')
  })

  it('shows the time of the event in the time zone of whoever reads it', () => {
    expect(textsOf(bodyOf('slack', SAMPLE))).toContain(
      '<!date^1715678591^{date_short_pretty} {time_secs}|2024-05-14T09:23:11Z>',
    )
  })

  it.each([
    ['incident.opened', 'down', '🔴 Incident opened: api is down', '#e01e5a'],
    ['incident.updated', 'degraded', '🟡 Incident updated: api is degraded', '#ecb22e'],
    ['incident.acknowledged', 'down', '🔴 Incident acknowledged: api is down', '#e01e5a'],
    ['incident.resolved', 'operational', '🟢 Incident resolved: api is operational', '#2eb67d'],
    ['status.changed', 'maintenance', '🔵 Status changed: api is in maintenance', '#36c5f0'],
    ['metric.breached', 'unknown', '⚪ Threshold breached: api is in an unknown state', '#868686'],
    ['metric.cleared', 'operational', '🟢 Threshold cleared: api is operational', '#2eb67d'],
  ] as const)('of %s while %s has its words and its colour', (eventType, status, title, colour) => {
    const message = bodyOf('slack', { monitorName: 'api', eventType, status })
    expect([message.text, message.attachments[0].color]).toEqual([title, colour])
  })

  it('keeps what happened when the name of the monitor is too long for the header', () => {
    const title = bodyOf('slack', { monitorName: 'x'.repeat(200), status: 'down' }).text
    expect(title).toMatch(/^🔴 Status changed: x+… is down$/)
    expect(title).toHaveLength(150)
  })

  it('tells of the earlier events that never arrived', () => {
    expect(textsOf(bodyOf('slack', SAMPLE, { superseded: 2 }))).toContain(
      '2 earlier events could not be delivered; this message takes their place.',
    )
  })

  it('is marked when it is a test', () => {
    expect(bodyOf('slack', SAMPLE, { dryRun: true }).text).toContain('[TEST] Incident opened')
  })

  it('goes to the whole URL, as JSON, with the headers of the endpoint', () => {
    const endpoint = endpointOf('slack', { headers: { 'x-proxy': 'yes' } })
    const request = destinationFor('slack').buildRequest(shipmentOf('slack', eventOf(SAMPLE), { endpoint }))
    expect(request).toMatchObject({
      url: endpoint.url,
      headers: { 'x-proxy': 'yes', 'content-type': 'application/json', 'user-agent': 'StatusPulse/1.2.3' },
    })
  })
})

describe("Slack's answer", () => {
  it('200 with the body "ok" is delivered, with another body it is not', () => {
    expect(verdictOf('slack', 200, 'ok')).toEqual({ outcome: 'delivered' })
    expect(verdictOf('slack', 200, '<html>Sign in</html>')).toEqual({
      outcome: 'failed',
      why: 'Slack answered 200, but not "ok": <html>Sign in</html>',
      disable: false,
    })
  })

  it('429 is tried again when Retry-After says', () => {
    expect(verdictOf('slack', 429, 'rate_limited', { 'retry-after': '30' })).toEqual({
      outcome: 'retry',
      why: 'Slack answered 429: rate_limited',
      notBefore: NOW + 30_000,
    })
  })

  it.each([
    [403, 'action_prohibited', 'Slack answered 403: action_prohibited', false],
    [404, 'no_service', 'Slack answered 404: no_service', false],
    [410, 'channel_is_archived', 'Slack answered 410 (gone): channel_is_archived', true],
    [400, 'invalid_payload', 'Slack answered 400: invalid_payload', false],
  ])('%i %s stops at once, with the reason', (status, body, why, disable) => {
    expect(verdictOf('slack', status, body)).toEqual({ outcome: 'failed', why, disable })
  })

  it('500 is tried again', () => {
    expect(verdictOf('slack', 500, 'rollup_error')).toMatchObject({ outcome: 'retry' })
  })
})
