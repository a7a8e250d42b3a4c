import { type Endpoint, EVENT_TYPES, SEVERITIES } from '../../src/ground/vocabulary.ts'
import { RoutingTable } from '../../src/route/routing-table.ts'

/**
 * What it costs to match one event against 10,000 endpoints of which few want it: names never asked
 * before (the index works), and names that come back (the answer is remembered).
 */
const ENDPOINTS = 10_000
const EVENTS = 20_000

const patterns = [
  (n: number) => [`service-${n}`],
  (n: number) => [`team-${n}-*`],
  (n: number) => [`*-region-${n}`],
  (n: number) => [`cluster-${n % 500}-*-db-${n}`],
]
const endpoints = Array.from({ length: ENDPOINTS }, (_, n) => {
  const monitors = patterns[n % patterns.length]?.(n) ?? []
  const filter = { monitors, excludeMonitors: [], severities: [], eventTypes: [], regions: [] }
  return { id: `ep_${n}`, enabled: true, filter } as unknown as Endpoint
})

const started = performance.now()
const table = new RoutingTable(endpoints)
table.match({ monitorName: 'x', eventType: 'status.changed', severity: 'info', region: null })
print(performance.now() - started, 'ms to build the table and its first cell')

const fresh = measure(n => `team-${n % ENDPOINTS}-fresh-${n}-region-${(n * 7) % ENDPOINTS}`)
print(fresh.us, `µs for an event of a name never asked before (${fresh.matches.toFixed(1)} endpoints match)`)
const known = measure(n => `team-${n % 100}-known-region-${(n % 100) * 7}`)
print(known.us, `µs for an event of a name asked before (${known.matches.toFixed(1)} match)`)

function measure(nameOf: (n: number) => string): { us: number; matches: number } {
  let matches = 0
  const start = performance.now()
  for (let n = 0; n < EVENTS; n++) {
    matches += table.match({
      monitorName: nameOf(n),
      eventType: EVENT_TYPES[0],
      severity: SEVERITIES[n % 3] ?? 'info',
      region: null,
    }).length
  }
  return { us: ((performance.now() - start) * 1000) / EVENTS, matches: matches / EVENTS }
}

function print(figure: number, text: string): void {
  console.log(`${figure.toFixed(2).padStart(9)}  ${text}`)
}
