-- Uptime, and the public status page.
--
-- A row for every change of a monitor's status, so that any day can be summed up. By triggers: whoever writes a
-- status, nodes of the version before too, writes its history in the same commit; and a write that changes no
-- status, as most, pays for a comparison alone.

create table status_changes (
  bucket     smallint not null,
  monitor_id text collate "C" not null,
  -- The status holds from here until the monitor's next row.
  since      timestamptz not null,
  status     text not null,
  primary key (bucket, monitor_id, since)
);

create function keep_status_change() returns trigger language plpgsql as $$
declare
  at timestamptz := new.status_since;
begin
  -- What was seen late may have an earlier time than what is kept: history only grows.
  if tg_op = 'UPDATE' then at := greatest(new.status_since, old.status_since); end if;
  insert into status_changes (bucket, monitor_id, since, status) values (new.bucket, new.monitor_id, at, new.status)
  on conflict (bucket, monitor_id, since) do update set status = excluded.status;
  return null;
end $$;
create trigger monitor_states_status_made after insert on monitor_states
  for each row execute function keep_status_change();
create trigger monitor_states_status_changed after update of status on monitor_states
  for each row when (old.status is distinct from new.status) execute function keep_status_change();

insert into status_changes (bucket, monitor_id, since, status)
select bucket, monitor_id, status_since, status from monitor_states;

-- When nobody watched the monitors of a bucket: nothing is known of that time.
create table unwatched_spans (
  bucket smallint not null,
  since  timestamptz not null,
  until  timestamptz not null,
  primary key (bucket, since)
);

create function keep_unwatched_span() returns trigger language plpgsql as $$
begin
  insert into unwatched_spans (bucket, since, until) values (new.bucket, old.until, new.until) on conflict do nothing;
  return null;
end $$;
-- It is noted every 5 s that a bucket is watched.
create trigger watched_buckets_gap after update of until on watched_buckets
  for each row when (new.until - old.until > interval '30 seconds') execute function keep_unwatched_span();

create table status_pages (
  workspace_id   text collate "C" primary key references workspaces on delete cascade,
  enabled        boolean not null,
  slug           text collate "C" not null,
  title          text not null,
  description    text not null,
  show_incidents boolean not null,
  -- [{ name, monitors: [{ monitor_id, display_name }] }, ...]
  groups         jsonb not null
);
create unique index status_pages_slug on status_pages (slug);

-- What operators said of an incident for everybody to read.
create table public_updates (
  workspace_id text collate "C" not null references workspaces on delete cascade,
  incident_id  text collate "C" not null,
  at           timestamptz not null,
  text         text not null,
  primary key (workspace_id, incident_id, at)
);
