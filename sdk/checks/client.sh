#!/usr/bin/env bash
# The API client: its types are the document's, the package as npm packs it, installed and used against a real server.
. "$(dirname "$0")/common.sh"
need_node
need_root openapi-typescript
node "$root/scripts/client-types.ts" --check
need_root @typescript/native
tsc="$root/node_modules/@typescript/native/bin/tsc"
node "$tsc" -p "$sdk/client" --noEmit
need npm 'it comes with Node'
cd "$sdk/client"
rm -rf dist
npm pack --silent --pack-destination "$scratch" >/dev/null
need_root publint
node "$root/node_modules/publint/src/cli.js" run "$scratch"/*.tgz --strict

# Installed elsewhere, with nothing beside it but what it depends on (as it is in this checkout: no registry is asked).
user="$scratch/user"
mkdir -p "$user/node_modules/@statuspulse"
tar -xzf "$scratch"/*.tgz -C "$user/node_modules/@statuspulse"
mv "$user/node_modules/@statuspulse/package" "$user/node_modules/@statuspulse/client"
for dependency in openapi-fetch openapi-typescript-helpers eventsource-parser; do
  cp -r "$root/node_modules/$dependency" "$user/node_modules/"
done
echo '{ "type": "module" }' >"$user/package.json"
cp "$sdk/client/test/consumer.ts" "$user/"
cat >"$user/tsconfig.json" <<'JSON'
{
  "compilerOptions": {
    "target": "es2024",
    "module": "nodenext",
    "lib": ["es2024", "dom", "dom.iterable", "dom.asynciterable"],
    "strict": true,
    "types": [],
    "noEmit": true
  },
  "include": ["consumer.ts"]
}
JSON
node "$tsc" -p "$user"

# What a bundle of the calls alone takes in: no stream, and no parser of it.
need_root vite
node "$sdk/client/test/bundle-size.ts" "$user"

# Postgres, which does not run as root, may enter.
chmod 755 "$scratch"
timeout 120 node "$sdk/client/test/with-server.ts" "$scratch/data" node "$user/consumer.ts"
