import type { EventCase, ParsedEvent } from './cases.ts'
import { EVENT, UNICODE_EVENT } from './samples.ts'

const { event_type: _type, severity: _severity, incident_id: _incident, ...fourKeys } = EVENT.metadata
const NO_METADATA: ParsedEvent['metadata'] = {
  region: null,
  affected_endpoints: [],
  response_time_ms: null,
  error_rate_pct: null,
  event_type: null,
  severity: null,
  incident_id: null,
}

function expected(change: Partial<ParsedEvent> = {}): ParsedEvent {
  const { timestamp, ...event } = EVENT
  return { ...event, timestamp_ms: Date.parse(timestamp), extra: {}, ...change }
}

const valid = (name: string, payload: unknown, event: ParsedEvent): EventCase => ({
  name,
  body: typeof payload === 'string' ? payload : JSON.stringify(payload),
  event,
  error_path: null,
})

const invalid = (name: string, error_path: string, payload: unknown): EventCase => ({
  name,
  body: typeof payload === 'string' ? payload : JSON.stringify(payload),
  event: null,
  error_path,
})

const withMetadata = (change: Record<string, unknown>) => ({
  ...EVENT,
  metadata: { ...EVENT.metadata, ...change },
})
const without = (key: keyof typeof EVENT) =>
  Object.fromEntries(Object.entries(EVENT).filter(([name]) => name !== key))

const { note, ...unicodeMetadata } = UNICODE_EVENT.metadata

