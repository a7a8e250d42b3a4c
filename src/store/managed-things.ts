import type { Queryable } from './database.ts'

/** Any number that nothing else in the database locks on, beside the workspace's. */
const CODE_LOCK = 5_770_006

/** Keeps every other application of a file to the workspace waiting until the transaction ends. */
export async function lockCode(tx: Queryable, workspaceId: string): Promise<void> {
  await tx.query('select pg_advisory_xact_lock($1, hashtext($2))', [CODE_LOCK, workspaceId])
}

/** By the ids of the workspace's things: the name of the file that manages each. */
export async function loadManaged(database: Queryable, workspaceId: string): Promise<Map<string, string>> {
  const { rows } = await database.query<{ thing_id: string; managed_by: string }>(
    'select thing_id, managed_by from managed_things where workspace_id = $1',
    [workspaceId],
  )
  return new Map(rows.map(row => [row.thing_id, row.managed_by]))
}

/** Notes that the file of this name manages these things from now on. */
export async function markManaged(
  tx: Queryable,
  workspaceId: string,
  thingIds: readonly string[],
  managedBy: string,
): Promise<void> {
  await tx.query(
    `insert into managed_things (workspace_id, thing_id, managed_by) select $1, unnest($2::text[]), $3
     on conflict (workspace_id, thing_id) do update set managed_by = excluded.managed_by`,
    [workspaceId, thingIds, managedBy],
  )
}

/** Takes the marks off things that are gone. */
export async function unmarkManaged(
  tx: Queryable,
  workspaceId: string,
  thingIds: readonly string[],
): Promise<void> {
  await tx.query('delete from managed_things where workspace_id = $1 and thing_id = any ($2)', [
    workspaceId,
    thingIds,
  ])
}
