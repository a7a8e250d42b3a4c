import { hostname } from 'node:os'
import { apiConfigOf } from './api/api-config.ts'
import { type CodeAnswer, showApplied } from './api/code/answer.ts'
import { applyCode } from './api/code/apply.ts'
import { changesOfApplied, namesOfApplied, wordsOfApplied } from './api/code/audit.ts'
import { ApiServer } from './api/server.ts'
import type { Services } from './api/services.ts'
import { showAttempt } from './api/views.ts'
import type { Config } from './config.ts'
import { assembleDelivery } from './deliver/assemble.ts'
import { brokerNetwork } from './deliver/broker-network.ts'
import type { Parcel } from './deliver/parcel.ts'
import { assembleDetection } from './detect/assemble.ts'
import { readReference } from './detect/scheduler-probe.ts'
import { type Clock, systemClock } from './ground/clock.ts'
import { messageOf } from './ground/errors.ts'
import { dayOf, newId } from './ground/ids.ts'
import { type Part, Parts, step } from './ground/lifecycle.ts'
import type { Logger } from './ground/log.ts'
import { Committer } from './keep/committer.ts'
import { DryRun } from './keep/dry-run.ts'
import { disabledEvent } from './keep/endpoint-events.ts'
import { Keeper } from './keep/keeper.ts'
import { ReplayJobs } from './keep/replay-jobs.ts'
import { Replayer } from './keep/replayer.ts'
import { Routing } from './keep/routing.ts'
import { Rulings } from './keep/rulings.ts'
import { Audit } from './record/audit.ts'
import { Forwarders } from './record/forward/forwarders.ts'
import { Hub } from './record/hub.ts'
import { KeyUses } from './record/key-uses.ts'
import { Metrics } from './record/metrics.ts'
import { QueueReader } from './record/queue-reader.ts'
import { Recorder } from './record/recorder.ts'
import { Catalog } from './store/catalog.ts'
import type { Database } from './store/database.ts'
import { DUE_CHANNEL } from './store/due-channel.ts'
import { ensureOperator, firstWorkspace } from './store/first-start.ts'
import { openDatabase, openSealer } from './store/open.ts'
import { Ownership } from './store/ownership.ts'
import { Partitions } from './store/partitions.ts'
import type { Sealer } from './store/seal.ts'

const LEASE_SECONDS = 5
const BEAT_MS = 1_000
const READY_TIMEOUT_MS = 2_000
const DAY_MS = 86_400_000

/** A running copy of StatusPulse. */
export interface App {
  /** Where the API listens: `http://127.0.0.1:8080`. */
  readonly url: string
  /** The operator's key, if this start made it: to be shown once. */
  readonly adminToken: string | null
  /** `Postgres 18.4 (embedded, in /srv/statuspulse/data)` */
  readonly databaseDescription: string
  /** Brings the first workspace to what a document says, as `PUT /v1/code` does. @throws Problem as it answers */
  applyCode(document: unknown, options: { prune: boolean; dryRun: boolean }): Promise<CodeAnswer>
  /** What is still under way, for whoever waits for the end. */
  readonly unfinished: () => { inFlight: number; unwritten: number }
  /** Takes nothing new, ends what is in flight, writes it down, gives its buckets back, stops its Postgres. */
  stop(): Promise<void>
}

/**
 * Puts the parts together and starts them in order; {@link App.stop} goes the other way.
 * @param options.clock and `random` are for tests
 * @throws Problem (or an Error) in words for whoever started it; whatever had started is stopped by then
 */
export async function startApp(options: {
  config: Config
  log: Logger
  version: string
  clock?: Clock
  random?: () => number
  /** Servers of this process that may be targets although they are on this machine, as `host:port`. */
  ownServers?: readonly string[]
}): Promise<App> {
  const { config, log, version, clock = systemClock, random = Math.random, ownServers = [] } = options
  const parts = new Parts()
  try {
    const { database, databaseDescription } = await openDatabase(config, log, parts)
    const adminToken = await ensureOperator(database, config.adminToken, clock.now())
    const sealer = await openSealer(config, database)
    const node = assemble({ config, log, version, clock, random, ownServers, database, sealer })
    for (const part of node.parts) await parts.start(part)
    const { dispatcher, recorder, api, services } = node
    return {
      url: api.url,
      adminToken,
      databaseDescription,
      applyCode: async (document, options) => {
        const workspaceId = await firstWorkspace(database)
        const answer = showApplied(await applyCode(services, workspaceId, document, options), options.dryRun)
        if (!options.dryRun && answer.changes.length > 0)
          await services.audit.record({
            workspaceId,
            actor: { kind: 'system', id: 'code', name: 'The file of --code' },
            operation: 'applyCode',
            summary: wordsOfApplied(answer),
            targetId: null,
            targetName: null,
            also: namesOfApplied(answer),
            changes: changesOfApplied(answer),
          })
        return answer
      },
      unfinished: () => ({ inFlight: dispatcher.inFlight, unwritten: recorder.unwritten }),
      stop: () => parts.stop(),
    }
  } catch (error) {
    await parts.stop()
    throw error
  }
}

