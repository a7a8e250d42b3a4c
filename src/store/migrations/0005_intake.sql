-- How what comes from other systems is read: one row a workspace, none where nothing was set.
create table intake_settings (
  workspace_id   text collate "C" primary key references workspaces on delete cascade,
  -- Mapping rules in the words of the API; null: the defaults alone.
  rules          jsonb,
  -- Sealed: what Grafana signs its webhooks with; null: it need not sign them.
  grafana_secret bytea
);
