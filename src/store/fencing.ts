/**
 * SQL: the condition that row `j` (with `bucket` and `epoch`) comes from the bucket's present owner: see
 * ownership.ts. Stands in a subquery of its own, closed by `offset 0`: joined flat, the planner may look
 * deliveries up by bucket alone and read through all of it.
 */
export const STILL_OWNED = `exists (select from buckets b where b.bucket = j.bucket and b.epoch = j.epoch)`
