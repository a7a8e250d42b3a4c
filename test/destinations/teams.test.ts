import { describe, expect, it } from 'vitest'
import { bodyOf, NOW, SAMPLE, verdictOf } from './shipments.ts'

interface Block {
  readonly items?: Block[]
  readonly inlines: { readonly text: string }[]
}

const linesOf = ({ body }: { body: Block[] }): string[] =>
  body
    .flatMap(element => element.items ?? [element])
    .map(({ inlines }) => inlines.map(run => run.text).join(''))

describe('a message to Teams', () => {
  it('is one Adaptive Card, as the trigger of a workflow takes it', () => {
    const { type, attachments } = bodyOf('teams', SAMPLE)
    expect(type).toBe('message')
    expect(attachments).toHaveLength(1)
    expect(attachments[0]).toMatchObject({
      contentType: 'application/vnd.microsoft.card.adaptive',
      contentUrl: null,
      content: { type: 'AdaptiveCard', version: '1.5' },
    })
  })

  it('says what happened, with all that is known', () => {
    const { content } = bodyOf('teams', SAMPLE, { superseded: 1 }).attachments[0]
    expect(linesOf(content)).toEqual([
      '🟡 Incident opened: checkout-service-redis is degraded',
      'Monitor: checkout-service-redis',
      'Severity: warning',
      'Region: us-west-2',
      'Incident: inc_1',
      'Response time: 1,840 ms',
      'Error rate: 12.4 %',
      'Affected endpoints',
      '• /api/v1/cart',
      '• /api/v1/checkout',
      '2024-05-14T09:23:11Z · One earlier event could not be delivered; this message takes its place.',
    ])
    expect(content.body[0].style).toBe('warning')
    expect(content.actions).toEqual([
      {
        type: 'Action.OpenUrl',
        title: 'Open in StatusPulse',
        url: 'https://status.example.com/events/evt_7f3a9c2b1d',
      },
    ])
  })

  it('shows names as they are: nothing in them is Markdown', () => {
    const { content } = bodyOf('teams', { monitorName: '**x** [y](https://evil.example)', status: 'down' })
      .attachments[0]
    expect(linesOf(content)[1]).toBe('Monitor: **x** [y](https://evil.example)')
    expect(JSON.stringify(content)).not.toContain('"TextBlock"')
  })
})

describe("Teams' answer", () => {
  it('202 is delivered', () => {
    expect(verdictOf('teams', 202)).toEqual({ outcome: 'delivered' })
  })

  it('an error stops at once, with the reason of the workflow', () => {
    const body = JSON.stringify({
      error: { code: 'WorkflowTriggerIsNotEnabled', message: 'The flow is off.' },
    })
    expect(verdictOf('teams', 400, body)).toMatchObject({
      outcome: 'failed',
      why: 'Teams answered 400: The flow is off.',
    })
  })

  it('429 is tried again when Retry-After says', () => {
    expect(verdictOf('teams', 429, '', { 'retry-after': '4' })).toMatchObject({ notBefore: NOW + 4_000 })
  })
})
