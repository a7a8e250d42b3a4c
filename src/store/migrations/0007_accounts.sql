-- People: users, the workspaces that they are members of, how they sign in, and where they are signed in.

create table users (
  id            text collate "C" primary key,
  -- In lower case: it is what people sign in by.
  email         text not null unique,
  name          text not null,
  -- PHC string, argon2id; null: signs in by single sign-on only.
  password_hash text,
  -- May what an operator's key may: whoever set this installation up.
  operator      boolean not null default false,
  created_at    timestamptz not null
);

-- Who somebody is to an OpenID provider. An address may change hands there; these two never do (OpenID Connect Core 5.7).
create table user_identities (
  issuer  text not null,
  subject text not null,
  user_id text collate "C" not null references users on delete cascade,
  primary key (issuer, subject)
);
create index user_identities_of_user on user_identities (user_id);

create table memberships (
  workspace_id text collate "C" not null references workspaces on delete cascade,
  user_id      text collate "C" not null references users on delete cascade,
  role         text not null,
  created_at   timestamptz not null,
  primary key (workspace_id, user_id)
);
create index memberships_of_user on memberships (user_id);

create table sessions (
  id           text collate "C" primary key,
  -- SHA-256 of what the cookie holds: 32 random bytes, so a slow hash would protect nothing more.
  hash         bytea not null unique,
  user_id      text collate "C" not null references users on delete cascade,
  workspace_id text collate "C" not null,
  created_at   timestamptz not null,
  seen_at      timestamptz not null,
  expires_at   timestamptz not null,
  -- To recognise it by: what the browser calls itself, and where it called from.
  user_agent   text not null,
  address      text not null,
  -- Who is a member no more is signed out.
  foreign key (workspace_id, user_id) references memberships on delete cascade
);
create index sessions_of_user on sessions (user_id, id);
create index sessions_expired on sessions (expires_at);

-- One-time links by which somebody sets a password: to come in, or to come back.
create table account_links (
  id           text collate "C" primary key,
  hash         bytea not null unique,
  kind         text not null,
  email        text not null,
  -- Of an invitation.
  workspace_id text collate "C" references workspaces on delete cascade,
  role         text,
  -- Of a reset.
  user_id      text collate "C" references users on delete cascade,
  created_by   text not null,
  created_at   timestamptz not null,
  expires_at   timestamptz not null
);
create index account_links_of_workspace on account_links (workspace_id, id);
create index account_links_of_user on account_links (user_id);

-- Whoever has something open for a session asks again.
create function tell_sessions_changed() returns trigger language plpgsql as $$
begin
  perform pg_notify('statuspulse_sessions', '');
  return null;
end $$;

create trigger sessions_ended after delete on sessions
  for each statement execute function tell_sessions_changed();
create trigger sessions_moved after update of workspace_id on sessions
  for each statement execute function tell_sessions_changed();
