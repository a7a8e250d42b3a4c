"""What can be wrong with a request."""

from __future__ import annotations


class WebhookError(Exception):
    """A request that must not be trusted (or, with ``invalid_secret``, a secret that cannot be used).

    ``code`` is one of ``invalid_secret``, ``missing_header``, ``invalid_header``, ``timestamp_too_old``,
    ``timestamp_too_new``, ``no_matching_signature``, ``invalid_payload``: the same words in every StatusPulse
    library. ``path`` says, with ``invalid_payload``, where it is wrong, such as ``metadata.region``; it is empty
    for the whole body.
    """

    def __init__(self, code: str, message: str, path: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.path = path
