-- An event's row names its deliveries, so that theirs are written with their first result, not with the event
-- (store/deliveries.ts). After a take-over the new owner writes down what the owner before had not.

-- Under which epoch the event's deliveries came into the memory of its bucket's owner; null: they have rows.
alter table events add column epoch bigint;
-- Under which epoch a delivery in place `memory` is held.
alter table deliveries add column epoch bigint;

-- Every delivery of the bucket's events below this position has a row; their day is not before `settled_day`.
alter table buckets add column settled_position bigint not null default 0;
alter table buckets add column settled_day date not null default '-infinity';
update buckets set settled_day = (now() at time zone 'utc')::date - 1, settled_position = pg_current_xact_id()::text::bigint
  + coalesce((select (value ->> 'offset')::bigint from settings where name = 'position_offset'), 0);
