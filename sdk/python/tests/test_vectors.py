from __future__ import annotations

import dataclasses
import unittest
from typing import Any, Callable, Optional

from statuspulse_webhooks import (
    BODY_SIGNATURE,
    STANDARD_WEBHOOKS,
    Event,
    Verifier,
    WebhookError,
    parse_event,
    sign,
)

from .vectors import bytes_of, cases_of


def refusal_of(work: Callable[[], object]) -> Optional[WebhookError]:
    try:
        work()
        return None
    except WebhookError as error:
        return error


def comparable(event: Event) -> dict[str, Any]:
    """An event as the vectors write it."""
    known = dataclasses.asdict(event.metadata)
    extra = known.pop("extra")
    return {
        "event_id": event.event_id,
        "monitor_name": event.monitor_name,
        "status": event.status,
        "timestamp_ms": int(event.timestamp.timestamp() * 1000 // 1),
        "metadata": {**known, "affected_endpoints": list(event.metadata.affected_endpoints)},
        "extra": extra,
    }


class SharedVectors(unittest.TestCase):
    def test_signatures(self) -> None:
        for scheme in (STANDARD_WEBHOOKS, BODY_SIGNATURE):
            for case in cases_of(scheme):
                with self.subTest(scheme=scheme, case=case["name"]):
                    now = case["now"]
                    verifier = Verifier(
                        case["secrets"],
                        scheme=scheme,
                        tolerance_seconds=case["tolerance_seconds"],
                        now=lambda now=now: float(now),  # type: ignore[misc]
                    )
                    refusal = refusal_of(lambda: verifier.authenticate(bytes_of(case), case["headers"]))
                    self.assertEqual(refusal.code if refusal else None, case["error"])

    def test_events(self) -> None:
        for case in cases_of("events"):
            with self.subTest(case=case["name"]):
                if case["event"] is None:
                    refusal = refusal_of(lambda: parse_event(bytes_of(case)))
                    assert refusal is not None
                    self.assertEqual((refusal.code, refusal.path), ("invalid_payload", case["error_path"]))
                else:
                    self.assertEqual(comparable(parse_event(bytes_of(case))), case["event"])

    def test_secrets(self) -> None:
        for case in cases_of("secrets"):
            with self.subTest(case=case["name"]):
                refusal = refusal_of(lambda: Verifier(case["secret"]))
                self.assertEqual(refusal.code if refusal else None, None if case["valid"] else "invalid_secret")
                if refusal is not None and len(case["secret"]) > 30:
                    self.assertNotIn(case["secret"][6:30], str(refusal))

    def test_signing_gives_the_same_bytes(self) -> None:
        for case in cases_of("signing"):
            with self.subTest(case=case["name"]):
                headers = sign(case["secrets"], case["event_id"], case["body"].encode(), case["timestamp"])
                self.assertEqual(headers, case["headers"])
