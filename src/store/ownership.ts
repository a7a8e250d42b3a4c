import { BUCKETS } from '../ground/bucket.ts'
import { messageOf } from '../ground/errors.ts'
import type { Part } from '../ground/lifecycle.ts'
import type { Logger } from '../ground/log.ts'
import type { Database, Queryable } from './database.ts'
import { HORIZON } from './feed.ts'

/**
 * Ownership of buckets: which node runs, holds and sends what hashes into a bucket.
 *
 *                 lease free or run out: epoch + 1
 *      ┌──────┐ ────────────────────────────────────> ┌───────┐
 *      │ free │                                        │ owned │ ──┐ heartbeat: lease renewed
 *      └──────┘ <──────────────────────────────────── └───────┘ <─┘
 *                 given back (stop, or a fair share for a new node), or run out
 *
 * The database decides: a lease is a row with `lease_until` by the database's clock, and taking it
 * raises `epoch`. Local time (the monotonic one; no clock is handed in) is trusted for one thing only: an owner stops by itself when its last
 * successful heartbeat was *sent* a lease ago, which is never later than the database lets it go.
 * An owner that was suspended and comes back writes with its old epoch, and those writes do not
 * count (fencing): see deliveries.ts.
 */
export interface OwnershipEvents {
  /** The bucket is ours under `epoch`. */
  gained(bucket: number, epoch: number): void
  /** The bucket is no longer ours; nothing of it may be started. */
  lost(bucket: number): void
  /** No bucket may be ours any more; nothing may be started until the database has said what still is. */
  suspended(): void
  /** What was not {@link lost} meanwhile is ours as before. */
  resumed(): void
  /** Asked before a bucket is given back: resolves when nothing of it is in flight or held. */
  release(bucket: number): Promise<void>
  /** Asked before each heartbeat. */
  settled(): Settled
  /** After each heartbeat. `horizon`: positions given from now on are at or above it. */
  beat(status: { peers: number; catalogVersion: number; horizon: number }): void
}

/** After a heartbeat that failed the next one comes so many times sooner: the lease runs, and the database may be back. */
const AGAIN_SOONER = 4

/** Of which buckets every delivery of events below a position has a row, as far as their owner wrote it down. */
export interface Settled {
  readonly buckets: readonly number[]
  readonly position: number
  /** No event at or above the position is of an earlier day. */
  readonly day: string
}

const NOTHING_SETTLED: Settled = { buckets: [], position: 0, day: '-infinity' }

interface BeatRow {
  horizon: string
  peers: number
  catalog_version: string
  mine: { bucket: number; epoch: number }[] | null
  free: number
}

/**
 * One round trip a second: says that we live, renews our leases and their marks, and looks around. A mark's position
 * never goes back; its day does when the clock is set back, and claims the less for it.
 */
const BEAT = {
  name: 'ownership_beat',
  text: `
    with me as (
      insert into nodes (id, hostname, version) values ($1, $2, $3)
      on conflict (id) do update set seen_at = now()
    ), renewed as (
      update buckets set lease_until = now() + $4 * interval '1 second',
        settled_position = case when bucket = any ($5::smallint[]) then greatest(settled_position, $6) else settled_position end,
        settled_day = case when bucket = any ($5::smallint[]) then $7::date else settled_day end
      where node_id = $1 returning bucket, epoch
    )
    select
      ${HORIZON} as horizon,
      (select count(*)::int from nodes where id <> $1 and seen_at > now() - $4 * interval '1 second') as peers,
      (select version from catalog_version) as catalog_version,
      (select json_agg(json_build_object('bucket', bucket, 'epoch', epoch)) from renewed) as mine,
      (select count(*)::int from buckets where node_id is distinct from $1 and lease_until < now()) as free`,
}

/** Takes up to $3 buckets whose lease ran out. `skip locked`: another node that takes one at this moment has it. */
const TAKE = {
  name: 'ownership_take',
  text: `
    update buckets set node_id = $1, epoch = epoch + 1, lease_until = now() + $2 * interval '1 second'
    where bucket in (select bucket from buckets where node_id is distinct from $1 and lease_until < now()
                     order by bucket limit $3 for update skip locked)
    returning bucket, epoch`,
}

