import type { Clock } from '../ground/clock.ts'
import type { Logger } from '../ground/log.ts'
import type { Recorder } from '../record/recorder.ts'
import type { Catalog } from '../store/catalog.ts'
import type { Database } from '../store/database.ts'
import { Backlog } from './backlog.ts'
import { Backpressure } from './backpressure.ts'
import { brokerNetwork } from './broker-network.ts'
import { BrokerSender } from './brokers/broker-sender.ts'
import { Courier } from './courier.ts'
import { Custody } from './custody.ts'
import { Dispatcher } from './dispatcher.ts'
import type { EgressPolicy } from './egress/index.ts'
import { EndpointHealth } from './health.ts'
import { Held } from './held.ts'
import { SenderThread } from './http/sender-thread.ts'
import { RowWriter } from './row-writer.ts'
import { Settlement } from './settlement.ts'
import { Mailer } from './smtp/mailer.ts'
import { Templates } from './templates/templates.ts'
import { Unwritten } from './unwritten.ts'

const DAY_MS = 86_400_000

/**
 * Delivery, put together. In the order of their start: `sender`, `brokers`, `templates`, `health`, `rows`, `backlog`,
 * then ownership, then `dispatcher`.
 * @param options.alone no other node can be on this database
 * @param options.trusted whether the leases hold at this moment, as far as we know
 */
export function assembleDelivery(options: {
  database: Database
  catalog: Catalog
  recorder: Recorder
  policy: EgressPolicy
  /** Attempts under way at once, of all endpoints together. */
  maxConcurrency: number
  disableAfterDays: number
  publicUrl: string | null
  version: string
  alone: boolean
  trusted: () => boolean
  clock: Clock
  random: () => number
  log: Logger
}) {
  const { policy, clock, random, version, publicUrl, alone } = options
  // Endpoints are limited each by its own concurrency: those of one origin must not hold up one another.
  const sender = new SenderThread({
    policy,
    maxConnectionsPerOrigin: options.maxConcurrency,
    log: options.log,
  })
  const templates = new Templates()
  const mailer = new Mailer({ policy })
  const brokers = new BrokerSender({ network: brokerNetwork(policy), clock })
  const courier = new Courier({ sender, mailer, brokers, templates, clock, random, version, publicUrl })
  const health = new EndpointHealth({ ...options, disableAfterMs: options.disableAfterDays * DAY_MS })
  const unwritten = new Unwritten()
  const held = new Held({ unwritten, alone })
  const dueAt = (bucket: number, at: number) => backlog.dueAt(bucket, at)
  const rows = new RowWriter({ ...options, held, dueAt })
  const backlog = new Backlog({ ...options, held, rows })
  const settlement = new Settlement({ ...options, held, backlog, health })
  const dispatcher = new Dispatcher({
    ...options,
    courier,
    held,
    backlog,
    settlement,
    maxInFlight: options.maxConcurrency,
    leave: parcel => rows.leaveSoon(parcel),
  })
  const backpressure = new Backpressure({ queues: () => dispatcher.queues, clock })
  const custody = new Custody({ ...options, held, backlog, dispatcher, settlement })
  return {
    sender,
    brokers,
    templates,
    courier,
    health,
    unwritten,
    held,
    rows,
    backlog,
    dispatcher,
    backpressure,
    custody,
  }
}
