from __future__ import annotations

import threading
import unittest

from statuspulse_webhooks import Deduplicator, MemoryStore, Outcome


class Case(unittest.TestCase):
    def setUp(self) -> None:
        self.now = 0.0
        self.make(100_000)

    def make(self, max_entries: int) -> None:
        self.store = MemoryStore(max_entries, now=lambda: self.now)
        self.deduplicator = Deduplicator(self.store, ttl_seconds=100, lease_seconds=10)

    def run_event(self, event_id: str) -> str:
        return self.deduplicator.run(event_id, lambda: None).value


class AnEvent(Case):
    def test_is_handled_once(self) -> None:
        self.assertEqual([self.run_event(name) for name in "aab"], ["handled", "duplicate", "handled"])

    def test_that_failed_may_come_again(self) -> None:
        with self.assertRaises(ZeroDivisionError):
            self.deduplicator.run("a", lambda: 1 / 0)
        self.assertEqual(self.run_event("a"), "handled")

    def test_that_is_being_handled_is_no_duplicate_since_its_work_may_still_fail(self) -> None:
        seen = []
        self.deduplicator.run("a", lambda: seen.append(self.run_event("a")))
        self.assertEqual(seen, ["busy"])
        self.assertEqual(self.run_event("a"), "duplicate")

    def test_whose_work_never_ends_may_be_taken_after_the_lease(self) -> None:
        self.store.begin("a", 10)
        self.now = 9.999
        self.assertEqual(self.run_event("a"), "busy")
        self.now = 10
        self.assertEqual(self.run_event("a"), "handled")

    def test_is_forgotten_after_its_time_to_live(self) -> None:
        self.run_event("a")
        self.now = 99.999
        self.assertEqual(self.run_event("a"), "duplicate")
        self.now = 100
        self.assertEqual(self.run_event("a"), "handled")

    def test_is_handled_once_by_many_threads(self) -> None:
        start = threading.Barrier(8)
        outcomes: list[Outcome] = []

        def work() -> None:
            start.wait()
            outcomes.append(self.deduplicator.run("a", lambda: None))

        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(outcomes.count(Outcome.HANDLED), 1)


class AStoreInMemory(Case):
    def test_drops_the_oldest_when_it_is_full(self) -> None:
        self.make(2)
        for name in "abc":
            self.run_event(name)
        self.assertEqual(len(self.store), 2)
        self.assertEqual([self.run_event(name) for name in "cba"], ["duplicate", "duplicate", "handled"])

    def test_drops_what_has_expired(self) -> None:
        for name in "ab":
            self.run_event(name)
        self.now = 100
        self.run_event("c")
        self.assertEqual(len(self.store), 1)

    def test_needs_room_for_one(self) -> None:
        with self.assertRaises(ValueError):
            MemoryStore(0)
