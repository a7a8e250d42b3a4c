import { setTimeout as wait } from 'node:timers/promises'
import type { ReceivedRequest } from '../helpers/receiver.ts'
import type { FaultNode } from './node.ts'

const MONITORS = 16
const PAUSE_MS = 10
const AGAIN_MS = 50

/** Monitors whose events are sent one after another, each when the one before it is acknowledged. */
export class Sequences {
  /** Event ids, as they were acknowledged. */
  readonly acknowledged: string[] = []
  readonly #nodes: readonly FaultNode[]
  readonly #monitors: Promise<void>[]
  #stopping = false

  /** @param nodes that they are sent to, in turn */
  constructor(name: string, nodes: readonly FaultNode[]) {
    this.#nodes = nodes
    this.#monitors = Array.from({ length: MONITORS }, (_, n) => this.#produce(`${name}-${n}`))
  }

  /** Resolves when everything sent is acknowledged. */
  async stop(): Promise<void> {
    this.#stopping = true
    await Promise.all(this.#monitors)
  }

  /**
   * Requests that came after a later event of their monitor, in words.
   * @param options.repeats `anyhow`: those of events that had come before do not count
   */
  outOfOrder(
    requests: readonly ReceivedRequest[],
    options: { repeats?: 'in order' | 'anyhow' } = {},
  ): string[] {
    const reached = new Map<string, number>()
    const seen = new Set<string>()
    const late: string[] = []
    for (const { headers } of requests) {
      const id = String(headers['webhook-id'])
      if (options.repeats === 'anyhow' && seen.has(id)) continue
      seen.add(id)
      const [monitor, text] = id.split('.') as [string, string]
      const number = Number(text)
      const before = reached.get(monitor) ?? -1
      if (number < before) late.push(`${monitor}: ${number} after ${before}`)
      reached.set(monitor, Math.max(number, before))
    }
    return late
  }

  async #produce(monitor: string): Promise<void> {
    for (let number = 0; !this.#stopping; number++) {
      const event = { monitor_name: monitor, status: 'degraded', event_id: `${monitor}.${number}` }
      const node = this.#nodes[number % this.#nodes.length] as FaultNode
      while ((await node.call('POST', '/v1/events', event)).status !== 202) await wait(AGAIN_MS)
      this.acknowledged.push(event.event_id)
      await wait(PAUSE_MS)
    }
  }
}
