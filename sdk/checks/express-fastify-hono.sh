#!/usr/bin/env bash
# The Node examples with the real frameworks and the package as npm packs it: types, and what they answer.
. "$(dirname "$0")/common.sh"
need_node
need npm 'it comes with Node'
need_root @typescript/native
need_root zod
tsc="$root/node_modules/@typescript/native/bin/tsc"
(cd "$sdk/node" && node "$tsc" -p . && npm pack --silent --ignore-scripts --pack-destination "$scratch" >/dev/null)
cp -r "$sdk/node/examples" "$scratch/app"
cd "$scratch/app"
echo '{"type":"module","private":true}' >package.json
npm install --silent --no-audit --no-fund --no-package-lock express @types/express @types/node fastify hono @hono/node-server \
  redis "$scratch"/*.tgz || skip 'npm cannot install the frameworks' 'connect to a package index'
node "$tsc" --noEmit --strict --target es2023 --module nodenext --types node --skipLibCheck ./*.ts
for framework in express fastify hono; do
  node "$sdk/interop/receiver.ts" "$scratch/app" node "$framework.ts"
done
