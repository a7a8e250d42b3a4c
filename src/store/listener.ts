import { Client, type ClientConfig, escapeIdentifier } from 'pg'
import { messageOf } from '../ground/errors.ts'
import type { Part } from '../ground/lifecycle.ts'
import type { Logger } from '../ground/log.ts'

const RECONNECT_MS = 250

/** The LISTEN connection: one for the whole process, re-made whenever it breaks. */
export class Listener implements Part {
  readonly #config: ClientConfig
  readonly #log: Logger
  readonly #handlers = new Map<string, ((payload: string) => void)[]>()
  #client: Client | null = null
  #retry: NodeJS.Timeout | null = null
  #stopped = false

  constructor(config: ClientConfig, log: Logger) {
    this.#config = { ...config, application_name: 'statuspulse listen' }
    this.#log = log
  }

  /** Resolves when every channel is heard. */
  async start(): Promise<void> {
    await this.#connect()
  }

  async stop(): Promise<void> {
    this.#stopped = true
    if (this.#retry) clearTimeout(this.#retry)
    const client = this.#client
    this.#client = null
    await client?.end().catch(() => {})
  }

  /** Resolves when the channel is heard; while there is no connection, at once: the next one hears it. */
  async listen(channel: string, handler: (payload: string) => void): Promise<void> {
    const handlers = this.#handlers.get(channel)
    this.#handlers.set(channel, [...(handlers ?? []), handler])
    if (handlers) return
    const client = this.#client
    await client?.query(`listen ${escapeIdentifier(channel)}`).catch(() => client.end())
  }

  async #connect(): Promise<void> {
    const client = new Client(this.#config)
    client.on('error', () => this.#lost(client))
    client.on('end', () => this.#lost(client))
    client.on('notification', ({ channel, payload }) => {
      for (const handler of this.#handlers.get(channel) ?? []) handler(payload ?? '')
    })
    await client.connect()
    this.#client = client
    for (const channel of this.#handlers.keys()) await client.query(`listen ${escapeIdentifier(channel)}`)
  }

  #lost(client: Client): void {
    if (this.#stopped || this.#client !== client) return
    this.#client = null
    client.end().catch(() => {})
    this.#reconnectSoon()
  }

  #reconnectSoon(): void {
    if (this.#stopped || this.#retry) return
    this.#retry = setTimeout(async () => {
      this.#retry = null
      try {
        await this.#connect()
        for (const handlers of this.#handlers.values()) for (const handler of handlers) handler('')
      } catch (error) {
        this.#log.debug(`listening again failed: ${messageOf(error)}`)
        this.#client = null
        this.#reconnectSoon()
      }
    }, RECONNECT_MS)
  }
}
