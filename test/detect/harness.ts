import { once } from 'node:events'
import { createServer, type Socket, connect as tcpConnect } from 'node:net'
import { Worker } from 'node:worker_threads'
import { afterEach } from 'vitest'
import type { EgressPolicy, Lookup } from '../../src/deliver/egress/index.ts'
import {
  CHECKS,
  type CheckKind,
  CheckNetwork,
  type CheckOptions,
  type CheckResult,
  prepareCheck,
} from '../../src/detect/checks/index.ts'
import { makeCertificates } from '../helpers/certificates.ts'
import { type Receiver, type ReceiverOptions, startReceiver } from '../helpers/receiver.ts'
import { type DnsServer, startDnsServer, type Zone } from './dns-server.ts'

const started: { close(): Promise<unknown> }[] = []
afterEach(async () => {
  for (const part of started.splice(0).reverse()) await part.close()
})

/** Has something closed after the test. */
export function closing<T extends { close(): Promise<unknown> }>(part: T): T {
  started.push(part)
  return part
}

export async function receiverWith(options: ReceiverOptions = {}): Promise<Receiver> {
  return closing(await startReceiver(options))
}

export async function dnsServerWith(zone: Zone): Promise<DnsServer> {
  return closing(await startDnsServer(zone))
}

/** The way out, with loopback allowed and the tests' authority trusted. */
export function networkWith(policy: Partial<EgressPolicy> = {}, lookup?: Lookup): CheckNetwork {
  return new CheckNetwork({
    policy: { allowHttp: true, allowNetworks: ['127.0.0.0/8'], extraCa: makeCertificates().ca, ...policy },
    version: '1.2.3',
    ...(lookup && { lookup }),
  })
}

const network = networkWith()

/** Reads a spec as the API would, and runs its check. */
export function check(
  kind: CheckKind,
  spec: Readonly<Record<string, unknown>>,
  { network: way = network, timeoutMs = 5_000, ...more }: Partial<CheckOptions> = {},
): Promise<CheckResult> {
  return prepareCheck(kind, spec, way).run({ timeoutMs, ...more })
}

/** What a schema says of a spec: `path: message` of each fault; empty: it is taken. */
export function faultsOf(kind: CheckKind, spec: unknown): string[] {
  const read = CHECKS[kind].schema.safeParse(spec)
  return read.success ? [] : read.error.issues.map(issue => `${issue.path.join('.')}: ${issue.message}`)
}

/** A TCP server on 127.0.0.1 that does `then` with each connection. */
export async function tcpServerWith(
  then: (socket: Socket) => void,
): Promise<{ port: number; sockets: Set<Socket> }> {
  const sockets = new Set<Socket>()
  const server = createServer(socket => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
    then(socket)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  closing({
    close: async () => {
      const closed = once(server, 'close')
      server.close()
      for (const socket of sockets) socket.destroy()
      await closed
    },
  })
  return { port: (server.address() as { port: number }).port, sockets }
}

/** A port of 127.0.0.1 that nobody listens on. */
export async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}

const LISTENER = `
  const { workerData, parentPort } = require('node:worker_threads')
  const server = require('node:net').createServer()
  server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
    parentPort.postMessage(server.address().port)
    Atomics.wait(workerData, 0, 0)
  })`

/** A port of 127.0.0.1 whose queue of new connections is full: one more is neither taken nor refused. */
export async function busyPort(): Promise<number> {
  const worker = new Worker(LISTENER, { eval: true, workerData: new Int32Array(new SharedArrayBuffer(4)) })
  const [port] = await once(worker, 'message')
  const sockets = Array.from({ length: 8 }, () => tcpConnect(port, '127.0.0.1').on('error', () => {}))
  closing({
    close: async () => {
      for (const socket of sockets) socket.destroy()
      await worker.terminate()
    },
  })
  await once(sockets[0]!, 'connect')
  return port
}
