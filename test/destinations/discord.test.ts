import { describe, expect, it } from 'vitest'
import { bodyOf, NOW, SAMPLE, verdictOf } from './shipments.ts'

describe('a message to Discord', () => {
  it('is one embed, with all that is known, that calls nobody', () => {
    const metadata = { ...SAMPLE.metadata, summary: 'Redis is slow', dashboard: 'https://x.example/a(b)' }
    expect(bodyOf('discord', { ...SAMPLE, metadata }, { superseded: 2 })).toEqual({
      username: 'StatusPulse',
      embeds: [
        {
          title: '🟡 Incident opened: checkout-service-redis is degraded',
          url: 'https://status.example.com/events/evt_7f3a9c2b1d',
          description: 'Redis is slow',
          color: 0xecb22e,
          fields: [
            { name: 'Monitor', value: 'checkout-service-redis', inline: true },
            { name: 'Severity', value: 'warning', inline: true },
            { name: 'Region', value: 'us-west-2', inline: true },
            { name: 'Incident', value: 'inc\\_1', inline: true },
            { name: 'Response time', value: '1,840 ms', inline: true },
            { name: 'Error rate', value: '12.4 %', inline: true },
            { name: 'Affected endpoints', value: '- /api/v1/cart\n- /api/v1/checkout', inline: false },
            {
              name: 'Links',
              value:
                '[Open in StatusPulse](<https://status.example.com/events/evt_7f3a9c2b1d>)\n' +
                '[dashboard](<https://x.example/a%28b%29>)',
              inline: false,
            },
          ],
          footer: { text: '2 earlier events could not be delivered; this message takes their place.' },
          timestamp: '2024-05-14T09:23:11.000Z',
        },
      ],
      allowed_mentions: { parse: [] },
    })
  })

  it('escapes what would be markup in a name', () => {
    const [embed] = bodyOf('discord', { monitorName: '**x** [y](z)', status: 'down' }).embeds
    expect(embed.fields[0].value).toBe('\\*\\*x\\*\\* \\[y\\](z)')
  })
})

describe("Discord's answer", () => {
  it('204 is delivered', () => {
    expect(verdictOf('discord', 204)).toEqual({ outcome: 'delivered' })
  })

  it('404 stops at once, with the reason', () => {
    expect(verdictOf('discord', 404, '{"message":"Unknown Webhook","code":10015}')).toEqual({
      outcome: 'failed',
      why: 'Discord answered 404: Unknown Webhook',
      disable: false,
    })
  })

  it('429 is tried again when Retry-After says', () => {
    expect(verdictOf('discord', 429, '{}', { 'retry-after': '65' })).toMatchObject({
      outcome: 'retry',
      notBefore: NOW + 65_000,
    })
  })
})
