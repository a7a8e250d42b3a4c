-- A bucket's owner looks every half minute for what was committed since its mark; without this it read all that the bucket
-- got that day. Partitions of yesterday and later get it: of older ones nothing is looked for but after a long stop.
create index events_of_bucket on only events (bucket, position);
do $$
declare
  part text;
begin
  for part in
    select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'events'::regclass
      and (c.relname = 'events_other'
        or c.relname >= 'events_' || to_char(now() at time zone 'utc' - interval '1 day', 'YYYY-MM-DD')
          and c.relname ~ '_\d{4}-\d{2}-\d{2}$')
  loop
    execute format('create index %I on %I (bucket, position)', part || '_of_bucket', part);
  end loop;
end $$;
