-- Detection: what a monitor is watched by, what is known of it, and what came of that.
--
-- A monitor's state has one writer: the owner of its bucket. What it decides is written in one statement with
-- the events, fenced by the bucket's epoch (see store/accept.ts).

alter table monitors
  add column slug     text collate "C",
  -- In the words of the API: interval, thresholds, labels, ...
  add column settings jsonb not null default '{}',
  -- What to check (it may hold passwords) and the token of a heartbeat: sealed JSON; null: neither.
  add column sealed   bytea,
  -- The transaction that wrote the row last: readers take up what changed since they looked (detect/watchlist.ts).
  add column changed  xid8 not null default pg_current_xact_id();
create unique index monitors_slug on monitors (workspace_id, slug) where slug is not null;
create index monitors_changed on monitors (changed);

-- Monitors that were deleted, for a day: who looks for changes finds no row where one is gone.
create table monitors_gone (
  id         text collate "C" not null,
  changed    xid8 not null default pg_current_xact_id(),
  deleted_at timestamptz not null default now()
);
create index monitors_gone_changed on monitors_gone (changed);

create table silences (
  id           text collate "C" primary key,
  workspace_id text collate "C" not null references workspaces on delete cascade,
  comment      text not null,
  created_by   text not null,
  -- [{ name, operator, value }, ...]
  matchers     jsonb not null,
  starts_at    timestamptz not null,
  ends_at      timestamptz not null,
  created_at   timestamptz not null
);
create index silences_of_workspace on silences (workspace_id, id);
create index silences_end on silences (ends_at);

create table maintenance_windows (
  id           text collate "C" primary key,
  workspace_id text collate "C" not null references workspaces on delete cascade,
  name         text not null,
  -- Names and globs; empty: all.
  monitors     text[] not null,
  -- Either once, ...
  starts_at    timestamptz,
  ends_at      timestamptz,
  -- ... or from every time that the expression names.
  cron         text,
  time_zone    text,
  duration_s   integer,
  created_at   timestamptz not null
);
create index maintenance_windows_of_workspace on maintenance_windows (workspace_id, id);

create function note_monitor_changed() returns trigger language plpgsql as $$
begin
  new.changed := pg_current_xact_id();
  return new;
end $$;
create trigger monitors_note before update on monitors for each row execute function note_monitor_changed();

create function note_monitor_gone() returns trigger language plpgsql as $$
begin
  insert into monitors_gone (id) values (old.id);
  return null;
end $$;
create trigger monitors_note_gone after delete on monitors for each row execute function note_monitor_gone();

-- By row: a statement that changes none, as most of the hot path's, pays nothing. Equal notifications of a
-- transaction are sent once.
create function tell_watchlist_changed() returns trigger language plpgsql as $$
begin
  perform pg_notify('statuspulse_watchlist', '');
  return null;
end $$;
create trigger monitors_changed after insert or update or delete on monitors
  for each row execute function tell_watchlist_changed();
create trigger silences_changed after insert or update or delete on silences
  for each row execute function tell_watchlist_changed();
create trigger maintenance_windows_changed after insert or update or delete on maintenance_windows
  for each row execute function tell_watchlist_changed();

create table monitor_states (
  bucket         smallint not null,
  monitor_id     text collate "C" not null,
  workspace_id   text collate "C" not null,
  monitor_name   text collate "C" not null,
  -- Counts the writes: whether one whose answer was lost has happened.
  version        bigint not null,
  -- All that is remembered (decide/state.ts); what is asked for by others stands beside it.
  state          jsonb not null,
  status         text not null,
  status_since   timestamptz not null,
  incident_id    text collate "C",
  -- It is down, and the monitors that depend on it are held back.
  holds_children boolean not null,
  seen_at        timestamptz,
  -- The latest check's result, as the API shows it.
  last_check     jsonb,
  primary key (bucket, monitor_id)
) with (fillfactor = 50);
create index monitor_states_of_workspace on monitor_states (workspace_id, monitor_id);
create index monitor_states_holding on monitor_states (monitor_id) where holds_children;

