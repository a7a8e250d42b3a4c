#!/usr/bin/env bash
# The Go example, in a process of its own.
. "$(dirname "$0")/common.sh"
need_node
need_root zod
need go 'install Go 1.22 or newer'
(cd "$sdk/go" && go build -o "$scratch/server" ./examples/server)
node "$sdk/interop/receiver.ts" "$scratch" "$scratch/server"
