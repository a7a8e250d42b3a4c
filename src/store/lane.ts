import { Client, type ClientConfig, type QueryResultRow } from 'pg'
import type { Part } from '../ground/lifecycle.ts'
import type { Queryable, Statement } from './database.ts'

/** A statement that takes longer than this has met a database that hangs: the connection is given up. */
const STATEMENT_TIMEOUT_MS = 15_000

/**
 * One connection with pipelining: statements are sent without waiting for the answers before
 * them, each its own transaction. A broken connection rejects what is under way; the next
 * statement connects anew.
 */
export class Lane implements Part, Queryable {
  readonly #config: ClientConfig
  #client: Promise<Client> | null = null

  constructor(config: ClientConfig) {
    this.#config = { ...config, pipeline: true, query_timeout: STATEMENT_TIMEOUT_MS }
  }

  async start(): Promise<void> {
    await this.#connected()
  }

  async stop(): Promise<void> {
    const client = this.#client
    this.#client = null
    await client?.then(connected => connected.end()).catch(() => {})
  }

  async query<R extends QueryResultRow>(statement: Statement, values: readonly unknown[] = []) {
    const client = await this.#connected()
    const config = typeof statement === 'string' ? { text: statement } : { ...statement }
    const result = await client.query<R>({ ...config, values: values as unknown[] })
    return { rows: result.rows, rowCount: result.rowCount ?? 0 }
  }

  #connected(): Promise<Client> {
    if (this.#client) return this.#client
    const client = new Client(this.#config)
    const connecting = client.connect().then(() => client)
    const forget = () => {
      if (this.#client === connecting) this.#client = null
    }
    client.on('error', forget)
    client.on('end', forget)
    connecting.catch(forget)
    this.#client = connecting
    return connecting
  }
}
