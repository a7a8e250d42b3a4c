import type { Parcel } from '../deliver/parcel.ts'
import type { OpenCommit, Unwritten } from '../deliver/unwritten.ts'
import type { Delivery, Event } from '../ground/vocabulary.ts'
import { type Acceptance, insertAcceptances, type Place, type Placing } from '../store/accept.ts'
import {
  type Database,
  isFaultOfData,
  type Queryable,
  sqlState,
  UNIQUE_VIOLATION,
} from '../store/database.ts'
import { tellOwners } from '../store/due-channel.ts'
import { GroupCommit } from '../store/group-commit.ts'
import { NotSent } from '../store/lane.ts'

/** Rows in one commit; more only when a single request brings more. */
const MAX_ROWS = 2_000
/** A producer under load waits this much longer at most, and commits are few and full. */
const PACE_MS = 3

/** Another node owns the bucket that was decided for: nothing of it was kept. */
export class NotOwner extends Error {}

/** Another node's request took one of our keys first; look again, and answer with what it was given. */
export class KeyTaken extends Error {}

export interface CommitterEvents {
  /** Where a new delivery of one of our buckets is to go. */
  placeOf(endpointId: string, bucket: number): Place
  /** Committed deliveries of our own buckets: to be sent now. */
  submit(parcels: Parcel[]): void
  /** These may be committed or not: the database did not say. `settled` is to be called when what is has been seen to. */
  unclear(parcels: Parcel[], settled: () => void): void
  /** Committed (or perhaps so), and waiting in the table until the endpoint has room. */
  rememberParked(endpointId: string, bucket: number): void
  /** Committed, and waiting in the table of a bucket of ours: nothing later may overtake it. */
  expect(waiting: Parcel[]): void
  /** There is something new to read in these workspaces. */
  committed(workspaceIds: Iterable<string>): void
}

/** Group commit of acceptances, and what follows it at once: handing our own deliveries over, telling other owners. */
export class Committer {
  readonly #lane: Queryable
  readonly #database: Database
  readonly #epochOf: (bucket: number) => number | null
  readonly #events: CommitterEvents
  readonly #unwritten: Unwritten
  readonly #accepted: (events: number) => void
  /** Answers whether the acceptance counted. */
  readonly #groups: GroupCommit<Acceptance, boolean>

  /**
   * @param options.epochOf the epoch under which this node owns a bucket, or null
   * @param options.accepted told how many events each commit held
   * @param options.lane name of the connection; `accept` when left out
   */
  constructor(options: {
    database: Database
    epochOf: (bucket: number) => number | null
    events: CommitterEvents
    unwritten: Unwritten
    accepted?: (events: number) => void
    lane?: string
  }) {
    this.#database = options.database
    this.#lane = options.database.lane(options.lane ?? 'accept')
    this.#epochOf = options.epochOf
    this.#events = options.events
    this.#unwritten = options.unwritten
    this.#accepted = options.accepted ?? (() => {})
    this.#groups = new GroupCommit({
      commit: group => this.#commit(group),
      weigh: ({ routed, replays, ruling }) =>
        routed.length + replays.length + (ruling ? 1 + ruling.samples.length : 0),
      maxWeight: MAX_ROWS,
      maxCommits: 1,
      paceMs: PACE_MS,
    })
  }

  /**
   * Resolves once the acceptance is committed.
   * @throws KeyTaken, NotOwner, or the driver's error: then it is unclear whether it was kept
   */
  async commit(acceptance: Acceptance): Promise<void> {
    if (!(await this.#together(acceptance))) throw new NotOwner()
  }

  /** Resolves when no commit is under way. */
  settled(): Promise<void> {
    return this.#groups.settled()
  }

  async #together(acceptance: Acceptance): Promise<boolean> {
    try {
      return await this.#groups.add(acceptance)
    } catch (error) {
      if (!isFaultOfData(error)) throw error
      // Nothing of the group was kept. One of us is to blame: each tries again alone.
      return this.#alone(acceptance)
    }
  }

  async #alone(acceptance: Acceptance): Promise<boolean> {
    try {
      return (await this.#commit([acceptance]))[0]!
    } catch (error) {
      if (sqlState(error) === UNIQUE_VIOLATION) throw new KeyTaken()
      throw error
    }
  }

  async #commit(group: readonly Acceptance[]): Promise<boolean[]> {
    const placing = new Places(this.#epochOf, this.#events)
    const open = this.#unwritten.begin(acceptedSince(group))
    const inserted = await this.#insert(group, placing, open)
    const { position } = inserted
    const kept = inserted.void.size === 0 ? group : group.filter(one => !inserted.void.has(one))
    const due = new Set(inserted.due.map(row => row.id))
    const isForMemory = ({ id }: Delivery, place: Place) => place === 'memory' && !due.has(id)
    const parcels = parcelsOf(kept, placing, position, isForMemory)
    const unwritten = parcels.reduce((count, parcel) => (parcel.unwrittenAt === null ? count : count + 1), 0)
    this.#unwritten.committed(open, position, unwritten)
    this.#events.submit(parcels)
    if (due.size > 0) this.#events.expect(parcelsOf(kept, placing, position, (_, place) => place === 'due'))
    for (const { id, endpointId, bucket } of placing.parked) {
      if (!due.has(id)) this.#events.rememberParked(endpointId, bucket)
    }
    const buckets = inserted.due.map(row => row.bucket)
    tellOwners(this.#database, buckets)
    this.#accepted(kept.reduce((count, { routed }) => count + routed.length, 0))
    const workspaces = new Set<string>()
    for (const { routed, replays } of kept) {
      for (const { event } of routed) workspaces.add(event.workspaceId)
      for (const { delivery } of replays) workspaces.add(delivery.workspaceId)
    }
    this.#events.committed(workspaces)
    return group.map(one => !inserted.void.has(one))
  }

  async #insert(group: readonly Acceptance[], placing: Places, open: OpenCommit) {
    try {
      return await insertAcceptances(this.#lane, group, placing)
    } catch (error) {
      const gone = () => this.#unwritten.gone(open)
      if (isFaultOfData(error) || error instanceof NotSent) gone()
      else {
        this.#events.unclear(
          parcelsOf(group, placing, NOWHERE, (_, place) => place !== 'parked'),
          gone,
        )
        for (const { endpointId, bucket } of placing.parked) this.#events.rememberParked(endpointId, bucket)
      }
      throw error
    }
  }
}

