import type { Clock } from '../ground/clock.ts'
import { messageOf } from '../ground/errors.ts'
import { dayOf } from '../ground/ids.ts'
import type { Part } from '../ground/lifecycle.ts'
import type { Logger } from '../ground/log.ts'
import { pruneAudit } from './audit-log.ts'
import type { Database, Queryable } from './database.ts'
import { pruneHistories } from './status-history.ts'

const TABLES = [
  'events',
  'deliveries',
  'attempts',
  'delivery_changes',
  'suppressed_events',
  'samples',
] as const
type Table = (typeof TABLES)[number]

/** What nobody searches by: analyzing it while a partition fills would cost a fifth of a core. */
const UNSEARCHED: Readonly<Partial<Record<Table, readonly string[]>>> = {
  events: ['payload', 'matched'],
  attempts: ['response_headers', 'response_body', 'timings', 'error', 'why', 'remote_address'],
}
/**
 * Rows that are only added leave nothing behind to clean up: autovacuum reads them once a million, not with each fifth
 * that is new, and analyzes them with each half. Updated and deleted ones count as ever.
 */
const ONLY_GROWS =
  'autovacuum_vacuum_insert_threshold = 1000000, autovacuum_vacuum_insert_scale_factor = 1, ' +
  'autovacuum_analyze_scale_factor = 0.5'
const DAYS_AHEAD = 7
const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000
const PARTITION_LOCK = 5_770_002

/** Producers' ids and Idempotency-Keys are remembered this long. */
export const INGEST_KEYS_HOURS = 24

/**
 * One partition a day of every append-only table: made a week ahead, dropped whole when older than
 * the retention. A row of a day that has none (a clock that jumped) goes to the table's `_other`.
 */
export class Partitions implements Part {
  readonly #database: Database
  readonly #clock: Clock
  readonly #log: Logger
  readonly #retentionDays: number
  readonly #auditRetentionDays: number
  #cancel: (() => void) | null = null
  #running: Promise<void> = Promise.resolve()
  #stopped = false

  constructor(options: {
    database: Database
    clock: Clock
    log: Logger
    retentionDays: number
    auditRetentionDays: number
  }) {
    this.#database = options.database
    this.#clock = options.clock
    this.#log = options.log
    this.#retentionDays = options.retentionDays
    this.#auditRetentionDays = options.auditRetentionDays
  }

  /** Resolves when the next days' partitions are there, or cannot be had now: `_other` takes their rows then. */
  async start(): Promise<void> {
    await this.#keepOrSay()
    this.#schedule()
  }

  async stop(): Promise<void> {
    this.#stopped = true
    this.#cancel?.()
    await this.#running
  }

  #schedule(): void {
    this.#cancel = this.#clock.after(HOUR_MS, () => {
      this.#running = this.#keepOrSay()
      this.#running.then(() => {
        if (!this.#stopped) this.#schedule()
      })
    })
  }

  async #keepOrSay(): Promise<void> {
    try {
      await this.#keep()
    } catch (error) {
      this.#log.error(`partitions were not kept, trying again within the hour: ${messageOf(error)}`)
    }
  }

  async #keep(): Promise<void> {
    const now = this.#clock.now()
    await this.#database.transaction(async tx => {
      // Making a partition locks its table for a moment: never queue behind a long reader, and hold up all writers.
      await tx.query(`set local lock_timeout = '3s'`)
      await tx.query('select pg_advisory_xact_lock($1)', [PARTITION_LOCK])
      const existing = await partitionDays(tx)
      for (let ahead = -1; ahead <= DAYS_AHEAD; ahead++) {
        const day = dayOf(now + ahead * DAY_MS)
        for (const table of TABLES) if (!existing.has(`${table}_${day}`)) await this.#create(tx, table, day)
      }
      const oldest = dayOf(now - this.#retentionDays * DAY_MS)
      for (const name of existing) if (name.slice(-10) < oldest) await this.#drop(tx, name)
      for (const table of TABLES) await tx.query(`delete from ${table}_other where day < $1`, [oldest])
    })
    await this.#database.query(`delete from ingest_keys where created_at < now() - $1 * interval '1 hour'`, [
      INGEST_KEYS_HOURS,
    ])
    await this.#database.query(`delete from incidents where resolved_at < to_timestamp($1 / 1000.0)`, [
      now - this.#retentionDays * DAY_MS,
    ])
    await pruneAudit(this.#database, now - this.#auditRetentionDays * DAY_MS)
    await this.#database.query(`delete from monitors_gone where deleted_at < now() - interval '1 day'`)
    await pruneHistories(this.#database, now)
  }

  async #create(tx: Queryable, table: Table, day: string): Promise<void> {
    const next = dayOf(Date.parse(day) + DAY_MS)
    const { rows } = await tx.query(`select 1 from ${table}_other where day = $1 limit 1`, [day])
    // Rows of that day are in the overflow already (a clock that jumped): they stay there until they are old.
    if (rows.length > 0) return
    // An hour's samples are updated: free space on their page keeps a new version beside the old one.
    const storage = table === 'samples' ? 'fillfactor = 70' : ONLY_GROWS
    await tx.query(
      `create table "${table}_${day}" partition of ${table} for values from ('${day}') to ('${next}') with (${storage})`,
    )
    const unsearched = UNSEARCHED[table]?.map(column => `alter column ${column} set statistics 0`)
    if (unsearched) await tx.query(`alter table "${table}_${day}" ${unsearched.join(', ')}`)
  }

  async #drop(tx: Queryable, name: string): Promise<void> {
    await tx.query(`drop table "${name}"`)
    this.#log.info(`retention: dropped ${name}`)
  }
}

/** The oldest day (`YYYY-MM-DD`) of which attempts are kept; null: retention has no say yet. */
export async function oldestKeptDay(database: Queryable): Promise<string | null> {
  const { rows } = await database.query<{ day: string | null }>(
    `select min(right(c.relname, 10)) as day from pg_inherits i
     join pg_class c on c.oid = i.inhrelid join pg_class p on p.oid = i.inhparent
     where p.oid = 'attempts'::regclass and c.relname ~ '_\\d{4}-\\d{2}-\\d{2}$'`,
  )
  return rows[0]?.day ?? null
}

/** Names of the day partitions that exist: `<table>_YYYY-MM-DD`. */
async function partitionDays(tx: Queryable): Promise<Set<string>> {
  const { rows } = await tx.query<{ name: string }>(
    `select c.relname as name from pg_inherits i
     join pg_class c on c.oid = i.inhrelid join pg_class p on p.oid = i.inhparent
     where p.relname = any($1) and c.relname ~ '_\\d{4}-\\d{2}-\\d{2}$'`,
    [[...TABLES]],
  )
  return new Set(rows.map(row => row.name))
}
