import type { Queryable } from './database.ts'
import type { Sealer } from './seal.ts'

/** How a workspace reads what comes from other systems. */
export interface StoredIntakeSettings {
  /** Mapping rules in the words of the API; null: the defaults alone. */
  readonly rules: unknown
  /** What Grafana signs its webhooks with; null: it need not sign them. */
  readonly grafanaSecret: string | null
}

/** A workspace's settings; all null where nothing was set. */
export async function loadIntakeSettings(
  database: Queryable,
  sealer: Sealer,
  workspaceId: string,
): Promise<StoredIntakeSettings> {
  const { rows } = await database.query<{ rules: unknown; grafana_secret: Buffer | null }>(
    'select rules, grafana_secret from intake_settings where workspace_id = $1',
    [workspaceId],
  )
  const row = rows[0]
  return {
    rules: row?.rules ?? null,
    grafanaSecret: row?.grafana_secret ? sealer.open(row.grafana_secret, contextOf(workspaceId)) : null,
  }
}

/** Replaces a workspace's mapping rules. */
export async function saveMappingRules(
  database: Queryable,
  workspaceId: string,
  rules: unknown,
): Promise<void> {
  await database.query(
    `insert into intake_settings (workspace_id, rules) values ($1, $2)
     on conflict (workspace_id) do update set rules = excluded.rules`,
    [workspaceId, JSON.stringify(rules)],
  )
}

/** Sets what Grafana signs its webhooks with; null: nothing. */
export async function saveGrafanaSecret(
  database: Queryable,
  sealer: Sealer,
  workspaceId: string,
  secret: string | null,
): Promise<void> {
  await database.query(
    `insert into intake_settings (workspace_id, grafana_secret) values ($1, $2)
     on conflict (workspace_id) do update set grafana_secret = excluded.grafana_secret`,
    [workspaceId, secret === null ? null : sealer.seal(secret, contextOf(workspaceId))],
  )
}

function contextOf(workspaceId: string): string {
  return `intake_settings.grafana_secret:${workspaceId}`
}
