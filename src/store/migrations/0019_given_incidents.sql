-- Incidents of events that were given, not decided on here (docs/adr/0014). They are written in the background by any
-- node, from what the events say: the index lets no two nodes open the same one.
alter table incidents
  add column given       boolean not null default false,
  -- The incident_id that its producer's events carry.
  add column producer_id text collate "C";
create unique index incidents_given on incidents (workspace_id, monitor_name, coalesce(producer_id, ''))
  where given and resolved_at is null;
create index incidents_of_producer on incidents (workspace_id, producer_id) where producer_id is not null;
