import { mkdir } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { type CodeAnswer, showApplied } from './api/code/answer.ts'
import { applyCode } from './api/code/apply.ts'
import { ApiServer } from './api/server.ts'
import type { Services } from './api/services.ts'
import { showAttempt } from './api/views.ts'
import type { Config } from './config.ts'
import { Backlog } from './deliver/backlog.ts'
import { brokerNetwork } from './deliver/broker-network.ts'
import { Courier } from './deliver/courier.ts'
import { Custody } from './deliver/custody.ts'
import { Dispatcher } from './deliver/dispatcher.ts'
import { EndpointHealth } from './deliver/health.ts'
import { Held } from './deliver/held.ts'
import { Sender } from './deliver/http/sender.ts'
import type { Parcel } from './deliver/parcel.ts'
import { Mailer } from './deliver/smtp/mailer.ts'
import { Templates } from './deliver/templates/templates.ts'
import { assembleDetection } from './detect/assemble.ts'
import { readReference } from './detect/scheduler-probe.ts'
import { type Clock, systemClock } from './ground/clock.ts'
import { messageOf } from './ground/errors.ts'
import { newId } from './ground/ids.ts'
import { type Part, Parts, step } from './ground/lifecycle.ts'
import type { Logger } from './ground/log.ts'
import { Committer, DUE_CHANNEL } from './keep/committer.ts'
import { DryRun } from './keep/dry-run.ts'
import { disabledEvent } from './keep/endpoint-events.ts'
import { Keeper } from './keep/keeper.ts'
import { ReplayJobs } from './keep/replay-jobs.ts'
import { Replayer } from './keep/replayer.ts'
import { Routing } from './keep/routing.ts'
import { Rulings } from './keep/rulings.ts'
import { Forwarders } from './record/forward/forwarders.ts'
import { Hub } from './record/hub.ts'
import { Metrics } from './record/metrics.ts'
import { QueueReader } from './record/queue-reader.ts'
import { Recorder } from './record/recorder.ts'
import { Catalog } from './store/catalog.ts'
import { Database } from './store/database.ts'
import { acquireDataDir, EmbeddedPostgres } from './store/embedded/index.ts'
import { ensurePositionsGrow } from './store/feed.ts'
import { ensureOperator, firstWorkspace } from './store/first-start.ts'
import { migrate } from './store/migrate.ts'
import { Ownership } from './store/ownership.ts'
import { Partitions } from './store/partitions.ts'
import { checkSecretsKey, loadSecretsKey, Sealer } from './store/seal.ts'
import { checkServer } from './store/server.ts'

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
        return showApplied(await applyCode(services, workspaceId, document, options), options.dryRun)
      },
      unfinished: () => ({ inFlight: dispatcher.inFlight, unwritten: recorder.unwritten }),
      stop: () => parts.stop(),
    }
  } catch (error) {
    await parts.stop()
    throw error
  }
}

/** The database, migrated: our own in the data folder, or the one of `DATABASE_URL`. */
async function openDatabase(config: Config, log: Logger, parts: Parts) {
  const { connection, place } = config.databaseUrl
    ? { connection: { connectionString: config.databaseUrl }, place: 'DATABASE_URL' }
    : await openEmbedded(config, log, parts)
  const database = new Database({ connection, log, connections: config.poolSize })
  await parts.start(database)
  const databaseDescription = `Postgres ${await checkServer(database)} (${place})`
  await migrate(database, log)
  await ensurePositionsGrow(database)
  return { database, databaseDescription }
}

async function openEmbedded(config: Config, log: Logger, parts: Parts) {
  const dataDir = await acquireDataDir(config.dataDir)
  await parts.start({ start: async () => {}, stop: async () => dataDir.release() })
  const postgres = new EmbeddedPostgres({ dataDir: dataDir.path, log })
  await parts.start(postgres)
  return { connection: postgres.connection, place: `embedded, in ${dataDir.path}` }
}

async function openSealer(config: Config, database: Database): Promise<Sealer> {
  if (config.secretsKey === null) await mkdir(config.dataDir, { recursive: true, mode: 0o700 })
  const file = join(config.dataDir, 'secrets.key')
  const sealer = new Sealer(await loadSecretsKey({ key: config.secretsKey ?? undefined, file }))
  await checkSecretsKey(database, sealer)
  return sealer
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
  const recorder = new Recorder({ database, clock, log, metrics, committed })

  // deliver
  const catalog = new Catalog({ database, sealer, log, clock })
  // Endpoints are limited each by its own concurrency: those of one origin must not hold up one another.
  const sender = new Sender({ policy, maxConnectionsPerOrigin: config.maxConcurrency })
  const templates = new Templates()
  const { publicUrl } = config
  const mailer = new Mailer({ policy })
  const courier = new Courier({ sender, mailer, templates, clock, random, version, publicUrl })
  const health = new EndpointHealth({
    database,
    clock,
    log,
    disableAfterMs: config.disableAfterDays * DAY_MS,
  })
  const held = new Held()
  const backlog = new Backlog({ database, held, clock, log })
  const alone = config.databaseUrl === null
  const dispatcher = new Dispatcher({
    catalog,
    courier,
    recorder,
    held,
    backlog,
    health,
    clock,
    log,
    maxInFlight: config.maxConcurrency,
    alone,
    trusted: () => ownership.trusted,
  })
  const custody = new Custody({ held, backlog, dispatcher, clock, log })
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
      unclear: (parcels: Parcel[]) => backlog.unclear(parcels),
      rememberParked: (endpointId: string, bucket: number) => dispatcher.rememberParked(endpointId, bucket),
      committed,
    },
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
  const { watchlist, detection, buckets, figures, first } = assembleDetection({
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
    metrics: metrics.registry,
    version,
    config: {
      host: config.host,
      port: config.port,
      rateLimitPerSecond: config.rateLimitPerSecond,
      publicMetrics: config.publicMetrics,
      publicUrl: config.publicUrl,
    },
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
      beat: ({ peers, catalogVersion }) => {
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
      new Partitions({ database, clock, log, retentionDays: config.retentionDays }),
      catalog,
      ...first,
      hub,
      recorder,
      sender,
      templates,
      health,
      backlog,
      ownership,
      dispatcher,
      settle,
      detection,
      replayJobs,
      forwarders,
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