const GIVE_BACK = {
  name: 'ownership_give_back',
  text: `update buckets set node_id = null, lease_until = '-infinity' where node_id = $1 and bucket = any($2::smallint[])`,
}

/** This node's share of the 64 buckets, kept by leases. */
export class Ownership implements Part {
  readonly nodeId: string
  readonly #lane: Queryable
  readonly #database: Database
  readonly #log: Logger
  readonly #identity: { hostname: string; version: string }
  readonly #leaseSeconds: number
  readonly #beatMs: number
  readonly #alone: boolean
  readonly #epochs = new Map<number, number>()
  readonly #releasing = new Set<number>()
  /** Half let go of, when the database broke: of no use to anybody until they are given back. */
  readonly #unreturned = new Set<number>()
  #events: OwnershipEvents | null = null
  #trustedUntil = 0
  #suspended = false
  #cancelBeat: (() => void) | null = null
  #cancelExpiry: (() => void) | null = null
  #beating: Promise<void> = Promise.resolve()
  #stopped = false

  /** @param options.alone the database is ours alone (embedded): leases of earlier runs are void at once */
  constructor(options: {
    database: Database
    log: Logger
    nodeId: string
    hostname: string
    version: string
    leaseSeconds: number
    beatMs: number
    alone: boolean
  }) {
    this.nodeId = options.nodeId
    this.#database = options.database
    this.#lane = options.database.lane('ownership')
    this.#log = options.log
    this.#identity = { hostname: options.hostname, version: options.version }
    this.#leaseSeconds = options.leaseSeconds
    this.#beatMs = options.beatMs
    this.#alone = options.alone
  }

  /** Who is told; set once, before {@link start}. */
  connect(events: OwnershipEvents): void {
    this.#events = events
  }

  /** The fencing epoch under which we own the bucket, or null: not ours. */
  epochOf(bucket: number): number | null {
    return this.#suspended ? null : (this.#epochs.get(bucket) ?? null)
  }

  /** Buckets owned now; none while we are suspended. */
  owned(): number[] {
    return this.#suspended ? [] : [...this.#epochs.keys()]
  }

  /** Whether the leases hold at this moment, by our own clock. */
  get trusted(): boolean {
    return performance.now() < this.#trustedUntil
  }

  /** Resolves after the first heartbeat, with what was free taken. */
  async start(): Promise<void> {
    if (this.#alone) {
      await this.#database.query(`delete from nodes`)
      await this.#database.query(`update buckets set node_id = null, lease_until = '-infinity'`)
    }
    await this.#beat()
    this.#scheduleBeat()
  }

  /** Lets go of every bucket in good order and gives it back, so that others take over at once. */
  async stop(): Promise<void> {
    if (this.#stopped) return
    this.#stopped = true
    this.#cancelBeat?.()
    this.#cancelExpiry?.()
    await this.#beating
    const buckets = [...this.#epochs.keys()]
    try {
      await Promise.all(buckets.map(bucket => this.#events?.release(bucket)))
      this.#epochs.clear()
      await this.#lane.query(GIVE_BACK, [this.nodeId, buckets])
      await this.#database.query('delete from nodes where id = $1', [this.nodeId])
    } catch (error) {
      this.#log.warn(`buckets were not given back, others wait for the lease to end: ${messageOf(error)}`)
    }
  }

  #scheduleBeat(delayMs = this.#beatMs): void {
    const timer = setTimeout(() => {
      let nextMs = this.#beatMs
      this.#beating = this.#beat().catch(error => {
        this.#log.warn(`heartbeat failed: ${messageOf(error)}`)
        nextMs = this.#beatMs / AGAIN_SOONER
      })
      this.#beating.then(() => {
        if (!this.#stopped) this.#scheduleBeat(nextMs)
      })
    }, delayMs)
    this.#cancelBeat = () => clearTimeout(timer)
  }