create function tell_parents_changed() returns trigger language plpgsql as $$
begin
  perform pg_notify('statuspulse_parents', '');
  return null;
end $$;
create trigger monitor_states_made after insert on monitor_states
  for each row when (new.holds_children) execute function tell_parents_changed();
create trigger monitor_states_changed after update of holds_children on monitor_states
  for each row when (old.holds_children <> new.holds_children) execute function tell_parents_changed();
create trigger monitor_states_gone after delete on monitor_states
  for each row when (old.holds_children) execute function tell_parents_changed();

-- Until when somebody has watched the monitors of a bucket: what came in the time after that, nobody saw.
create table watched_buckets (
  bucket smallint primary key,
  until  timestamptz not null
);

create table incidents (
  bucket             smallint not null,
  id                 text collate "C" not null,
  workspace_id       text collate "C" not null,
  monitor_id         text collate "C" not null,
  monitor_name       text collate "C" not null,
  status             text not null,
  severity           text not null,
  highest_severity   text not null,
  region             text,
  affected_endpoints jsonb not null,
  summary            text not null,
  started_at         timestamptz not null,
  opened_at          timestamptz not null,
  acknowledged_at    timestamptz,
  acknowledged_by    text,
  resolved_at        timestamptz,
  -- Why its latest event was not sent; null: it was.
  held               jsonb,
  primary key (bucket, id)
) with (fillfactor = 70);
create index incidents_of_workspace on incidents (workspace_id, id);
create index incidents_open on incidents (workspace_id, id) where resolved_at is null;
create index incidents_of_monitor on incidents (workspace_id, monitor_name, id);
create index incidents_resolved on incidents (resolved_at) where resolved_at is not null;

-- Events that were decided on and not sent, with the reason.
create table suppressed_events (
  bucket       smallint not null,
  id           text collate "C" not null,
  day          date not null,
  workspace_id text collate "C" not null,
  monitor_name text collate "C" not null,
  event_type   text not null,
  status       text not null,
  severity     text not null,
  region       text,
  incident_id  text collate "C",
  metadata     jsonb not null,
  -- maintenance, silence, dependency, flapping, duplicate
  reason       text not null,
  -- Id of the silence or window, name of the parent.
  held_by      text,
  why          text not null,
  at           timestamptz not null,
  primary key (bucket, id, day)
) partition by range (day);
create index suppressed_events_of_workspace on suppressed_events (workspace_id, id);
create index suppressed_events_of_monitor on suppressed_events (workspace_id, monitor_name, id);
create index suppressed_events_of_incident on suppressed_events (workspace_id, incident_id) where incident_id is not null;
create table suppressed_events_other partition of suppressed_events default;

-- The samples of one metric of one monitor in one hour.
create table samples (
  bucket       smallint not null,
  monitor_id   text collate "C" not null,
  metric       text collate "C" not null,
  hour         timestamptz not null,
  day          date not null,
  workspace_id text collate "C" not null,
  -- Of the hour, 0 to 3599, in no order; one may stand there more than once.
  seconds      smallint[] not null,
  readings     double precision[] not null,
  primary key (bucket, monitor_id, metric, hour, day)
) partition by range (day);
create table samples_other partition of samples default;

-- What was seen of a monitor by a node that does not own its bucket, until the owner has taken it.
create table observations (
  bucket       smallint not null,
  id           bigint generated always as identity,
  workspace_id text collate "C" not null,
  monitor_name text collate "C" not null,
  observation  jsonb not null,
  primary key (bucket, id)
);

-- Whoever passed an operator's word on waits for the owner to have taken it.
create function tell_observation_taken() returns trigger language plpgsql as $$
begin
  perform pg_notify('statuspulse_taken', old.id::text);
  return null;
end $$;
create trigger observations_taken after delete on observations
  for each row when (old.observation ->> 'kind' = 'operator') execute function tell_observation_taken();
