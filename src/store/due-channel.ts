import type { Queryable } from './database.ts'

/** Tells the owners of buckets that something of theirs is due: numbers, separated by commas. */
export const DUE_CHANNEL = 'statuspulse_due'

/** A notification that is lost costs time, not the delivery: the owner's sweep finds it. */
export function tellOwners(database: Queryable, buckets: Iterable<number>): void {
  const payload = [...new Set(buckets)].join(',')
  if (payload === '') return
  database.query('select pg_notify($1, $2)', [DUE_CHANNEL, payload]).catch(() => {})
}
