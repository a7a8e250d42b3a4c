import { createHmac, timingSafeEqual } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

const HEALTHY_MS = 40_000
const FAILING_MS = 20_000
/** The first failure comes sooner: whoever has just started us is watching. */
const HEAD_START_MS = 30_000

/** Whether the demo's shop is down, so long after its start. */
export function isFailing(elapsedMs: number): boolean {
  return (elapsedMs + HEAD_START_MS) % (HEALTHY_MS + FAILING_MS) >= HEALTHY_MS
}

/** A server on this machine that only the demo uses. */
export class DemoServer {
  readonly port: number
  readonly #server: Server

  private constructor(server: Server) {
    this.#server = server
    this.port = (server.address() as AddressInfo).port
  }

  /** Listens on the port if it is free, else on any. */
  static async listen(server: Server, port: number): Promise<DemoServer> {
    for (const wanted of [port, 0]) {
      server.listen(wanted, '127.0.0.1')
      const error = await Promise.race([once(server, 'listening').then(() => null), once(server, 'error')])
      if (error === null) return new DemoServer(server)
    }
    throw new Error('no port is free on 127.0.0.1')
  }

  /** `127.0.0.1:41234` */
  get authority(): string {
    return `127.0.0.1:${this.port}`
  }

  close(): void {
    this.#server.close()
    this.#server.closeAllConnections()
  }
}

/** A shop that answers, and fails for 20 seconds of every minute. */
export function createShop(now: () => number): Server {
  const startedAt = now()
  return createServer((request, response) => {
    request.resume()
    const failing = isFailing(now() - startedAt)
    response.writeHead(failing ? 503 : 200, { 'content-type': 'text/plain' })
    response.end(failing ? 'The checkout is down.\n' : 'The checkout is open.\n')
  })
}

/** What the demo's receiver says of a delivery. */
export interface Received {
  readonly verified: boolean
  readonly eventType: string
  readonly monitorName: string
}

/**
 * A receiver that does what every receiver should: verifies the signature (Standard Webhooks 1.0) before
 * it believes the body, and answers 401 to what it cannot verify.
 * @param secret the endpoint's, once it is known
 */
export function createReceiver(secret: () => string | null, told: (received: Received) => void): Server {
  return createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', chunk => chunks.push(chunk))
    request.on('end', () => {
      const body = Buffer.concat(chunks)
      const verified = isSigned(request.headers, body, secret())
      response.writeHead(verified ? 200 : 401, { 'content-type': 'text/plain' })
      response.end(verified ? 'verified\n' : 'The signature is not right.\n')
      told({
        verified,
        eventType: String(request.headers['x-statuspulse-event-type']),
        monitorName: verified ? (JSON.parse(body.toString()) as { monitor_name: string }).monitor_name : '?',
      })
    })
  })
}

function isSigned(
  headers: Readonly<Record<string, string | string[] | undefined>>,
  body: Buffer,
  secret: string | null,
): boolean {
  if (secret === null) return false
  const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.`
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
  const expected = Buffer.from(`v1,${createHmac('sha256', key).update(signed).update(body).digest('base64')}`)
  return String(headers['webhook-signature'])
    .split(' ')
    .some(one => one.length === expected.length && timingSafeEqual(Buffer.from(one), expected))
}
