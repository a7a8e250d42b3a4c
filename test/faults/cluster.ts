import { Client } from 'pg'
import { createTestDatabase, type TestDatabase } from '../helpers/postgres.ts'
import { FaultNode } from './node.ts'
import { until } from './until.ts'

const BUCKETS = 64

/** Nodes in processes of their own on one database, and what that says of them. */
export class Cluster {
  readonly nodes: FaultNode[] = []
  readonly #database: TestDatabase
  readonly #client: Client

  private constructor(database: TestDatabase, client: Client) {
    this.#database = database
    this.#client = client
  }

  /** Starts nodes one after another; resolves when each has its share of the buckets. */
  static async start(count: number): Promise<Cluster> {
    const database = await createTestDatabase()
    const client = new Client(database.connection)
    await client.connect()
    const cluster = new Cluster(database, client)
    for (let n = 0; n < count; n++) await cluster.add()
    await cluster.shared(count)
    return cluster
  }

  /** Starts one more node; resolves when it is ready. */
  async add(): Promise<FaultNode> {
    const [first] = this.nodes
    const node = await FaultNode.make({ databaseUrl: this.#database.url, ...(first && { beside: first }) })
    this.nodes.push(node)
    await node.start()
    return node
  }

  // biome-ignore lint/suspicious/noExplicitAny: tests look at what they expect to be there.
  async query(statement: string, values: unknown[] = []): Promise<any[]> {
    return (await this.#client.query(statement, values)).rows
  }

  /** How many buckets each node has, the most first; those whose lease ran out or that were given back are nobody's. */
  async shares(): Promise<number[]> {
    const rows = await this.query(
      `select count(*)::int as count from buckets where node_id is not null and lease_until > now()
       group by node_id order by count desc`,
    )
    return rows.map(row => row.count)
  }

  /** Resolves when every bucket is owned, in equal shares, by so many nodes. */
  async shared(nodes: number): Promise<void> {
    const share = Math.ceil(BUCKETS / nodes)
    await until(async () => {
      const shares = await this.shares()
      return shares.length === nodes && shares[0] === share && sum(shares) === BUCKETS
    })
  }

  async end(): Promise<void> {
    for (const node of this.nodes) await node.remove()
    await this.#client.end()
    await this.#database.drop()
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