  async #beat(): Promise<void> {
    const sentAt = performance.now()
    const settled = this.#events?.settled() ?? NOTHING_SETTLED
    const { rows } = await this.#lane.query<BeatRow>(BEAT, [
      this.nodeId,
      this.#identity.hostname,
      this.#identity.version,
      this.#leaseSeconds,
      settled.buckets,
      settled.position,
      settled.day,
    ])
    const row = rows[0]
    if (!row || this.#stopped) return
    // A timer may come a moment early: then we are suspended although the lease still holds.
    const lapsed = this.#suspended || (this.#trustedUntil > 0 && !this.trusted)
    this.#trust(sentAt)
    this.#adopt(row.mine ?? [])
    if (lapsed) this.#resume()
    const share = Math.ceil(BUCKETS / (row.peers + 1))
    if (row.free > 0 && this.#epochs.size < share) await this.#take(share - this.#epochs.size)
    this.#giveBackAbove(share)
    this.#events?.beat({
      peers: row.peers,
      catalogVersion: Number(row.catalog_version),
      horizon: Number(row.horizon),
    })
  }

  /** The leases hold, by our own clock, until a lease after the heartbeat was sent. */
  #trust(sentAt: number): void {
    this.#trustedUntil = sentAt + this.#leaseSeconds * 1000
    this.#cancelExpiry?.()
    const timer = setTimeout(() => this.#expire(), this.#trustedUntil - performance.now())
    timer.unref()
    this.#cancelExpiry = () => clearTimeout(timer)
  }

  #expire(): void {
    if (this.#stopped || this.#epochs.size === 0) return
    this.#log.error('the lease ended without a heartbeat reaching the database: sending is suspended')
    this.#suspended = true
    this.#events?.suspended()
  }

  #resume(): void {
    if (this.#suspended) this.#log.info('heartbeats reach the database again: sending goes on')
    this.#suspended = false
    this.#events?.resumed()
  }

  /** What the database says is ours: a bucket that was taken goes, one that could not be given back is ours again. */
  #adopt(mine: readonly { bucket: number; epoch: number }[]): void {
    const said = new Map(mine.map(({ bucket, epoch }) => [bucket, epoch]))
    for (const [bucket, epoch] of this.#epochs) if (said.get(bucket) !== epoch) this.#lose(bucket)
    for (const { bucket, epoch } of mine) {
      if (!this.#epochs.has(bucket) && !this.#releasing.has(bucket)) this.#gain(bucket, epoch)
    }
  }

  async #take(count: number): Promise<void> {
    const { rows } = await this.#lane.query<{ bucket: number; epoch: string }>(TAKE, [
      this.nodeId,
      this.#leaseSeconds,
      count,
    ])
    for (const { bucket, epoch } of rows) this.#gain(bucket, Number(epoch))
  }

  #giveBackAbove(share: number): void {
    const surplus = [...this.#epochs.keys()].slice(share)
    for (const bucket of new Set([...surplus, ...this.#unreturned]))
      if (!this.#releasing.has(bucket)) this.#giveBack(bucket)
  }

  async #giveBack(bucket: number): Promise<void> {
    this.#releasing.add(bucket)
    this.#unreturned.add(bucket)
    try {
      await this.#events?.release(bucket)
      this.#epochs.delete(bucket)
      this.#unreturned.delete(bucket)
      await this.#lane.query(GIVE_BACK, [this.nodeId, [bucket]])
    } catch (error) {
      this.#log.warn(`bucket ${bucket} was not given back: ${messageOf(error)}`)
    } finally {
      this.#releasing.delete(bucket)
    }
  }

  #gain(bucket: number, epoch: number): void {
    this.#epochs.set(bucket, epoch)
    this.#events?.gained(bucket, epoch)
  }

  #lose(bucket: number): void {
    this.#epochs.delete(bucket)
    this.#unreturned.delete(bucket)
    this.#events?.lost(bucket)
  }
}
