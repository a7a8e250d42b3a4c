"""The two signatures of a webhook."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from collections.abc import Iterable, Sequence
from typing import Optional, Union

from .secret import parse_secrets


def standard_signature(key: bytes, event_id: str, timestamp: str, body: bytes) -> str:
    """The base64 that follows ``v1,`` in ``webhook-signature``."""
    signed = f"{event_id}.{timestamp}.".encode() + body
    return base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def body_signature(key: bytes, body: bytes) -> str:
    """One hash of ``X-StatusPulse-Signature``, in lower-case hex."""
    return hmac.new(key, body, hashlib.sha256).hexdigest()


def contains(given: Iterable[str], expected: str) -> bool:
    """Compares in constant time, and every one of the given texts."""
    found = False
    for text in given:
        found |= hmac.compare_digest(text.encode("utf-8", "surrogatepass"), expected.encode())
    return found


def sign(
    secrets: Union[str, Sequence[str]], event_id: str, body: bytes, timestamp: Optional[int] = None
) -> dict[str, str]:
    """The signature headers that StatusPulse would send: for testing your own receiver.

    ``secrets`` come newest first, as during a rotation. ``timestamp`` is in Unix seconds, now unless given.
    """
    parsed = parse_secrets(secrets)
    sent_at = str(int(time.time()) if timestamp is None else timestamp)
    return {
        "X-StatusPulse-Signature": ",".join(body_signature(secret.body_key, body) for secret in parsed),
        "X-StatusPulse-Timestamp": sent_at,
        "webhook-id": event_id,
        "webhook-timestamp": sent_at,
        "webhook-signature": " ".join(
            f"v1,{standard_signature(secret.standard_key, event_id, sent_at, body)}" for secret in parsed
        ),
    }
