"""The shared vectors, and requests made as StatusPulse makes them."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any, Optional

from statuspulse_webhooks import sign

_FOLDER = Path(__file__).resolve().parents[2] / "vectors"


def cases_of(name: str) -> list[dict[str, Any]]:
    cases: list[dict[str, Any]] = json.loads((_FOLDER / f"{name}.json").read_text("utf-8"))["cases"]
    assert cases
    return cases


def bytes_of(case: dict[str, Any]) -> bytes:
    return base64.b64decode(case["body_base64"]) if "body_base64" in case else case["body"].encode()


_FIRST = cases_of("signing")[0]
SECRET: str = _FIRST["secrets"][0]
BODY: bytes = _FIRST["body"].encode()
EVENT_ID: str = _FIRST["event_id"]


def headers_of(body: bytes = BODY, extra: Optional[dict[str, str]] = None) -> dict[str, str]:
    return {**sign(SECRET, EVENT_ID, body), **(extra or {})}
