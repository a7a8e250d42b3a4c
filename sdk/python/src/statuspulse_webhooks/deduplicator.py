"""Handles every event once."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from enum import Enum
from typing import Optional, Protocol


class State(Enum):
    """State of an event in a store."""

    #: It is yours, until the lease ends.
    NEW = "new"
    #: Another one is handling it.
    BUSY = "busy"
    #: It was handled.
    DONE = "done"


class Outcome(Enum):
    """What :meth:`Deduplicator.run` did."""

    HANDLED = "handled"
    DUPLICATE = "duplicate"
    #: It is being handled right now, and that may still fail.
    BUSY = "busy"


class DeduplicationStore(Protocol):
    """Remembers which events were handled.

    To share it between processes write one for what you have; with Redis ``begin`` is ``SET key busy NX EX
    lease`` (and ``GET`` when refused), ``finish`` ``SET key done EX ttl``, ``release`` ``DEL key``.
    """

    def begin(self, event_id: str, lease_seconds: float) -> State:
        """Takes an event, atomically."""

    def finish(self, event_id: str, ttl_seconds: float) -> None:
        """The event was handled: answer ``DONE`` for the next ``ttl_seconds``."""

    def release(self, event_id: str) -> None:
        """It was not: the next attempt may take it."""


class MemoryStore:
    """A store within this process: gone when it ends, and not shared with others. Safe for threads.

    At most ``max_entries`` events are remembered, the oldest go first.
    """

    def __init__(self, max_entries: int = 100_000, *, now: Callable[[], float] = time.monotonic) -> None:
        if max_entries < 1:
            raise ValueError("max_entries must be 1 or more")
        self._max_entries = max_entries
        self._now = now
        self._lock = threading.Lock()
        # In the order of their last change, so the first is the one to drop.
        self._entries: OrderedDict[str, tuple[State, float]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._entries)

    def begin(self, event_id: str, lease_seconds: float) -> State:
        """Takes an event."""
        with self._lock:
            state, expires_at = self._entries.get(event_id, (State.NEW, 0.0))
            if state is not State.NEW and expires_at > self._now():
                return state
            self._put(event_id, State.BUSY, lease_seconds)
            return State.NEW

    def finish(self, event_id: str, ttl_seconds: float) -> None:
        """Remembers that it was handled."""
        with self._lock:
            self._put(event_id, State.DONE, ttl_seconds)

    def release(self, event_id: str) -> None:
        """Forgets it."""
        with self._lock:
            self._entries.pop(event_id, None)

    def _put(self, event_id: str, state: State, seconds: float) -> None:
        now = self._now()
        self._entries.pop(event_id, None)
        self._entries[event_id] = (state, now + seconds)
        while self._entries:
            oldest, (_, expires_at) = next(iter(self._entries.items()))
            if len(self._entries) <= self._max_entries and expires_at > now:
                break
            del self._entries[oldest]


class Deduplicator:
    """StatusPulse sends at least once: an event whose answer was lost, or that is replayed, comes again.

    An event counts as handled when its work has ended well. ``ttl_seconds`` is how long it is remembered (retries
    end after 6 h), ``lease_seconds`` after how long work that did not end is taken as lost.
    """

    def __init__(
        self,
        store: Optional[DeduplicationStore] = None,
        *,
        ttl_seconds: float = 86_400,
        lease_seconds: float = 60,
    ) -> None:
        self._store = MemoryStore() if store is None else store
        self._ttl_seconds = ttl_seconds
        self._lease_seconds = lease_seconds

    def run(self, event_id: str, work: Callable[[], object]) -> Outcome:
        """Does the work, unless the event was handled already, or is being handled right now.

        Raises what the work raises; the event may then be tried again.
        """
        state = self._store.begin(event_id, self._lease_seconds)
        if state is State.BUSY:
            return Outcome.BUSY
        if state is State.DONE:
            return Outcome.DUPLICATE
        try:
            work()
        except BaseException:
            self._store.release(event_id)
            raise
        self._store.finish(event_id, self._ttl_seconds)
        return Outcome.HANDLED
