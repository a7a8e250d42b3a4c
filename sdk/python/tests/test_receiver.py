from __future__ import annotations

import json
import threading
import unittest
from typing import Any, Callable

from statuspulse_webhooks import MAX_BODY_BYTES, Answer, Delivery, Receiver

from .vectors import BODY, SECRET, headers_of


class AReceiver(unittest.TestCase):
    def setUp(self) -> None:
        self.deliveries: list[Delivery] = []

    def make(self, work: Callable[[], object] = lambda: None) -> Receiver:
        def on_event(delivery: Delivery) -> None:
            self.deliveries.append(delivery)
            work()

        return Receiver(SECRET, on_event)

    def assert_answer(self, answer: Answer, status: int, **body: Any) -> None:
        told = json.loads(answer.body)
        told.pop("message", None)
        self.assertEqual((answer.status, told, answer.headers["Content-Type"]), (status, body, "application/json"))

    def test_hands_over_an_event_once(self) -> None:
        receiver = self.make()
        self.assert_answer(receiver.receive(BODY, headers_of()), 200, received=True)
        self.assert_answer(receiver.receive(BODY, headers_of()), 200, received=True, duplicate=True)
        self.assertEqual([delivery.event.status for delivery in self.deliveries], ["degraded"])

    def test_refuses_what_it_must(self) -> None:
        receiver = self.make()
        changed = BODY.replace(b"1840", b"1841")
        self.assert_answer(receiver.receive(changed, headers_of()), 401, error="no_matching_signature")
        self.assert_answer(receiver.receive(BODY, {}), 401, error="missing_header")
        self.assert_answer(receiver.receive(b"[]", headers_of(b"[]")), 400, error="invalid_payload")
        self.assert_answer(receiver.receive(b"x" * (MAX_BODY_BYTES + 1), headers_of()), 413, error="body_too_large")
        self.assertEqual(self.deliveries, [])

    def test_lets_an_error_of_the_handler_out_and_takes_the_next_attempt(self) -> None:
        failures = [ConnectionError("no database")]

        def work() -> None:
            if failures:
                raise failures.pop()

        receiver = self.make(work)
        with self.assertRaisesRegex(ConnectionError, "no database"):
            receiver.receive(BODY, headers_of())
        self.assert_answer(receiver.receive(BODY, headers_of()), 200, received=True)

    def test_answers_503_while_an_earlier_attempt_is_being_handled(self) -> None:
        begun, end = threading.Event(), threading.Event()

        def work() -> None:
            begun.set()
            end.wait(10)

        receiver = self.make(work)
        first = threading.Thread(target=receiver.receive, args=(BODY, headers_of()))
        first.start()
        begun.wait(10)
        answer = receiver.receive(BODY, headers_of())
        end.set()
        first.join()
        self.assert_answer(answer, 503, error="in_progress")
        self.assertEqual(answer.headers["Retry-After"], "5")

    def test_marks_a_test_send_which_does_not_hide_the_real_event(self) -> None:
        receiver = self.make()
        dry = headers_of(extra={"X-StatusPulse-Dry-Run": "true"})
        for headers in (dry, dry, headers_of(), dry):
            receiver.receive(BODY, headers)
        self.assertEqual([delivery.dry_run for delivery in self.deliveries], [True, True, False, True])
