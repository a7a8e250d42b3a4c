-- What of a queue goes on to a broker. How far a forwarder is stands in queue_consumers, under its id.
create table forwarders (
  id           text collate "C" primary key,
  workspace_id text collate "C" not null,
  queue        text collate "C" not null,
  -- { "broker": "nats", "subject": … }: which broker, and where in it.
  destination  jsonb not null,
  -- Sealed: it carries the broker's user and password.
  url          bytea not null,
  enabled      boolean not null,
  -- Grows with every change of the three above: whoever runs it starts anew.
  revision     integer not null default 1,
  state        text not null default 'starting',
  error        text,
  state_at     timestamptz not null default now(),
  created_at   timestamptz not null,
  foreign key (workspace_id, queue) references queues on delete cascade
);
create index forwarders_of_queue on forwarders (workspace_id, queue, id);

create function tell_forwarders_changed() returns trigger language plpgsql as $$
begin
  perform pg_notify('statuspulse_forwarders', '');
  return null;
end $$;

create trigger forwarders_changed after insert or delete or update of revision on forwarders
  for each statement execute function tell_forwarders_changed();
