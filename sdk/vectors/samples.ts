/** Secrets and payloads the vectors are made of. The secrets are published here: use them nowhere else. */

const secretOf = (fill: (index: number) => number, length = 32) =>
  `whsec_${Buffer.from(Array.from({ length }, (_, index) => fill(index) & 0xff)).toString('base64')}`

export const NEW_SECRET = secretOf(index => index * 7 + 3)
export const OLD_SECRET = secretOf(index => 255 - index * 5)
export const OTHER_SECRET = secretOf(index => index)
export const SHORTEST_SECRET = secretOf(index => index, 24)
export const LONGEST_SECRET = secretOf(index => index, 64)
/** The key of Standard Webhooks' own tests. */
export const STANDARD_SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'

/** Unix seconds of every attempt, unless a case says otherwise. */
export const NOW = 1_715_678_592
export const EVENT_ID = 'evt_7f3a9c2b1d'

const metadata = {
  region: 'us-west-2',
  affected_endpoints: ['/api/v1/cart', '/api/v1/checkout'],
  response_time_ms: 1840,
  error_rate_pct: 12.4,
  event_type: 'incident.opened',
  severity: 'warning',
  incident_id: 'inc_01jz8m4x5c00k3v9q2w7d1a0b3',
}

export const EVENT = {
  event_id: EVENT_ID,
  monitor_name: 'checkout-service-redis',
  status: 'degraded',
  timestamp: '2024-05-14T09:23:11Z',
  metadata,
}

export const UNICODE_EVENT = {
  ...EVENT,
  monitor_name: 'paiement-café-支払い-🔥',
  metadata: {
    ...metadata,
    region: 'España',
    affected_endpoints: ['/ünïcode/\u0000\u2028'],
    note: '👩‍🚒 "quoted" \\ é é',
  },
}
