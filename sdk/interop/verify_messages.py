"""The PyPI library must verify what StatusPulse signs. Messages come as JSON on standard input."""

import json
import sys

from standardwebhooks import Webhook, WebhookVerificationError

for message in json.load(sys.stdin):
    try:
        Webhook(message["secret"]).verify(message["body"], message["headers"])
        accepted = True
    except WebhookVerificationError:
        accepted = False
    if accepted != message["accepted"]:
        sys.exit(f"standardwebhooks (PyPI) {'accepts' if accepted else 'refuses'}: {message['name']}")
    print(f"{'accepts' if accepted else 'refuses'}: {message['name']}")
