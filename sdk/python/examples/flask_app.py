"""pip install flask statuspulse-webhooks; STATUSPULSE_SECRET=whsec_… flask --app flask_app run --port 3000"""

import os

from flask import Flask, Response, request
from statuspulse_webhooks import MAX_BODY_BYTES, Delivery, Receiver

app = Flask(__name__)
app.config["MAX_CONTENT_LENGTH"] = MAX_BODY_BYTES


def on_event(delivery: Delivery) -> None:
    event = delivery.event
    mark = "[dry run] " if delivery.dry_run else ""
    print(f"{mark}{event.monitor_name} is {event.status} ({event.metadata.severity})", flush=True)


receiver = Receiver(os.environ["STATUSPULSE_SECRET"].split(), on_event)


@app.post("/hooks/statuspulse")
def statuspulse() -> Response:
    answer = receiver.receive(request.get_data(), request.headers)
    return Response(answer.body, answer.status, dict(answer.headers))
