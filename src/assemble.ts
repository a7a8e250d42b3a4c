import { hostname } from 'node:os'
import { apiConfigOf } from './api/api-config.ts'
import { ApiServer } from './api/server.ts'
import type { Services } from './api/services.ts'
import { showAttempt } from './api/views.ts'
import type { Config } from './config.ts'
import { connectParts } from './connect.ts'
import { assembleDelivery } from './deliver/assemble.ts'
import { brokerNetwork } from './deliver/broker-network.ts'
import type { Parcel } from './deliver/parcel.ts'
import { assembleDetection } from './detect/assemble.ts'
import { readReference } from './detect/scheduler-probe.ts'
import type { Clock } from './ground/clock.ts'
import { messageOf } from './ground/errors.ts'
import { newId } from './ground/ids.ts'
import type { Part } from './ground/lifecycle.ts'
import type { Logger } from './ground/log.ts'
import { Committer } from './keep/committer.ts'
import { DryRun } from './keep/dry-run.ts'
import { IncidentNotes } from './keep/incident-notes.ts'
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
import { Ownership } from './store/ownership.ts'
import { Partitions } from './store/partitions.ts'
import type { Sealer } from './store/seal.ts'

const LEASE_SECONDS = 5
const BEAT_MS = 1_000
const READY_TIMEOUT_MS = 2_000

/** Every part of a node, in the order in which they start. */
export function assemble(base: {
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
  const delivery = assembleDelivery({
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
  const { sender, brokers, templates, courier, health, unwritten } = delivery
  const { held, rows, backlog, dispatcher, backpressure, custody } = delivery
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
  const incidents = new IncidentNotes({ database, clock, log, alone })
  const keeper = new Keeper({ catalog, database, routing, committer, incidents, backpressure, clock })
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
    incidents,
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

  const connect = connectParts({
    database,
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
    backlog,
    keeper,
    dispatcher,
    recorder,
    metrics,
    figures,
    clock,
    log,
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
      incidents,
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
