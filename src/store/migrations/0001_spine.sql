-- The spine: who (workspaces, keys), what is watched (monitors), where it goes (endpoints),
-- and the way of an event (events, deliveries, attempts), owned by bucket.
--
-- Hot tables carry `bucket` in their primary key (one shard on a distributed Postgres) and are
-- partitioned by `day`, so that retention drops whole partitions. `position` orders what other
-- programs read: see store/feed.ts.

create table settings (
  name  text primary key,
  value jsonb not null
);

create table workspaces (
  id                     text collate "C" primary key,
  name                   text not null,
  allow_unknown_monitors boolean not null default true,
  created_at             timestamptz not null default now()
);

create table api_keys (
  id           text collate "C" primary key,
  workspace_id text collate "C" not null references workspaces on delete cascade,
  name         text not null,
  scopes       text[] not null,
  -- May also create and list workspaces: the first-run admin's key.
  operator     boolean not null default false,
  -- SHA-256 of the key. Keys are 32 random bytes, so a slow hash would protect nothing more.
  hash         bytea not null unique,
  -- The first characters, to recognise a key by.
  hint         text not null,
  created_at   timestamptz not null default now(),
  revoked_at   timestamptz
);
create index api_keys_of_workspace on api_keys (workspace_id, id);

create table monitors (
  id           text collate "C" not null unique,
  workspace_id text collate "C" not null references workspaces on delete cascade,
  name         text collate "C" not null,
  kind         text not null,
  created_at   timestamptz not null default now(),
  primary key (workspace_id, name)
);

create table endpoints (
  id               text collate "C" primary key,
  workspace_id     text collate "C" not null references workspaces on delete cascade,
  kind             text not null,
  name             text not null,
  -- Sealed (AES-256-GCM): a Slack or Teams URL is itself a secret, and headers carry tokens.
  url              bytea not null,
  headers          bytea not null,
  options          bytea not null,
  filter           jsonb not null,
  success_statuses smallint[] not null,
  timeout_ms       integer not null,
  rate_per_second  real,
  concurrency      integer not null,
  delivery_order   text not null,
  enabled          boolean not null default true,
  disabled_reason  text,
  tls              jsonb,
  created_at       timestamptz not null default now(),
  changed_at       timestamptz not null default now(),
  deleted_at       timestamptz
);
create index endpoints_of_workspace on endpoints (workspace_id, id) where deleted_at is null;

create table endpoint_secrets (
  endpoint_id text collate "C" not null references endpoints on delete cascade,
  id          bigint generated always as identity primary key,
  sealed      bytea not null,
  created_at  timestamptz not null default now(),
  expires_at  timestamptz
);
create index endpoint_secrets_of_endpoint on endpoint_secrets (endpoint_id, id);

-- Since when every delivery to an endpoint failed; no row, or null: healthy.
create table endpoint_health (
  endpoint_id      text collate "C" primary key references endpoints on delete cascade,
  failing_since    timestamptz,
  last_success_at  timestamptz,
  last_failure_at  timestamptz
);

-- Nodes and the buckets they hold. Times are the database's.
create table nodes (
  id         text collate "C" primary key,
  hostname   text not null,
  version    text not null,
  started_at timestamptz not null default now(),
  seen_at    timestamptz not null default now()
);

create table buckets (
  bucket      smallint primary key,
  node_id     text collate "C",
  -- Fencing: grows with every change of owner; writes of an earlier owner do not count.
  epoch       bigint not null default 0,
  lease_until timestamptz not null default '-infinity'
);
insert into buckets (bucket) select generate_series(0, 63);

create table events (
  bucket       smallint not null,
  workspace_id text collate "C" not null,
  event_id     text collate "C" not null,
  day          date not null,
  event_type   text not null,
  monitor_name text collate "C" not null,
  status       text not null,
  severity     text not null,
  region       text,
  incident_id  text collate "C",
  -- The exact bytes of every attempt.
  payload      text not null,
  -- What it was routed to when it was accepted: [[endpoint id, delivery id], ...]
  matched      jsonb not null,
  dry_run      boolean not null default false,
  accepted_at  timestamptz not null,
  position     bigint not null,
  primary key (bucket, workspace_id, event_id, day)
) partition by range (day);
create index events_feed on events (workspace_id, position, event_id);
create index events_of_monitor on events (workspace_id, monitor_name, position);
create table events_other partition of events default;

create table deliveries (
  bucket           smallint not null,
  id               text collate "C" not null,
  day              date not null,
  workspace_id     text collate "C" not null,
  event_id         text collate "C" not null,
  -- The event's day: a replay is younger than its event.
  event_day        date not null,
  endpoint_id      text collate "C" not null,
  monitor_name     text collate "C" not null,
  incident_id      text collate "C",
  status           text not null,
  -- Where a pending delivery waits. memory: its bucket's owner holds it, and sends it without reading
  -- the table. due: in the table, until due_at. parked: in the table, until its endpoint has room.
  -- done: not pending.
  place            text not null,
  due_at           timestamptz,
  attempts         smallint not null default 0,
  first_attempt_at timestamptz,
  last_status_code smallint,
  reason           text,
  replay_of        text collate "C",
  dry_run          boolean not null default false,
  created_at       timestamptz not null,
  finished_at      timestamptz,
  primary key (bucket, id, day)
) partition by range (day);
create index deliveries_due on deliveries (bucket, due_at) where place = 'due';
create index deliveries_held on deliveries (bucket, id) where place = 'memory';
create index deliveries_waiting on deliveries (bucket, endpoint_id, id) where place in ('due', 'parked');
create index deliveries_of_workspace on deliveries (workspace_id, id);
create index deliveries_of_endpoint on deliveries (endpoint_id, id);
create index deliveries_failed on deliveries (endpoint_id, id) where status = 'failed';
create index deliveries_replays on deliveries (workspace_id, event_id) where replay_of is not null;
create table deliveries_other partition of deliveries default;

