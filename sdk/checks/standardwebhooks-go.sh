#!/usr/bin/env bash
# The Go library standardwebhooks verifies what StatusPulse signs.
. "$(dirname "$0")/common.sh"
need_node
need_root zod
need go 'install Go 1.22 or newer'
cd "$sdk/interop/go"
go build -o "$scratch/verify" . || skip 'go cannot get the library' 'connect to a module proxy'
node "$sdk/interop/messages.ts" | "$scratch/verify"
