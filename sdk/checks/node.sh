#!/usr/bin/env bash
# The Node library: tests, types, the package as npm packs it.
. "$(dirname "$0")/common.sh"
need_node
cd "$sdk/node"
node --test --test-reporter=dot "test/*.test.ts"
need_root @typescript/native
tsc="$root/node_modules/@typescript/native/bin/tsc"
node "$tsc" -p "$sdk"
need npm 'it comes with Node'
rm -rf dist
npm pack --silent --pack-destination "$scratch"
need_root publint
node "$root/node_modules/publint/src/cli.js" run "$scratch"/*.tgz --strict
# What was packed works where nothing else is installed.
mkdir -p "$scratch/user/node_modules/@statuspulse"
tar -xzf "$scratch"/*.tgz -C "$scratch/user/node_modules/@statuspulse"
mv "$scratch/user/node_modules/@statuspulse/package" "$scratch/user/node_modules/@statuspulse/webhooks"
cd "$scratch/user"
for entry in '' /express /fastify /fetch /hono /next; do
  node --input-type=module -e "await import('@statuspulse/webhooks$entry')"
done