create table attempts (
  bucket           smallint not null,
  delivery_id      text collate "C" not null,
  id               text collate "C" not null,
  day              date not null,
  workspace_id     text collate "C" not null,
  event_id         text collate "C" not null,
  endpoint_id      text collate "C" not null,
  monitor_name     text collate "C" not null,
  request_id       text not null,
  retry_attempt    smallint not null,
  dry_run          boolean not null default false,
  started_at       timestamptz not null,
  outcome          text not null,
  status_code      smallint,
  error_class      text,
  error            text,
  remote_address   text,
  tls_version      text,
  http_version     text,
  -- ms: wait, dns, connect, tls, first byte, total
  timings          real[] not null,
  response_headers jsonb not null,
  response_body    text not null,
  delivery_status  text not null,
  why              text,
  next_attempt_at  timestamptz,
  position         bigint not null,
  primary key (bucket, delivery_id, id, day)
) partition by range (day);
create index attempts_feed on attempts (workspace_id, position, id);
create index attempts_of_endpoint on attempts (endpoint_id, position, id);
create table attempts_other partition of attempts default;

-- Changes of a delivery that no attempt made: superseded, cancelled, expired. Rare.
create table delivery_changes (
  bucket       smallint not null,
  id           text collate "C" not null,
  day          date not null,
  workspace_id text collate "C" not null,
  delivery_id  text collate "C" not null,
  event_id     text collate "C" not null,
  endpoint_id  text collate "C" not null,
  status       text not null,
  reason       text not null,
  at           timestamptz not null,
  position     bigint not null,
  primary key (bucket, id, day)
) partition by range (day);
create index delivery_changes_feed on delivery_changes (workspace_id, position, id);
create table delivery_changes_other partition of delivery_changes default;

-- A producer's own event ids and Idempotency-Keys, kept 24 h, with the first answer.
create table ingest_keys (
  bucket       smallint not null,
  workspace_id text collate "C" not null,
  -- 'event:<event_id>' or 'request:<Idempotency-Key>'
  key          text collate "C" not null,
  hash         bytea not null,
  answer       jsonb not null,
  created_at   timestamptz not null,
  primary key (bucket, workspace_id, key)
);
create index ingest_keys_age on ingest_keys (created_at);

create table queues (
  workspace_id text collate "C" not null references workspaces on delete cascade,
  name         text collate "C" not null,
  filter       jsonb not null,
  created_at   timestamptz not null default now(),
  -- The feed's position when the queue was made: its first consumer starts here.
  start_position bigint not null,
  primary key (workspace_id, name)
);

create table queue_consumers (
  workspace_id text collate "C" not null,
  queue        text collate "C" not null,
  name         text collate "C" not null,
  position     bigint not null,
  id           text collate "C" not null,
  updated_at   timestamptz not null default now(),
  primary key (workspace_id, queue, name),
  foreign key (workspace_id, queue) references queues on delete cascade
);

create table replay_jobs (
  id           text collate "C" primary key,
  workspace_id text collate "C" not null references workspaces on delete cascade,
  endpoint_id  text collate "C" not null references endpoints on delete cascade,
  since        timestamptz not null,
  until        timestamptz not null,
  status       text not null,
  total        bigint not null default 0,
  done         bigint not null default 0,
  -- The last delivery that was replayed: where a take-over goes on.
  cursor       text collate "C" not null default '',
  error        text,
  created_at   timestamptz not null default now(),
  finished_at  timestamptz
);
create index replay_jobs_open on replay_jobs (id) where status = 'running';
create index replay_jobs_of_endpoint on replay_jobs (endpoint_id, id);

-- Every node holds the small tables in memory. A trigger, so that no writer can forget to tell them;
-- the counter catches a notification that was lost with its connection.
create table catalog_version (only_row boolean primary key default true check (only_row), version bigint not null);
insert into catalog_version (version) values (1);

create function tell_catalog_changed() returns trigger language plpgsql as $$
begin
  update catalog_version set version = version + 1;
  perform pg_notify('statuspulse_catalog', tg_table_name);
  return null;
end $$;

create trigger workspaces_changed after insert or update or delete on workspaces
  for each statement execute function tell_catalog_changed();
create trigger api_keys_changed after insert or update or delete on api_keys
  for each statement execute function tell_catalog_changed();
create trigger endpoints_changed after insert or update or delete on endpoints
  for each statement execute function tell_catalog_changed();
create trigger endpoint_secrets_changed after insert or update or delete on endpoint_secrets
  for each statement execute function tell_catalog_changed();
