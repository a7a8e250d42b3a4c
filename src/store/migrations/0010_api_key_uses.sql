-- When a key was last used. Apart from the keys: whatever writes them makes every node read them again.
create table api_key_uses (
  key_id  text collate "C" primary key,
  used_at timestamptz not null
);
