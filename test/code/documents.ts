import fc from 'fast-check'

/** Texts that a file must not take for something else. */
const text = (max: number) =>
  fc
    .array(
      fc.constantFrom('a', 'Z', '${', '}', '$', '$$', '${A}', ':-', '#', ': ', "'", '"', 'é', '-', '*', '&'),
      {
        minLength: 1,
        maxLength: 8,
      },
    )
    .map(parts => parts.join('').slice(0, max))
const path = fc.stringMatching(/^[a-z${}]{0,12}$/).map(encodeURI)
const labels = fc.dictionary(fc.stringMatching(/^[a-z_]{1,6}$/), text(50), { maxKeys: 3 })

const threshold = fc.record(
  {
    metric: fc.constantFrom('response_time_ms', 'load1'),
    operator: fc.constantFrom('>', '<'),
    value: fc.integer({ min: -5, max: 5_000 }),
    severity: fc.constantFrom('critical', 'warning', 'info'),
    for_s: fc.integer({ min: 1, max: 600 }),
    id: text(20),
  },
  { requiredKeys: ['metric', 'operator', 'value'] },
)

const common = {
  enabled: fc.boolean(),
  severity: fc.constantFrom('critical', 'warning', 'info'),
  thresholds: fc.uniqueArray(threshold, { maxLength: 2, selector: one => one.id ?? JSON.stringify(one) }),
  region: fc.option(text(20)),
  affected_endpoints: fc.array(text(30), { maxLength: 2 }),
  labels,
}

function monitorOf(fields: Record<string, fc.Arbitrary<unknown>>) {
  const required = Object.keys(fields)
  return fc.record({ ...fields, ...common }, { requiredKeys: ['name', 'kind', ...required] as never })
}

const name = text(40)
const monitor = fc.oneof(
  monitorOf({
    name,
    kind: fc.constant('http'),
    spec: fc.record(
      {
        url: path.map(end => `https://example.com/${end}`),
        headers: fc.dictionary(fc.stringMatching(/^x-[a-z]{1,6}$/), fc.constantFrom('${A}', '$${', 'plain')),
        assertions: fc.array(
          fc.record({ source: fc.constant('body'), operator: fc.constant('contains'), value: text(30) }),
          { maxLength: 2 },
        ),
        expected_statuses: fc.constantFrom([200], ['2xx', 301], ['200-204']),
      },
      { requiredKeys: ['url'] },
    ),
  }),
  monitorOf({ name, kind: fc.constant('tcp'), spec: fc.constant({ host: 'db.example.com', port: 5432 }) }),
  monitorOf({
    name,
    kind: fc.constant('heartbeat'),
    spec: fc.constantFrom(
      {},
      { period_s: 60 },
      { cron: '30 2 * * *', time_zone: 'Europe/Berlin', grace_s: 5 },
    ),
  }),
  monitorOf({ name, kind: fc.constantFrom('metric', 'external') }),
)

const endpoint = fc.record(
  {
    name,
    url: path.map(end => `http://127.0.0.1:9999/${end}`),
    filter: fc.record(
      {
        monitors: fc.array(
          text(20).map(one => one.replace(/[*?[\]\\]/g, 'x')),
          { minLength: 1, maxLength: 2 },
        ),
        severities: fc.constantFrom(['critical'], ['critical', 'warning']),
      },
      { requiredKeys: [] },
    ),
    headers: fc.dictionary(fc.stringMatching(/^x-[a-z]{1,6}$/), fc.constantFrom('${A}', 'plain')),
    order: fc.constantFrom('ordered', 'latest'),
    timeout_ms: fc.integer({ min: 100, max: 30_000 }),
    enabled: fc.boolean(),
  },
  { requiredKeys: ['name', 'url'] },
)

const silence = fc.record({
  name,
  matchers: fc.array(
    fc.record({
      name: fc.constantFrom('monitor', 'team'),
      operator: fc.constantFrom('=', '!='),
      value: text(20),
    }),
    { minLength: 1, maxLength: 2 },
  ),
  ends_at: fc.constant('2099-01-01T00:00:00Z'),
})

const window = fc.record({
  name,
  monitors: fc.array(
    text(20).map(one => one.replace(/[*?[\]\\]/g, 'x')),
    { maxLength: 2 },
  ),
  cron: fc.constant('0 3 * * 0'),
  duration_s: fc.integer({ min: 60, max: 7_200 }),
})

const named = <T extends object>(entry: fc.Arbitrary<T>) =>
  fc.uniqueArray(entry, { maxLength: 3, selector: one => (one as { name: string }).name })

/** Documents that a server takes. Heartbeats have names that make no slug, so they get one. */
export const documents = fc
  .record({
    monitors: named(monitor as fc.Arbitrary<Record<string, unknown>>),
    endpoints: named(endpoint),
    silences: named(silence),
    maintenance_windows: named(window),
  })
  .map(document => ({
    ...document,
    monitors: document.monitors.map((one, index) =>
      one.kind === 'heartbeat' ? { ...one, slug: `job-${index}` } : one,
    ),
  }))
