import { newId } from '../ground/ids.ts'
import type { Queryable } from './database.ts'

/** Holds back what all its matchers match, for a time. Times are ms since the epoch. */
export interface StoredSilence {
  readonly id: string
  readonly workspaceId: string
  readonly comment: string
  readonly createdBy: string
  readonly matchers: readonly StoredMatcher[]
  readonly startsAt: number
  readonly endsAt: number
  readonly createdAt: number
}

export interface StoredMatcher {
  readonly name: string
  readonly operator: '=' | '!=' | '=~' | '!~'
  readonly value: string
}

export type SilenceInput = Pick<StoredSilence, 'comment' | 'createdBy' | 'matchers' | 'startsAt' | 'endsAt'>

interface Row {
  id: string
  workspace_id: string
  comment: string
  created_by: string
  matchers: StoredMatcher[]
  starts_at: Date
  ends_at: Date
  created_at: Date
}

const COLUMNS = 'id, workspace_id, comment, created_by, matchers, starts_at, ends_at, created_at'

/** Every workspace's silences that are not over; `now`: ms since the epoch. */
export async function loadSilences(database: Queryable, now: number): Promise<StoredSilence[]> {
  const { rows } = await database.query<Row>(
    `select ${COLUMNS} from silences where ends_at > to_timestamp($1 / 1000.0) order by id`,
    [now],
  )
  return rows.map(toSilence)
}

/** Silences of the workspace that are not over; `now`: ms since the epoch. */
export async function loadSilencesOf(
  database: Queryable,
  workspaceId: string,
  now: number,
): Promise<StoredSilence[]> {
  const { rows } = await database.query<Row>(
    `select ${COLUMNS} from silences where workspace_id = $1 and ends_at > to_timestamp($2 / 1000.0) order by id`,
    [workspaceId, now],
  )
  return rows.map(toSilence)
}

/** `now`: ms since the epoch. */
export async function insertSilence(
  database: Queryable,
  workspaceId: string,
  silence: SilenceInput,
  now: number,
): Promise<StoredSilence> {
  const { rows } = await database.query<Row>(
    `insert into silences (id, workspace_id, comment, created_by, matchers, starts_at, ends_at, created_at)
     values ($1, $2, $3, $4, $5, to_timestamp($6 / 1000.0), to_timestamp($7 / 1000.0), to_timestamp($8 / 1000.0))
     returning ${COLUMNS}`,
    [newId('sil', now), workspaceId, ...columnsOf(silence), now],
  )
  return toSilence(rows[0] as Row)
}

/** Puts a silence in place of another. null: there is none of that id. */
export async function updateSilence(
  database: Queryable,
  workspaceId: string,
  id: string,
  silence: SilenceInput,
): Promise<StoredSilence | null> {
  const { rows } = await database.query<Row>(
    `update silences set comment = $3, created_by = $4, matchers = $5, starts_at = to_timestamp($6 / 1000.0),
       ends_at = to_timestamp($7 / 1000.0)
     where workspace_id = $2 and id = $1 returning ${COLUMNS}`,
    [id, workspaceId, ...columnsOf(silence)],
  )
  return rows[0] ? toSilence(rows[0]) : null
}

/** Silences of the workspace, the latest first, before `beforeId`; with `endsAfter`, those that are not over by then. */
export async function listSilences(
  database: Queryable,
  workspaceId: string,
  page: { beforeId: string | null; limit: number; endsAfter?: number | undefined },
): Promise<StoredSilence[]> {
  const { rows } = await database.query<Row>(
    `select ${COLUMNS} from silences
     where workspace_id = $1 and ($2::text is null or id < $2)
       and ($4::float8 is null or ends_at > to_timestamp($4 / 1000.0))
     order by id desc limit $3`,
    [workspaceId, page.beforeId, page.limit, page.endsAfter ?? null],
  )
  return rows.map(toSilence)
}

/** One silence of the workspace; null when there is none. */
export async function findSilence(
  database: Queryable,
  workspaceId: string,
  id: string,
): Promise<StoredSilence | null> {
  const { rows } = await database.query<Row>(
    `select ${COLUMNS} from silences where workspace_id = $1 and id = $2`,
    [workspaceId, id],
  )
  return rows[0] ? toSilence(rows[0]) : null
}

/** False when there is none. */
export async function deleteSilence(database: Queryable, workspaceId: string, id: string): Promise<boolean> {
  const { rowCount } = await database.query('delete from silences where workspace_id = $1 and id = $2', [
    workspaceId,
    id,
  ])
  return rowCount > 0
}

function columnsOf({ comment, createdBy, matchers, startsAt, endsAt }: SilenceInput): unknown[] {
  return [comment, createdBy, JSON.stringify(matchers), startsAt, endsAt]
}

function toSilence(row: Row): StoredSilence {
  return {
    id: row.id,
    workspaceId: row.workspace_id,
    comment: row.comment,
    createdBy: row.created_by,
    matchers: row.matchers,
    startsAt: row.starts_at.getTime(),
    endsAt: row.ends_at.getTime(),
    createdAt: row.created_at.getTime(),
  }
}
