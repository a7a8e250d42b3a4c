import { Fifo } from './fifo.ts'
import type { Parcel } from './parcel.ts'
import type { Unwritten } from './unwritten.ts'

/** A bucket that is ours: what we hold of it in memory, and when its table wants to be read again. */
export interface HeldBucket {
  readonly bucket: number
  readonly epoch: number
  /** Deliveries that are ours to send or to write down, by id. */
  readonly parcels: Map<string, Parcel>
  /** What an earlier owner left is taken up: the table may be read. */
  ready: boolean
  /** When the next delivery waiting in the table is due; ms since the epoch. */
  nextDueAt: number
  /** Since when it is ours; ms since the epoch. */
  readonly openedAt: number
  /** Whatever the owner before committed at its last moment was looked for: our own mark may go on. */
  settles: boolean
  /** A claim is under way. */
  claiming: boolean
  /** The bucket is being given back: nothing of it is started any more. */
  closing: boolean
  /** Attempts started and not yet written down. */
  inFlight: number
  /** Called when `inFlight` comes to zero while closing. */
  whenQuiet: (() => void) | null
}

/** The buckets that this node owns, and their parcels. */
export class Held {
  readonly #buckets = new Map<number, HeldBucket>()
  readonly #unwritten: Unwritten
  /** Parcels as they came whose delivery had no row then. */
  readonly #fresh = new Fifo<Parcel>()

  readonly #alone: boolean
  #size = 0

  /** @param options.alone no other node can be on this database */
  constructor(options: { unwritten: Unwritten; alone: boolean }) {
    this.#unwritten = options.unwritten
    this.#alone = options.alone
  }

  /** @param openedAt ms since the epoch */
  open(bucket: number, epoch: number, openedAt: number): HeldBucket {
    const held: HeldBucket = {
      bucket,
      epoch,
      parcels: new Map(),
      ready: false,
      nextDueAt: Number.POSITIVE_INFINITY,
      openedAt,
      settles: this.#alone,
      claiming: false,
      closing: false,
      inFlight: 0,
      whenQuiet: null,
    }
    this.#buckets.set(bucket, held)
    return held
  }

  /** The bucket is not ours any more; what of it has no row, its next owner reads from the events. */
  close(bucket: number): void {
    const held = this.#buckets.get(bucket)
    if (!held) return
    this.#buckets.delete(bucket)
    this.#size -= held.parcels.size
    for (const parcel of held.parcels.values()) this.written(parcel)
  }

  /** Parcels of all buckets. */
  get size(): number {
    return this.#size
  }

  get(bucket: number): HeldBucket | undefined {
    return this.#buckets.get(bucket)
  }

  all(): IterableIterator<HeldBucket> {
    return this.#buckets.values()
  }

  numbers(): number[] {
    return [...this.#buckets.keys()]
  }

  /** Buckets that are taken over whole, stragglers of their owner before included. */
  settling(): number[] {
    return [...this.#buckets.values()].filter(held => held.ready && held.settles).map(held => held.bucket)
  }

  /** Takes a parcel on; false when its bucket is not ours (any more), or we have it already. */
  admit(parcel: Parcel): boolean {
    const held = this.#buckets.get(parcel.delivery.bucket)
    if (!held || held.closing || held.epoch !== parcel.epoch || held.parcels.has(parcel.delivery.id))
      return false
    held.parcels.set(parcel.delivery.id, parcel)
    this.#size++
    if (parcel.unwrittenAt !== null) this.#fresh.push(parcel)
    return true
  }

  /** Those without a row that wait since before `before` (ms since the epoch). Each is given once. */
  takeUnwritten(before: number): Parcel[] {
    const late: Parcel[] = []
    for (;;) {
      const first = this.#fresh.peek()
      if (!first || (first.unwrittenAt !== null && first.readyAt >= before)) return late
      this.#fresh.shift()
      if (first.unwrittenAt !== null) late.push(first)
    }
  }

  /** The delivery has its row. */
  written(parcel: Parcel): void {
    if (parcel.unwrittenAt === null) return
    this.#unwritten.written(parcel.unwrittenAt)
    parcel.unwrittenAt = null
  }

  /** The parcel is about to be sent; false: its bucket is not ours (any more). Call {@link end} for it. */
  begin(parcel: Parcel): boolean {
    const held = this.#buckets.get(parcel.delivery.bucket)
    if (!held || held.closing || held.epoch !== parcel.epoch) return false
    held.inFlight++
    return true
  }

  /** What became of the parcel is written down: it is over, or back in the table. */
  end(parcel: Parcel): void {
    this.drop(parcel)
    const held = this.#buckets.get(parcel.delivery.bucket)
    if (!held || held.epoch !== parcel.epoch) return
    held.inFlight--
    if (held.inFlight === 0) held.whenQuiet?.()
  }

  /** Lets go of a parcel that is on record: over, or waiting in the table. */
  drop(parcel: Parcel): void {
    this.written(parcel)
    const held = this.#buckets.get(parcel.delivery.bucket)
    if (held?.parcels.get(parcel.delivery.id) !== parcel) return
    held.parcels.delete(parcel.delivery.id)
    this.#size--
  }

  /** Starts nothing more of the bucket; resolves when nothing of it is in flight. */
  async quiet(bucket: number): Promise<void> {
    const held = this.#buckets.get(bucket)
    if (!held) return
    held.closing = true
    if (held.inFlight === 0) return
    await new Promise<void>(resolve => {
      held.whenQuiet = resolve
    })
  }
}
