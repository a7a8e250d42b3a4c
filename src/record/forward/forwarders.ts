import { bucketOf } from '../../ground/bucket.ts'
import { messageOf } from '../../ground/errors.ts'
import type { Part } from '../../ground/lifecycle.ts'
import { enabledForwarders, FORWARDERS_CHANNEL, type StoredForwarder } from '../../store/forwarders.ts'
import { Forwarder, type ForwarderBase } from './forwarder.ts'

/** Looks by itself this often: a notification may be lost with its connection. */
const LOOK_EVERY_MS = 10_000

/**
 * Runs the forwarders of `forwarders`, each on one node: the owner of the bucket that its id hashes into. So they
 * are shared out, and one whose node dies goes on elsewhere within a lease, by the ownership that is there anyway.
 * Nothing depends on it being exact: a place only moves forward, and only past what was confirmed, so two nodes
 * that run the same one for the length of a lease send some messages twice, and skip none.
 */
export class Forwarders implements Part {
  readonly #base: ForwarderBase
  readonly #owns: (bucket: number) => boolean
  readonly #running = new Map<string, Forwarder>()
  #looking: Promise<void> = Promise.resolve()
  #isLooking = false
  #isAsked = false
  #timer: NodeJS.Timeout | null = null
  #stopped = false

  /** @param options.owns whether a bucket is this node's */
  constructor(options: ForwarderBase & { owns: (bucket: number) => boolean }) {
    const { owns, ...base } = options
    this.#base = base
    this.#owns = owns
  }

  /** Resolves when changes are heard of, or will be as soon as the database answers. */
  async start(): Promise<void> {
    await this.#base.database.listen(FORWARDERS_CHANNEL, () => this.look())
    this.#timer = setInterval(() => this.look(), LOOK_EVERY_MS)
    this.look()
  }

  /** Resolves when nothing is forwarded any more. */
  async stop(): Promise<void> {
    this.#stopped = true
    if (this.#timer) clearInterval(this.#timer)
    await this.#looking
    await this.#end(() => true)
  }

  /** Forwarders or the ownership of buckets may have changed. Cheap: calls at the same time are one look. */
  look(): void {
    this.#isAsked = true
    if (this.#isLooking || this.#stopped) return
    this.#isLooking = true
    this.#looking = this.#lookWhileAsked().finally(() => {
      this.#isLooking = false
    })
  }

  /** Resolves when nothing of a bucket that is about to be given away is forwarded any more. */
  async release(bucket: number): Promise<void> {
    await this.#end(({ workspaceId, id }) => bucketOf(workspaceId, id) === bucket)
  }

  async #lookWhileAsked(): Promise<void> {
    while (this.#isAsked && !this.#stopped) {
      this.#isAsked = false
      try {
        await this.#reconcile()
      } catch (error) {
        this.#base.log.warn(`forwarders were not looked at, and will be soon: ${messageOf(error)}`)
      }
    }
  }

  /** Stops what is not to run here, or not as it does; starts what is missing. */
  async #reconcile(): Promise<void> {
    const all = await enabledForwarders(this.#base.database)
    const ours = all.filter(({ workspaceId, id }) => this.#owns(bucketOf(workspaceId, id)))
    const revisions = new Map(ours.map(({ id, revision }) => [id, revision]))
    const over = [...this.#running.values()].filter(
      ({ stored }) => revisions.get(stored.id) !== stored.revision,
    )
    await Promise.all(over.map(forwarder => forwarder.stop()))
    for (const { stored } of over) this.#running.delete(stored.id)
    for (const stored of ours) {
      if (this.#stopped || this.#running.has(stored.id)) continue
      const forwarder = new Forwarder(stored, this.#base)
      this.#running.set(stored.id, forwarder)
      forwarder.start()
    }
  }

  async #end(which: (stored: StoredForwarder) => boolean): Promise<void> {
    const over = [...this.#running.values()].filter(({ stored }) => which(stored))
    await Promise.all(over.map(forwarder => forwarder.stop()))
    for (const { stored } of over) this.#running.delete(stored.id)
  }
}
