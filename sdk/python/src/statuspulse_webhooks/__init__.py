"""Receive StatusPulse webhooks: verify the signature, get a typed event, handle every event once."""

from .deduplicator import DeduplicationStore, Deduplicator, MemoryStore, Outcome, State
from .errors import WebhookError
from .event import Event, Metadata, parse_event
from .receiver import MAX_BODY_BYTES, Answer, Receiver
from .signature import sign
from .verifier import BODY_SIGNATURE, STANDARD_WEBHOOKS, Delivery, Verifier

__all__ = [
    "BODY_SIGNATURE",
    "MAX_BODY_BYTES",
    "STANDARD_WEBHOOKS",
    "Answer",
    "DeduplicationStore",
    "Deduplicator",
    "Delivery",
    "Event",
    "MemoryStore",
    "Metadata",
    "Outcome",
    "Receiver",
    "State",
    "Verifier",
    "WebhookError",
    "parse_event",
    "sign",
]
