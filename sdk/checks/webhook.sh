#!/usr/bin/env bash
# Debian's webhook (adnanh) accepts what StatusPulse signs and refuses a changed byte.
. "$(dirname "$0")/common.sh"
need_node
need_root zod
need webhook 'apt-get install webhook'
node "$sdk/interop/webhook.ts"