/** Payloads, and the events that they are. */
export const eventCases: EventCase[] = [
  valid('a payload', EVENT, expected()),
  valid(
    'unicode',
    UNICODE_EVENT,
    expected({ monitor_name: UNICODE_EVENT.monitor_name, metadata: unicodeMetadata, extra: { note } }),
  ),
  valid(
    'unicode as escapes',
    JSON.stringify(EVENT).replace('checkout', '\\u0063heckout-\\ud83d\\udd25'),
    expected({ monitor_name: 'checkout-🔥-service-redis' }),
  ),
  valid('nothing known', { ...EVENT, metadata: NO_METADATA }, expected({ metadata: NO_METADATA })),
  valid('empty metadata', { ...EVENT, metadata: {} }, expected({ metadata: NO_METADATA })),
  valid(
    'only the first four keys of metadata',
    { ...EVENT, metadata: fourKeys },
    expected({ metadata: { ...NO_METADATA, ...fourKeys } }),
  ),
  valid(
    "the producer's own metadata",
    withMetadata({
      runbook: 'https://example.com/redis',
      tries: 3,
      nested: { list: [1, null, 'two', { deep: true }] },
      none: null,
      Region: 'other',
    }),
    expected({
      extra: {
        runbook: 'https://example.com/redis',
        tries: 3,
        nested: { list: [1, null, 'two', { deep: true }] },
        none: null,
        Region: 'other',
      },
    }),
  ),
  valid(
    'numbers that are zero, negative or exponents',
    JSON.stringify(withMetadata({ response_time_ms: 0 })).replace('12.4', '-1.5e-3'),
    expected({
      metadata: { ...EVENT.metadata, response_time_ms: 0, error_rate_pct: -0.0015 },
    }),
  ),
  valid(
    'a status, type and severity of a later version',
    { ...withMetadata({ event_type: 'incident.merged', severity: 'notice' }), status: 'paused' },
    expected({
      status: 'paused',
      metadata: { ...EVENT.metadata, event_type: 'incident.merged', severity: 'notice' },
    }),
  ),
  valid('a field of a later version is passed over', { ...EVENT, workspace: 'ws_1' }, expected()),
  valid(
    'milliseconds in the timestamp',
    { ...EVENT, timestamp: '2024-05-14T09:23:11.5Z' },
    expected({ timestamp_ms: 1_715_678_591_500 }),
  ),
  valid(
    'nanoseconds in the timestamp',
    { ...EVENT, timestamp: '2024-05-14T09:23:11.123456789Z' },
    expected({ timestamp_ms: 1_715_678_591_123 }),
  ),
  valid(
    'a leap day',
    { ...EVENT, timestamp: '2024-02-29T23:59:59Z' },
    expected({ timestamp_ms: 1_709_251_199_000 }),
  ),
  valid(
    'before the epoch',
    { ...EVENT, timestamp: '1969-12-31T23:59:59Z' },
    expected({ timestamp_ms: -1000 }),
  ),
  valid('white space around it', ` \r\n${JSON.stringify(EVENT, null, 2)}\n`, expected()),

  invalid('nothing', '', ''),
  invalid('text', '', 'hello'),
  invalid('cut JSON', '', JSON.stringify(EVENT).slice(0, -2)),
  invalid('something after it', '', `${JSON.stringify(EVENT)}{}`),
  invalid('a byte order mark', '', `\ufeff${JSON.stringify(EVENT)}`),
  invalid('a list', '', [EVENT]),
  invalid('null', '', 'null'),
  invalid('NaN', '', JSON.stringify(EVENT).replace('12.4', 'NaN')),
  {
    name: 'bytes that are no UTF-8',
    body_base64: Buffer.concat([
      Buffer.from(JSON.stringify(EVENT).slice(0, 20)),
      Buffer.of(0xff),
      Buffer.from(JSON.stringify(EVENT).slice(20)),
    ]).toString('base64'),
    event: null,
    error_path: '',
  },
  invalid('no event_id', 'event_id', without('event_id')),
  invalid('an empty event_id', 'event_id', { ...EVENT, event_id: '' }),
  invalid('an event_id in other case', 'event_id', { ...without('event_id'), Event_ID: 'evt_1' }),
  invalid('a number as event_id', 'event_id', { ...EVENT, event_id: 7 }),
  invalid('no monitor_name', 'monitor_name', without('monitor_name')),
  invalid('null as monitor_name', 'monitor_name', { ...EVENT, monitor_name: null }),
  invalid('no status', 'status', without('status')),
  invalid('a number as status', 'status', { ...EVENT, status: 1 }),
  invalid('no timestamp', 'timestamp', without('timestamp')),
  ...[
    '2024-05-14',
    '2024-05-14T09:23:11',
    '2024-05-14T09:23:11+02:00',
    '2024-05-14t09:23:11z',
    '2024-05-14 09:23:11Z',
    '2024-05-14T09:23:11.Z',
    '2024-05-14T09:23:11,5Z',
    '2024-05-14T09:23:11Z\n',
    '2024-02-30T09:23:11Z',
    '2023-02-29T09:23:11Z',
    '2024-13-01T09:23:11Z',
    '2024-05-14T24:00:00Z',
    '2024-05-14T09:60:11Z',
    '2024-05-14T09:23:60Z',
    '٢٠٢٤-05-14T09:23:11Z',
  ].map(timestamp => invalid(`timestamp ${JSON.stringify(timestamp)}`, 'timestamp', { ...EVENT, timestamp })),
  invalid('a number as timestamp', 'timestamp', { ...EVENT, timestamp: 1_715_678_591 }),
  invalid('no metadata', 'metadata', without('metadata')),
  invalid('a list as metadata', 'metadata', { ...EVENT, metadata: [] }),
  invalid('a number as region', 'metadata.region', withMetadata({ region: 2 })),
  invalid(
    'text as affected_endpoints',
    'metadata.affected_endpoints',
    withMetadata({ affected_endpoints: '/api' }),
  ),
  invalid(
    'a number among affected_endpoints',
    'metadata.affected_endpoints',
    withMetadata({ affected_endpoints: ['/api', 1] }),
  ),
  invalid(
    'null among affected_endpoints',
    'metadata.affected_endpoints',
    withMetadata({ affected_endpoints: [null] }),
  ),
  invalid(
    'text as response_time_ms',
    'metadata.response_time_ms',
    withMetadata({ response_time_ms: '1840' }),
  ),
  invalid('true as response_time_ms', 'metadata.response_time_ms', withMetadata({ response_time_ms: true })),
  invalid(
    'a number too large as error_rate_pct',
    'metadata.error_rate_pct',
    JSON.stringify(EVENT).replace('12.4', '1e999'),
  ),
  invalid(
    'an integer too large as response_time_ms',
    'metadata.response_time_ms',
    JSON.stringify(EVENT).replace('1840', `1${'0'.repeat(400)}`),
  ),
  invalid('false as event_type', 'metadata.event_type', withMetadata({ event_type: false })),
  invalid('a list as severity', 'metadata.severity', withMetadata({ severity: ['warning'] })),
  invalid('an object as incident_id', 'metadata.incident_id', withMetadata({ incident_id: {} })),
]
