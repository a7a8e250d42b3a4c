-- Attempts are written in the order of time, nearly: a BRIN index finds a span of time in them and costs their writer
-- next to nothing. Partitions of today and later get it; of days that are over, none is looked at by span for long.
create index attempts_by_time on only attempts using brin (started_at) with (pages_per_range = 32, autosummarize = on);
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
    execute format('create index %I on %I using brin (started_at) with (pages_per_range = 32, autosummarize = on)',
      part || '_by_time', part);
  end loop;
end $$;
