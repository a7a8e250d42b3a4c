#!/usr/bin/env bash
# The Python examples with the real frameworks and the library as pip installs it.
. "$(dirname "$0")/common.sh"
need_node
need_root zod
make_venv flask fastapi uvicorn django hatchling
"$python" -m pip install --quiet --disable-pip-version-check --no-build-isolation "$sdk/python"
examples="$sdk/python/examples"
export PYTHONDONTWRITEBYTECODE=1
node "$sdk/interop/receiver.ts" "$examples" "$python" -m flask --app flask_app run --port {port}
node "$sdk/interop/receiver.ts" "$examples" "$python" -m uvicorn fastapi_app:app --port {port}
node "$sdk/interop/receiver.ts" "$examples" "$python" django_app.py runserver {port} --noreload
