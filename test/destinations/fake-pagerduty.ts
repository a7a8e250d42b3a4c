import type { Answer } from '../helpers/receiver.ts'

/** One alert that was ever open, by its `dedup_key`. */
export interface Alert {
  readonly key: string
  readonly summary: string
  state: 'triggered' | 'acknowledged' | 'resolved'
}

/**
 * PagerDuty, Events API v2, as developer.pagerduty.com/docs/send-alert-event says: a `trigger` opens an alert or
 * is added to the open one of its key, `acknowledge` and `resolve` work on an open one and are dropped without one.
 */
export class FakePagerDuty {
  readonly alerts: Alert[] = []

  get open(): Alert[] {
    return this.alerts.filter(({ state }) => state !== 'resolved')
  }

  /** Whether anyone was ever paged for the key. */
  heardOf(key: string): boolean {
    return this.alerts.some(alert => alert.key === key)
  }

  take(body: string): Exclude<Answer, string> {
    const { routing_key, event_action, dedup_key, payload } = JSON.parse(body)
    if (!/^[A-Za-z0-9]{32}$/.test(routing_key ?? '')) return invalid("'routing_key' is invalid")
    const open = this.open.find(({ key }) => key === dedup_key)
    switch (event_action) {
      case 'trigger':
        if (!payload?.summary || !payload.source || !payload.severity)
          return invalid("'payload' is incomplete")
        if (!open) this.alerts.push({ key: dedup_key, summary: payload.summary, state: 'triggered' })
        break
      case 'acknowledge':
        if (open) open.state = 'acknowledged'
        break
      case 'resolve':
        if (open) open.state = 'resolved'
        break
      default:
        return invalid("'event_action' is invalid")
    }
    return { status: 202, body: JSON.stringify({ status: 'success', message: 'Event processed', dedup_key }) }
  }
}

function invalid(error: string): Exclude<Answer, string> {
  return {
    status: 400,
    body: JSON.stringify({ status: 'invalid event', message: 'Event object is invalid', errors: [error] }),
  }
}
