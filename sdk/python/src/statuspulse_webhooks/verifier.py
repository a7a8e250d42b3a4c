"""Checks that a request comes from StatusPulse."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Optional, Union

from .errors import WebhookError
from .event import Event, parse_event
from .secret import parse_secrets
from .signature import body_signature, contains, standard_signature

#: ``webhook-signature`` over id, timestamp and body; old requests are refused.
STANDARD_WEBHOOKS = "standard-webhooks"
#: ``X-StatusPulse-Signature`` over the body alone. A recorded request passes for ever, so use it only where
#: something else checks the other one.
BODY_SIGNATURE = "body-signature"

_UNIX_SECONDS = re.compile(r"[1-9][0-9]{0,10}")
_PRINTABLE_ASCII = re.compile(r"[\x21-\x7e]+")


@dataclass(frozen=True)
class Delivery:
    """A request that was verified.

    ``dry_run`` marks a test send: show it, but wake nobody. ``sent_at`` is when this attempt was made; it is
    signed under ``STANDARD_WEBHOOKS`` only. ``retry_attempt`` is 0 on the first attempt, then 1 to 14.
    ``delivery_id`` is the same on every attempt, ``request_id`` new on each.
    """

    event: Event
    dry_run: bool
    sent_at: Optional[datetime]
    retry_attempt: int
    delivery_id: Optional[str]
    request_id: Optional[str]


class Verifier:
    """Checks signatures and reads payloads; safe to use from many threads.

    ``secrets`` is the endpoint's secret, or all that are valid while you rotate it. ``tolerance_seconds`` is how
    far the sender's clock may be from ours, either way. ``now`` is our clock, Unix seconds.
    """

    def __init__(
        self,
        secrets: Union[str, Sequence[str]],
        *,
        scheme: str = STANDARD_WEBHOOKS,
        tolerance_seconds: float = 300,
        now: Callable[[], float] = time.time,
    ) -> None:
        if scheme not in (STANDARD_WEBHOOKS, BODY_SIGNATURE):
            raise ValueError(f"scheme must be {STANDARD_WEBHOOKS!r} or {BODY_SIGNATURE!r}, not {scheme!r}")
        if not tolerance_seconds >= 0:
            raise ValueError("tolerance_seconds must be 0 or more")
        self._secrets = parse_secrets(secrets)
        self._scheme = scheme
        self._tolerance_seconds = tolerance_seconds
        self._now = now

    def verify(self, body: bytes, headers: Mapping[str, str]) -> Delivery:
        """Checks the signature and parses the payload.

        ``body`` must be exactly what arrived. Raises ``WebhookError`` when the request must not be trusted.
        """
        self.authenticate(body, headers)
        header = _by_lower_case(headers)
        sent_at = header.get(
            "webhook-timestamp" if self._scheme == STANDARD_WEBHOOKS else "x-statuspulse-timestamp", ""
        )
        retry_attempt = header.get("retry-attempt", "")
        return Delivery(
            event=parse_event(body),
            dry_run=header.get("x-statuspulse-dry-run") == "true",
            sent_at=datetime.fromtimestamp(int(sent_at), timezone.utc) if _UNIX_SECONDS.fullmatch(sent_at) else None,
            retry_attempt=int(retry_attempt) if re.fullmatch(r"[0-9]{1,4}", retry_attempt) else 0,
            delivery_id=header.get("x-statuspulse-delivery-id") or None,
            request_id=header.get("x-statuspulse-request-id") or None,
        )

    def authenticate(self, body: bytes, headers: Mapping[str, str]) -> None:
        """Checks the signature only, whatever the body is. Raises ``WebhookError``."""
        if not isinstance(body, (bytes, bytearray, memoryview)):
            raise TypeError("The raw body is needed, as bytes: a parsed one cannot be verified.")
        body = bytes(body)
        header = _by_lower_case(headers)
        if self._scheme == STANDARD_WEBHOOKS:
            matches = self._standard_matches(body, header)
        else:
            matches = self._body_matches(body, header)
        if not matches:
            raise WebhookError(
                "no_matching_signature", "No signature matches: wrong secret, or the body was changed on its way."
            )

    def _standard_matches(self, body: bytes, header: Mapping[str, str]) -> bool:
        event_id = _required(header, "webhook-id")
        timestamp = _required(header, "webhook-timestamp")
        signatures = _required(header, "webhook-signature")
        if not _PRINTABLE_ASCII.fullmatch(event_id):
            raise WebhookError("invalid_header", "webhook-id must be printable ASCII.")
        self._check_timestamp(timestamp)
        given = [signature[3:] for signature in signatures.split(" ") if signature.startswith("v1,")]
        return any(
            [
                contains(given, standard_signature(secret.standard_key, event_id, timestamp, body))
                for secret in self._secrets
            ]
        )

    def _body_matches(self, body: bytes, header: Mapping[str, str]) -> bool:
        given = [signature.strip() for signature in _required(header, "x-statuspulse-signature").split(",")]
        return any([contains(given, body_signature(secret.body_key, body)) for secret in self._secrets])

    def _check_timestamp(self, timestamp: str) -> None:
        if not _UNIX_SECONDS.fullmatch(timestamp):
            raise WebhookError("invalid_header", "webhook-timestamp must be Unix seconds.")
        age = int(self._now()) - int(timestamp)
        limit = f"more than {self._tolerance_seconds:g} s from this machine's clock"
        if age > self._tolerance_seconds:
            raise WebhookError("timestamp_too_old", f"The request is {age} s old, {limit}.")
        if -age > self._tolerance_seconds:
            raise WebhookError("timestamp_too_new", f"The request is {-age} s ahead, {limit}.")


def _by_lower_case(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def _required(header: Mapping[str, str], name: str) -> str:
    value = header.get(name)
    if not value:
        raise WebhookError("missing_header", f"The header {name} is missing.")
    return value