/** Answers the same for the statement and for what follows it, whatever happens meanwhile. */
class Places implements Placing {
  readonly #places = new Map<Delivery, Place>()
  readonly #epochs = new Map<number, number | null>()
  readonly #currentEpochOf: (bucket: number) => number | null
  readonly #events: CommitterEvents

  constructor(epochOf: (bucket: number) => number | null, events: CommitterEvents) {
    this.#currentEpochOf = epochOf
    this.#events = events
  }

  epochOf(bucket: number): number | null {
    let epoch = this.#epochs.get(bucket)
    if (epoch === undefined) {
      epoch = this.#currentEpochOf(bucket)
      this.#epochs.set(bucket, epoch)
    }
    return epoch
  }

  placeOf(delivery: Delivery): Place {
    let place = this.#places.get(delivery)
    if (place === undefined) {
      place = this.#events.placeOf(delivery.endpointId, delivery.bucket)
      this.#places.set(delivery, place)
    }
    return place
  }

  /** Those that are parked in buckets of ours. */
  get parked(): Delivery[] {
    const parked: Delivery[] = []
    for (const [delivery, place] of this.#places) {
      if (place === 'parked' && this.epochOf(delivery.bucket) !== null) parked.push(delivery)
    }
    return parked
  }
}

/** When the earliest event of the group was accepted; ms since the epoch. */
function acceptedSince(group: readonly Acceptance[]): number {
  let since = Number.POSITIVE_INFINITY
  for (const { routed } of group) for (const { event } of routed) since = Math.min(since, event.acceptedAt)
  return since
}

/** Where an event stands that may not be there. */
const NOWHERE = -1

/** Parcels of those deliveries in buckets of ours that are wanted; `position`: of the group. */
function parcelsOf(
  group: readonly Acceptance[],
  placing: Places,
  position: number,
  wants: (delivery: Delivery, place: Place) => boolean,
): Parcel[] {
  const parcels: Parcel[] = []
  const add = (delivery: Delivery, event: Event, readyAt: number, isReplay: boolean) => {
    const epoch = placing.epochOf(delivery.bucket)
    const place = placing.placeOf(delivery)
    if (epoch === null || !wants(delivery, place)) return
    const unwrittenAt = isReplay || place !== 'memory' ? null : position
    parcels.push({ delivery, event, epoch, readyAt, superseded: 0, unwrittenAt })
  }
  for (const { routed, replays } of group) {
    for (const { event, deliveries } of routed) {
      for (const delivery of deliveries) add(delivery, event, event.acceptedAt, false)
    }
    for (const { delivery, event } of replays) add(delivery, event, delivery.createdAt, true)
  }
  return parcels
}
