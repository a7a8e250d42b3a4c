-- One request may carry many deliveries (a digest): each has an attempt of its own, and they share the request's id.
alter table attempts add column digest_size smallint not null default 1;

-- What one request carried. Of days that are over there is none, so only partitions of today and later get it: no
-- large table is read for it.
create index attempts_of_digest on only attempts (request_id) where digest_size > 1;
do $$
declare
  part text;
begin
  for part in
    select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'attempts'::regclass
      and c.relname >= 'attempts_' || to_char(now() at time zone 'utc', 'YYYY-MM-DD')
      and c.relname ~ '_\d{4}-\d{2}-\d{2}$'
  loop
    execute format('create index %I on %I (request_id) where digest_size > 1', part || '_of_digest', part);
  end loop;
end $$;
