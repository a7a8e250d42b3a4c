#!/usr/bin/env bash
# Tests the receiver libraries and the API client with the real toolchains, frameworks and peers:
#
#     sdk/test.sh              everything
#     sdk/test.sh node go      these checks (the names of the files in sdk/checks)
#
# What is missing on this machine is skipped and named; with CI=true it is a failure.
set -uo pipefail
checks=$(cd "$(dirname "$0")/checks" && pwd)
names=("$@")
[ $# -gt 0 ] || names=(vectors client node python go standardwebhooks-pypi standardwebhooks-go webhook
  express-fastify-hono flask-fastapi-django net-http)

log=$(mktemp)
trap 'rm -f "$log"' EXIT
failed=0
for name in "${names[@]}"; do
  started=$SECONDS
  bash "$checks/$name.sh" >"$log" 2>&1
  case $? in
    0) verdict=pass ;;
    77) verdict=skip ;;
    *) verdict=FAIL ;;
  esac
  [ "$verdict" = skip ] && [ "${CI:-}" = true ] && verdict=FAIL
  printf '%-4s  %-22s %3d s' "$verdict" "$name" $((SECONDS - started))
  [ "$verdict" = skip ] && printf '  %s' "$(grep '^skipped: ' "$log" | tail -1)"
  echo
  if [ "$verdict" = FAIL ]; then
    failed=1
    sed 's/^/      /' "$log"
  fi
done
exit $failed
