"""From the bytes of a request to the answer."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Optional, Union

from .deduplicator import Deduplicator, Outcome
from .errors import WebhookError
from .verifier import STANDARD_WEBHOOKS, Delivery, Verifier

#: How large a body is taken; StatusPulse's own limit is 256 KiB an event.
MAX_BODY_BYTES = 1_048_576


@dataclass(frozen=True)
class Answer:
    """What to answer: a status, headers (``Content-Type`` among them), and a body of JSON."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


class Receiver:
    """Verifies, deduplicates, hands over, and says what to answer. Safe to use from many threads.

    ``on_event`` is called once per event. StatusPulse waits 5 s for the answer, so leave slow work to a queue of
    yours. What it raises comes out of ``receive``: let your framework answer 500, and StatusPulse tries again. A
    refused request is answered 4xx, which StatusPulse does not try again.
    """

    def __init__(
        self,
        secrets: Union[str, Sequence[str]],
        on_event: Callable[[Delivery], object],
        *,
        scheme: str = STANDARD_WEBHOOKS,
        tolerance_seconds: float = 300,
        deduplicator: Optional[Deduplicator] = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._verifier = Verifier(secrets, scheme=scheme, tolerance_seconds=tolerance_seconds, now=now)
        self._on_event = on_event
        self._deduplicator = Deduplicator() if deduplicator is None else deduplicator

    def receive(self, body: bytes, headers: Mapping[str, str]) -> Answer:
        """``body`` must be exactly what arrived."""
        if len(body) > MAX_BODY_BYTES:
            message = f"The body has more than {MAX_BODY_BYTES} bytes."
            return _answer(413, {"error": "body_too_large", "message": message})
        try:
            delivery = self._verifier.verify(body, headers)
        except WebhookError as error:
            status = 400 if error.code == "invalid_payload" else 401
            return _answer(status, {"error": error.code, "message": str(error)})
        outcome = self._hand_over(delivery)
        if outcome is Outcome.BUSY:
            message = "An earlier attempt is still being handled."
            return _answer(503, {"error": "in_progress", "message": message}, {"Retry-After": "5"})
        if outcome is Outcome.DUPLICATE:
            return _answer(200, {"received": True, "duplicate": True})
        return _answer(200, {"received": True})

    def _hand_over(self, delivery: Delivery) -> Outcome:
        # A test send may carry the id of a real event, which it must neither hide nor be hidden by.
        if delivery.dry_run:
            self._on_event(delivery)
            return Outcome.HANDLED
        return self._deduplicator.run(delivery.event.event_id, lambda: self._on_event(delivery))


def _answer(status: int, body: Mapping[str, object], headers: Optional[Mapping[str, str]] = None) -> Answer:
    return Answer(status, json.dumps(body).encode(), {"Content-Type": "application/json", **(headers or {})})
