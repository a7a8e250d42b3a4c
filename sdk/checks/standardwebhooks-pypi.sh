#!/usr/bin/env bash
# The PyPI library standardwebhooks verifies what StatusPulse signs.
. "$(dirname "$0")/common.sh"
need_node
need_root zod
make_venv standardwebhooks
node "$sdk/interop/messages.ts" | "$python" "$sdk/interop/verify_messages.py"
