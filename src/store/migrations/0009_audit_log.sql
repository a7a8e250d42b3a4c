-- Every change of a workspace's settings: who, what, when. Values that are secret are never in it.
create table audit_log (
  workspace_id text collate "C" not null,
  id           text collate "C" not null,
  at           timestamptz not null,
  -- system: StatusPulse itself.
  actor_kind   text not null check (actor_kind in ('user', 'key', 'system')),
  actor_id     text not null,
  actor_name   text not null,
  -- The operation of the API, or what did it instead.
  operation    text not null,
  summary      text not null,
  target_id    text,
  target_name  text,
  -- Names and ids of whatever else it was done to, where one change is of many things.
  also         text[] not null default '{}',
  -- [{ field, before?, after? }]; a field whose value is secret, or long, stands there by its name alone.
  changes      jsonb not null default '[]',
  primary key (workspace_id, id)
);

-- Retention.
create index audit_log_at on audit_log (at);
