"""The payload of a webhook."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any, NoReturn, Optional, Union

from .errors import WebhookError

_RFC_3339_UTC = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]{1,9}))?Z"
)


@dataclass(frozen=True)
class Metadata:
    """What is known about an event; ``None`` or empty where it is not.

    ``event_type`` is one of ``incident.opened``, ``incident.updated``, ``incident.acknowledged``,
    ``incident.resolved``, ``status.changed``, ``metric.breached``, ``metric.cleared``; ``severity`` one of
    ``critical``, ``warning``, ``info``, and of a recovery the highest that its incident reached. Later versions
    may know more: handle what you know, pass over the rest.
    """

    region: Optional[str] = None
    affected_endpoints: tuple[str, ...] = ()
    response_time_ms: Optional[float] = None
    error_rate_pct: Optional[float] = None
    event_type: Optional[str] = None
    severity: Optional[str] = None
    incident_id: Optional[str] = None
    # The producer's own keys, untouched.
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Event:
    """A fact about a monitor.

    ``event_id`` is the same on every attempt and every replay. ``status`` is one of ``operational``,
    ``degraded``, ``down``, ``maintenance``, ``unknown``, or one of a later version. ``timestamp`` is when it
    happened, in UTC, to the microsecond.
    """

    event_id: str
    monitor_name: str
    status: str
    timestamp: datetime
    metadata: Metadata


def parse_event(body: Union[bytes, str]) -> Event:
    """Reads a payload. Unknown statuses, types, severities and fields of later versions are let through.

    Raises ``WebhookError`` with the code ``invalid_payload`` and the path of the field at fault.
    """
    fields = _object(_parse_json(body), "")
    metadata = dict(_object(fields.get("metadata"), "metadata"))
    return Event(
        event_id=_text(fields, "event_id"),
        monitor_name=_text(fields, "monitor_name"),
        status=_text(fields, "status"),
        timestamp=_timestamp(fields, "timestamp"),
        metadata=Metadata(
            region=_optional_text(metadata, "region"),
            affected_endpoints=_texts(metadata, "affected_endpoints"),
            response_time_ms=_optional_number(metadata, "response_time_ms"),
            error_rate_pct=_optional_number(metadata, "error_rate_pct"),
            event_type=_optional_text(metadata, "event_type"),
            severity=_optional_text(metadata, "severity"),
            incident_id=_optional_text(metadata, "incident_id"),
            extra=metadata,
        ),
    )


def _parse_json(body: Union[bytes, str]) -> object:
    try:
        text = body if isinstance(body, str) else body.decode("utf-8")
        return json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        _fail("", "must be JSON in UTF-8")


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def _fail(path: str, problem: str) -> NoReturn:
    raise WebhookError("invalid_payload", f"{path or 'The payload'} {problem}.", path)


def _object(value: object, path: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        _fail(path, "must be an object")
    return value


def _text(fields: dict[str, Any], key: str) -> str:
    value = fields.get(key)
    if not isinstance(value, str) or value == "":
        _fail(key, "must be a text that is not empty")
    return value


def _timestamp(fields: dict[str, Any], key: str) -> datetime:
    value = fields.get(key)
    match = _RFC_3339_UTC.fullmatch(value) if isinstance(value, str) else None
    if match:
        year, month, day, hour, minute, second = (int(part) for part in match.groups()[:6])
        microsecond = int((match[7] or "").ljust(6, "0")[:6])
        try:
            return datetime(year, month, day, hour, minute, second, microsecond, timezone.utc)
        except ValueError:
            pass
    _fail(key, "must be an RFC 3339 time in UTC")


def _optional_text(metadata: dict[str, Any], key: str) -> Optional[str]:
    value = metadata.pop(key, None)
    if value is not None and not isinstance(value, str):
        _fail(f"metadata.{key}", "must be a text or null")
    return value


def _optional_number(metadata: dict[str, Any], key: str) -> Optional[float]:
    value = metadata.pop(key, None)
    if value is None:
        return None
    # True is an int in Python, 1e999 is read as infinity, and an int has no limit.
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not abs(value) <= sys.float_info.max:
        _fail(f"metadata.{key}", "must be a number or null")
    return value


def _texts(metadata: dict[str, Any], key: str) -> tuple[str, ...]:
    value = metadata.pop(key, None)
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        _fail(f"metadata.{key}", "must be a list of texts")
    return tuple(value)