/** Every part of a node, in the order in which they start. */
function assemble(base: {
  config: Config
  log: Logger
  version: string
  clock: Clock
  random: () => number
  ownServers: readonly string[]
  database: Database
  sealer: Sealer
}) {
  const { config, log, version, clock, random, ownServers, database, sealer } = base
  const policy = {
    allowHttp: config.allowHttp,
    allowNetworks: config.allowNetworks,
    ownServers,
    ...(config.extraCa === null ? {} : { extraCa: config.extraCa }),
  }

  // record
  const metrics = new Metrics()
  const hub = new Hub({ database, log })
  const committed = (workspaceIds: Iterable<string>) => hub.committed(workspaceIds)
  const audit = new Audit({ database, clock, log })
  const keyUses = new KeyUses({ database, clock, log })
  const recorder = new Recorder({ database, clock, log, metrics, committed })

  // deliver
  const catalog = new Catalog({ database, sealer, log, clock })
  const alone = config.databaseUrl === null
  const { sender, brokers, templates, courier, health, unwritten, held, rows, backlog, dispatcher, custody } =
    assembleDelivery({
      database,
      catalog,
      recorder,
      policy,
      maxConcurrency: config.maxConcurrency,
      disableAfterDays: config.disableAfterDays,
      publicUrl: config.publicUrl,
      version,
      alone,
      trusted: () => ownership.trusted,
      clock,
      random,
      log,
    })
  const ownership = new Ownership({
    database,
    log,
    nodeId: newId('node', clock.now()),
    hostname: hostname(),
    version,
    leaseSeconds: LEASE_SECONDS,
    beatMs: BEAT_MS,
    alone,
  })
  const forwarders = new Forwarders({
    database,
    sealer,
    reader: new QueueReader({ database, hub }),
    network: brokerNetwork(policy),
    show: showAttempt,
    owns: bucket => ownership.epochOf(bucket) !== null,
    log,
    random,
  })

  // keep
  const commits = {
    database,
    epochOf: (bucket: number) => ownership.epochOf(bucket),
    events: {
      placeOf: (endpointId: string, bucket: number) => dispatcher.placeOf(endpointId, bucket),
      submit: (parcels: Parcel[]) => dispatcher.submit(parcels),
      expect: (parcels: Parcel[]) => dispatcher.expect(parcels),
      unclear: (parcels: Parcel[], settled: () => void) => rows.unclear(parcels, settled),
      rememberParked: (endpointId: string, bucket: number) => dispatcher.rememberParked(endpointId, bucket),
      committed,
    },
    unwritten,
    accepted: (count: number) => metrics.accepted(count),
  }
  const committer = new Committer(commits)
  const quiet = new Committer({ ...commits, lane: 'quiet' })
  const routing = new Routing(catalog)
  const keeper = new Keeper({ catalog, database, routing, committer, clock })
  const rulings = new Rulings({ routing, committer, quiet, database, clock, log })
  const replayer = new Replayer({ database, committer, clock })
  const replayJobs = new ReplayJobs({ database, catalog, replayer, clock, log })

  // detect
  const { watchlist, detection, trials, buckets, figures, first } = assembleDetection({
    database,
    catalog,
    sealer,
    rulings,
    policy,
    version,
    region: config.region,
    references: config.referenceHosts.flatMap(host => readReference(host) ?? []),
    meter: metrics,
    clock,
    random,
    log,
  })

  // api
  const services: Services = {
    database,
    catalog,
    watchlist,
    detector: detection,
    trials,
    sealer,
    clock,
    log,
    policy,
    keeper,
    dryRun: new DryRun({ courier, database, clock, committed }),
    replayer,
    replayJobs,
    templates,
    hub,
    writeOut: () => rows.writeOut(),
    audit,
    keyUses,
    metrics: metrics.registry,
    version,
    config: apiConfigOf(config),
    ready: () => whyNotReady(database),
  }
  const api = new ApiServer(services)

  // who tells whom
  const connect = step(async () => {
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
        day: dayOf(clock.now() - DAY_MS),
      }),
      beat: ({ peers, catalogVersion, horizon }) => {
        unwritten.passed(horizon)
        hub.setPeers(peers)
        health.setPeers(peers > 0)
        catalog.checkVersion(catalogVersion)
      },
    })
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
    await database.listen(DUE_CHANNEL, payload => {
      if (payload === '') backlog.sweep().catch(error => log.warn(`sweep failed: ${messageOf(error)}`))
      else for (const bucket of payload.split(',')) backlog.dueAt(Number(bucket), clock.now())
    })
    metrics.gauge('statuspulse_attempts_in_flight', 'Attempts under way.', () => dispatcher.inFlight)
    metrics.gauge(
      'statuspulse_deliveries_waiting',
      'Deliveries that wait in memory.',
      () => dispatcher.waiting,
    )
    metrics.gauge('statuspulse_results_unwritten', 'Results not committed yet.', () => recorder.unwritten)
    metrics.gauge(
      'statuspulse_buckets_owned',
      'Buckets that this node owns, of 64.',
      () => ownership.owned().length,
    )
    for (const { name, help, read } of figures) metrics.gauge(name, help, read)
  })
  const settle: Part = { start: async () => {}, stop: () => rulings.settled() }

  return {
    api,
    services,
    dispatcher,
    recorder,
    parts: [
      connect,
      new Partitions({
        database,
        clock,
        log,
        retentionDays: config.retentionDays,
        auditRetentionDays: config.auditRetentionDays,
      }),
      catalog,
      ...first,
      hub,
      recorder,
      sender,
      brokers,
      templates,
      health,
      rows,
      backlog,
      ownership,
      dispatcher,
      settle,
      detection,
      replayJobs,
      forwarders,
      audit,
      keyUses,
      api,
    ],
  }
}

async function whyNotReady(database: Database): Promise<string | null> {
  const late = new Promise<string>(resolve => {
    setTimeout(resolve, READY_TIMEOUT_MS, 'the database does not answer').unref()
  })
  const asked = database.query('select 1').then(
    () => null,
    error => `the database cannot be used: ${messageOf(error)}`,
  )
  return Promise.race([asked, late])
}
