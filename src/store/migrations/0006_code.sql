-- What was made or taken over by applying a file: pruning takes away nothing else.
create table managed_things (
  workspace_id text collate "C" not null references workspaces on delete cascade,
  -- Of a monitor, an endpoint, a silence or a maintenance window. Ids are never used again, so a mark that
  -- outlives its thing says nothing.
  thing_id     text collate "C" not null,
  -- The name that the file gives itself.
  managed_by   text not null,
  primary key (workspace_id, thing_id)
);
