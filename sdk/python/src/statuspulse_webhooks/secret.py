"""Signing secrets."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Union

from .errors import WebhookError

_PREFIX = "whsec_"
_MIN_BYTES = 24
_MAX_BYTES = 64


@dataclass(frozen=True)
class Secret:
    """A signing secret as the two signatures use it."""

    # What follows whsec_, decoded: the key of webhook-signature.
    standard_key: bytes = field(repr=False)
    # The whole string, whsec_ included: the key of X-StatusPulse-Signature.
    body_key: bytes = field(repr=False)


def parse_secret(text: str) -> Secret:
    """Reads a secret as StatusPulse shows it. The message of an error never holds the secret."""
    if not isinstance(text, str) or not text.startswith(_PREFIX):
        raise WebhookError("invalid_secret", f'A secret starts with "{_PREFIX}": copy the whole of it.')
    key = _from_base64(text[len(_PREFIX) :])
    if key is None:
        raise WebhookError("invalid_secret", f'After "{_PREFIX}" a secret is base64, without spaces or line breaks.')
    if not _MIN_BYTES <= len(key) <= _MAX_BYTES:
        raise WebhookError(
            "invalid_secret", f"A secret has {_MIN_BYTES} to {_MAX_BYTES} bytes, this one {len(key)}."
        )
    return Secret(standard_key=key, body_key=text.encode())


def parse_secrets(secrets: Union[str, Sequence[str]]) -> list[Secret]:
    """Reads one secret or several; none is an error too."""
    texts = [secrets] if isinstance(secrets, str) else list(secrets or [])
    if not texts:
        raise WebhookError("invalid_secret", "At least one secret is needed.")
    return [parse_secret(text) for text in texts]


def _from_base64(text: str) -> Union[bytes, None]:
    try:
        decoded = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    # The decoder is lenient about the last bits: only what an encoder writes is taken.
    return decoded if base64.b64encode(decoded) == text.encode() else None
