import type { Backlog } from './deliver/backlog.ts'
import type { Custody } from './deliver/custody.ts'
import type { Dispatcher } from './deliver/dispatcher.ts'
import type { EndpointHealth } from './deliver/health.ts'
import type { Held } from './deliver/held.ts'
import type { Unwritten } from './deliver/unwritten.ts'
import type { DetectionParts } from './detect/assemble.ts'
import type { Clock } from './ground/clock.ts'
import { messageOf } from './ground/errors.ts'
import { dayOf } from './ground/ids.ts'
import { type Part, step } from './ground/lifecycle.ts'
import type { Logger } from './ground/log.ts'
import { disabledEvent } from './keep/endpoint-events.ts'
import type { IncidentNotes } from './keep/incident-notes.ts'
import type { Keeper } from './keep/keeper.ts'
import type { Forwarders } from './record/forward/forwarders.ts'
import type { Hub } from './record/hub.ts'
import type { Metrics } from './record/metrics.ts'
import type { Recorder } from './record/recorder.ts'
import type { Catalog } from './store/catalog.ts'
import type { Database } from './store/database.ts'
import { DUE_CHANNEL } from './store/due-channel.ts'
import type { Ownership } from './store/ownership.ts'

const DAY_MS = 86_400_000

/** The parts that tell one another, or are told of. */
interface Connected {
  readonly database: Database
  readonly ownership: Ownership
  readonly custody: Custody
  readonly buckets: DetectionParts['buckets']
  readonly forwarders: Forwarders
  readonly held: Held
  readonly unwritten: Unwritten
  readonly hub: Hub
  readonly incidents: IncidentNotes
  readonly health: EndpointHealth
  readonly catalog: Catalog
  readonly backlog: Backlog
  readonly keeper: Keeper
  readonly dispatcher: Dispatcher
  readonly recorder: Recorder
  readonly metrics: Metrics
  readonly figures: DetectionParts['figures']
  readonly clock: Clock
  readonly log: Logger
}

/** Who tells whom: of buckets that come and go, of endpoints that recover, of what is due, and what is measured. */
export function connectParts(parts: Connected): Part {
  return step(async () => {
    tellOfBuckets(parts)
    tellOfEndpoints(parts)
    await hearOfDueWork(parts)
    measure(parts)
  })
}

function tellOfBuckets({
  ownership,
  custody,
  buckets,
  forwarders,
  held,
  unwritten,
  hub,
  incidents,
  health,
  catalog,
  clock,
}: Connected): void {
  ownership.connect({
    gained: (bucket, epoch) => {
      custody.gained(bucket, epoch)
      buckets.gained(bucket, epoch)
      forwarders.look()
    },
    lost: bucket => {
      custody.lost(bucket)
      buckets.lost(bucket)
      forwarders.look()
    },
    suspended: () => {
      custody.suspended()
      buckets.suspended()
      forwarders.look()
    },
    resumed: () => {
      custody.resumed()
      buckets.resumed()
      forwarders.look()
    },
    release: async bucket => {
      // What is decided at the last moment is still handed over in good order.
      await buckets.release(bucket)
      await custody.release(bucket)
      await forwarders.release(bucket)
    },
    settled: () => ({
      buckets: held.settling(),
      position: unwritten.mark,
      // By what is unwritten too: after a leap of the clock, today says nothing of the day that it came in.
      day: dayOf(Math.min(clock.now(), unwritten.since) - DAY_MS),
    }),
    beat: ({ peers, catalogVersion, horizon }) => {
      unwritten.passed(horizon)
      hub.setPeers(peers)
      incidents.setPeers(peers)
      health.setPeers(peers > 0)
      catalog.checkVersion(catalogVersion)
    },
  })
}

function tellOfEndpoints({ keeper, health, backlog, clock, log }: Connected): void {
  health.connect({
    recovered: endpointId => {
      backlog.bringForward(endpointId).catch(error => {
        log.warn(`retries of ${endpointId} were not brought forward: ${messageOf(error)}`)
      })
    },
    disabled: (endpoint, reason) => {
      const event = disabledEvent(endpoint, reason)
      keeper
        .accept(endpoint.workspaceId, [event], { receivedAt: clock.now(), from: 'ourselves' })
        .catch(error => log.error(`no event says that ${endpoint.id} was disabled: ${messageOf(error)}`))
    },
  })
}

async function hearOfDueWork({ database, backlog, clock, log }: Connected): Promise<void> {
  await database.listen(DUE_CHANNEL, payload => {
    if (payload === '') backlog.sweep().catch(error => log.warn(`sweep failed: ${messageOf(error)}`))
    else for (const bucket of payload.split(',')) backlog.dueAt(Number(bucket), clock.now())
  })
}

function measure({ ownership, dispatcher, recorder, metrics, figures }: Connected): void {
  metrics.gauge('statuspulse_attempts_in_flight', 'Attempts under way.', () => dispatcher.inFlight)
  metrics.gauge('statuspulse_deliveries_waiting', 'Deliveries that wait in memory.', () => dispatcher.waiting)
  metrics.gauge('statuspulse_results_unwritten', 'Results not committed yet.', () => recorder.unwritten)
  metrics.gauge(
    'statuspulse_buckets_owned',
    'Buckets that this node owns, of 64.',
    () => ownership.owned().length,
  )
  for (const { name, help, read } of figures) metrics.gauge(name, help, read)
}
