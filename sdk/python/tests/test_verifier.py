from __future__ import annotations

import json
import time
import unittest

from statuspulse_webhooks import BODY_SIGNATURE, Verifier, WebhookError

from .vectors import BODY, SECRET, headers_of


class AVerifiedDelivery(unittest.TestCase):
    def test_has_the_typed_event_and_what_the_headers_say(self) -> None:
        headers = headers_of(
            extra={
                "Retry-Attempt": "3",
                "X-StatusPulse-Delivery-Id": "dlv_1",
                "X-StatusPulse-Request-Id": "req_1",
                "X-StatusPulse-Dry-Run": "true",
            }
        )
        delivery = Verifier(SECRET).verify(BODY, headers)
        self.assertEqual(delivery.event.monitor_name, "checkout-service-redis")
        self.assertEqual(delivery.event.metadata.response_time_ms, 1840)
        self.assertEqual(delivery.event.timestamp.isoformat(), "2024-05-14T09:23:11+00:00")
        self.assertTrue(delivery.dry_run)
        self.assertEqual(
            (delivery.retry_attempt, delivery.delivery_id, delivery.request_id), (3, "dlv_1", "req_1")
        )
        assert delivery.sent_at is not None
        self.assertLess(abs(time.time() - delivery.sent_at.timestamp()), 60)

    def test_is_no_dry_run_and_a_first_attempt_where_the_headers_do_not_say_so(self) -> None:
        delivery = Verifier(SECRET).verify(BODY, headers_of())
        self.assertEqual(
            (delivery.dry_run, delivery.retry_attempt, delivery.delivery_id, delivery.request_id),
            (False, 0, None, None),
        )


class AVerifier(unittest.TestCase):
    def test_takes_headers_in_any_case(self) -> None:
        for change in (str.upper, str.lower, str.title):
            Verifier(SECRET).verify(BODY, {change(name): value for name, value in headers_of().items()})

    def test_says_so_when_it_is_given_a_parsed_body(self) -> None:
        with self.assertRaisesRegex(TypeError, "raw body"):
            Verifier(SECRET).verify(json.loads(BODY), headers_of())

    def test_refuses_what_is_signed_but_no_event(self) -> None:
        with self.assertRaises(WebhookError) as caught:
            Verifier(SECRET, scheme=BODY_SIGNATURE).verify(b'{"hello":1}', headers_of(b'{"hello":1}'))
        self.assertEqual((caught.exception.code, caught.exception.path), ("invalid_payload", "metadata"))

    def test_survives_json_that_is_nested_too_deeply(self) -> None:
        body = b"[" * 500_000
        with self.assertRaises(WebhookError) as caught:
            Verifier(SECRET).verify(body, headers_of(body))
        self.assertEqual(caught.exception.code, "invalid_payload")

    def test_is_not_made_of_mistakes(self) -> None:
        with self.assertRaises(WebhookError):
            Verifier([])
        with self.assertRaises(ValueError):
            Verifier(SECRET, tolerance_seconds=-1)
        with self.assertRaises(ValueError):
            Verifier(SECRET, scheme="standard")

    def test_does_not_show_its_secret(self) -> None:
        self.assertNotIn(SECRET[6:30], repr(vars(Verifier(SECRET))))
