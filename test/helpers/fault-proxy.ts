import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { Signal } from './signal.ts'

/**
 * What the proxy does to the bytes that pass. `none`: hands them on. `stall`: keeps them, until the
 * fault changes. `reset`: resets each new connection. `delayMs`: hands them on later. `cutAfterBytes`:
 * resets a connection once so many bytes have come back from the server.
 */
export type Fault =
  | 'none'
  | 'stall'
  | 'reset'
  | { readonly delayMs: number }
  | { readonly cutAfterBytes: number }

interface Pair {
  readonly client: Socket
  readonly server: Socket
  returned: number
}

/** A TCP proxy that fails on command. Start it with {@link startFaultProxy}. */
export class FaultProxy {
  /** How many connections were accepted so far. */
  connections = 0
  readonly port: number
  readonly #to: { host: string; port: number }
  readonly #pairs = new Set<Pair>()
  readonly #changed = new Signal()
  readonly #kept: (() => void)[] = []
  #server: Server
  #fault: Fault = 'none'

  constructor(server: Server, to: { host: string; port: number }) {
    this.#to = to
    this.#server = server
    this.port = (server.address() as AddressInfo).port
    server.on('connection', client => this.#accept(client))
  }

  /** From now on, for open connections too. */
  set(fault: Fault): void {
    this.#fault = fault
    if (fault === 'stall') return
    for (const hand of this.#kept.splice(0)) hand()
  }

  /** Resets every open connection. */
  cut(): void {
    for (const pair of [...this.#pairs]) this.#end(pair)
  }

  /** Takes no connections any more (they are refused), and resets the open ones. */
  async refuse(): Promise<void> {
    if (!this.#server.listening) return
    const closed = once(this.#server, 'close')
    this.#server.close()
    this.cut()
    await closed
  }

  /** Takes connections again, on the same port. */
  async accept(): Promise<void> {
    if (this.#server.listening) return
    this.#server = createServer(client => this.#accept(client))
    this.#server.listen(this.port, '127.0.0.1')
    await once(this.#server, 'listening')
  }

  /** Resolves once `count` connections were accepted. */
  async accepted(count: number): Promise<void> {
    await this.#changed.until(() => this.connections >= count)
  }

  async close(): Promise<void> {
    this.#kept.length = 0
    await this.refuse()
  }

  #accept(client: Socket): void {
    this.connections++
    this.#changed.fire()
    client.on('error', () => {})
    if (this.#fault === 'reset') {
      client.resetAndDestroy()
      return
    }
    const server = connect(this.#to)
    const pair: Pair = { client, server, returned: 0 }
    this.#pairs.add(pair)
    server.on('error', () => {})
    client.on('data', chunk => this.#pass(() => server.write(chunk)))
    server.on('data', chunk => this.#pass(() => this.#returnTo(pair, chunk)))
    client.on('end', () => this.#pass(() => server.end()))
    server.on('end', () => this.#pass(() => client.end()))
    client.on('close', () => this.#pass(() => this.#end(pair)))
    server.on('close', () => this.#pass(() => this.#end(pair)))
  }

  #pass(hand: () => void): void {
    if (this.#fault === 'stall') this.#kept.push(hand)
    else if (typeof this.#fault === 'object' && 'delayMs' in this.#fault)
      setTimeout(hand, this.#fault.delayMs)
    else hand()
  }

  #returnTo(pair: Pair, chunk: Buffer): void {
    const limit =
      typeof this.#fault === 'object' && 'cutAfterBytes' in this.#fault ? this.#fault.cutAfterBytes : Infinity
    const rest = limit - pair.returned
    pair.returned += chunk.length
    if (chunk.length < rest) pair.client.write(chunk)
    else pair.client.write(chunk.subarray(0, Math.max(rest, 0)), () => this.#end(pair))
  }

  #end(pair: Pair): void {
    this.#pairs.delete(pair)
    if (!pair.client.destroyed) pair.client.resetAndDestroy()
    if (!pair.server.destroyed) pair.server.destroy()
  }
}

/** Starts a proxy on a free port of 127.0.0.1 that leads to `to`. */
export async function startFaultProxy(to: { host?: string; port: number }): Promise<FaultProxy> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return new FaultProxy(server, { host: to.host ?? '127.0.0.1', port: to.port })
}
