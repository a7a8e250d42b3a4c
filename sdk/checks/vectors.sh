#!/usr/bin/env bash
# The vectors are what the generator writes; the npm standardwebhooks library and StatusPulse itself agree with them.
. "$(dirname "$0")/common.sh"
need_node
node "$sdk/vectors/generate.ts" --check
need_root standardwebhooks
need_root zod
node "$sdk/vectors/reference.ts"
node "$sdk/vectors/sender.ts"
