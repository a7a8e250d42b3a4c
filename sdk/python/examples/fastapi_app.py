"""pip install fastapi uvicorn statuspulse-webhooks; STATUSPULSE_SECRET=whsec_… uvicorn fastapi_app:app --port 3000"""

import os

from fastapi import FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool
from statuspulse_webhooks import MAX_BODY_BYTES, Delivery, Receiver

app = FastAPI()


def on_event(delivery: Delivery) -> None:
    event = delivery.event
    mark = "[dry run] " if delivery.dry_run else ""
    print(f"{mark}{event.monitor_name} is {event.status} ({event.metadata.severity})", flush=True)


receiver = Receiver(os.environ["STATUSPULSE_SECRET"].split(), on_event)


@app.post("/hooks/statuspulse")
async def statuspulse(request: Request) -> Response:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            break
    # on_event may block: the thread pool keeps it off the event loop.
    answer = await run_in_threadpool(receiver.receive, bytes(body), request.headers)
    return Response(answer.body, answer.status, dict(answer.headers))
