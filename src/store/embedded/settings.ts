/** Server settings by name; the value as in postgresql.conf, without quotes. */
export type PostgresSettings = Readonly<Record<string, string>>

/**
 * How our cluster is set up: for one machine that it shares with the node, and for many small
 * writes. Durability is as Postgres ships it. Written to postgresql.conf at every start, so an
 * operator changes a value with `alter system`, which wins over this file.
 */
export const SETTINGS: PostgresSettings = {
  // What is acknowledged is on disk.
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',

  max_connections: '60',
  shared_buffers: '128MB',
  work_mem: '8MB',
  maintenance_work_mem: '64MB',
  effective_cache_size: '512MB',
  // Day partitions: a statement over all of them locks each with its indexes.
  max_locks_per_transaction: '256',

  // Few checkpoints, spread out: less WAL (full page images), no spikes. Recovery replays at most this much.
  max_wal_size: '1GB',
  min_wal_size: '128MB',
  wal_buffers: '16MB',
  wal_compression: 'on',
  checkpoint_timeout: '10min',
  checkpoint_completion_target: '0.9',

  // Short statements only: compiling and parallel plans cost more than they give.
  jit: 'off',
  max_parallel_workers_per_gather: '0',
  random_page_cost: '1.1',
  // Reads come from memory here; three more processes to make them would only take room.
  io_method: 'sync',
  // Queue-like tables: clean up soon, in small bites.
  autovacuum_naptime: '15s',
  // A sample of 9,000 rows tells as much about ids and statuses as one of 30,000, which takes a core for seconds.
  default_statistics_target: '30',

  timezone: 'UTC',
  log_timezone: 'UTC',
  lc_messages: 'C',
  // Errors of statements are the caller's to report; their text may hold what is nobody's business.
  log_destination: 'stderr',
  logging_collector: 'off',
  log_line_prefix: '%b|',
  log_min_messages: 'error',
  log_min_error_statement: 'panic',
  log_checkpoints: 'off',
}

/** The text of postgresql.conf for these settings. */
export function renderSettings(settings: PostgresSettings): string {
  const lines = Object.entries(settings).map(([name, value]) => `${name} = '${value.replaceAll("'", "''")}'`)
  return [
    '# Written by StatusPulse at every start. To change a setting, use: alter system set name = value',
    ...lines,
    '',
  ].join('\n')
}

/**
 * The text of pg_hba.conf. `trust`, because who can reach the socket in its 0700 folder can read the
 * cluster's files as well (docs/adr/0001): a password would add nothing. No line for TCP: refused.
 */
export const ACCESS_RULES = ['# Written by StatusPulse at every start.', 'local all all trust', ''].join('\n')
