import { randomBytes } from 'node:crypto'
import { Client, type ClientConfig } from 'pg'
import { inject } from 'vitest'
import { TEMPLATE } from './global-postgres.ts'

/** A database of one's own in the run's Postgres. */
export interface TestDatabase {
  readonly connection: ClientConfig
  /** The same as a URL, for `DATABASE_URL`. */
  readonly url: string
  drop(): Promise<void>
}

/** Makes a database with every migration applied; `empty`: with none. */
export async function createTestDatabase(contents: 'migrated' | 'empty' = 'migrated'): Promise<TestDatabase> {
  const server = inject('postgres')
  const name = `test_${randomBytes(8).toString('hex')}`
  const template = contents === 'migrated' ? TEMPLATE : 'template0'
  await onServer(`create database ${name} template ${template}`)
  return {
    connection: { ...server, database: name },
    url: `postgres://${server.user}@localhost/${name}?host=${encodeURIComponent(server.host)}&port=${server.port}`,
    drop: () => onServer(`drop database ${name} with (force)`),
  }
}

async function onServer(statement: string): Promise<void> {
  const client = new Client({ ...inject('postgres'), database: 'postgres' })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}
