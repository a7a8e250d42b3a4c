"""pip install django statuspulse-webhooks; STATUSPULSE_SECRET=whsec_… python django_app.py runserver 3000 --noreload"""

import os
import sys

from django.conf import settings
from django.core.management import execute_from_command_line
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from statuspulse_webhooks import Delivery, Receiver


def on_event(delivery: Delivery) -> None:
    event = delivery.event
    mark = "[dry run] " if delivery.dry_run else ""
    print(f"{mark}{event.monitor_name} is {event.status} ({event.metadata.severity})", flush=True)


receiver = Receiver(os.environ["STATUSPULSE_SECRET"].split(), on_event)


@csrf_exempt  # The signature is what a CSRF token would be.
@require_POST
def statuspulse(request: HttpRequest) -> HttpResponse:
    answer = receiver.receive(request.body, request.headers)
    return HttpResponse(answer.body, status=answer.status, headers=dict(answer.headers))


# A project of one file; in yours only the view above and this line of urls.py are needed.
urlpatterns = [path("hooks/statuspulse", statuspulse)]

if __name__ == "__main__":
    settings.configure(ROOT_URLCONF=__name__, ALLOWED_HOSTS=["127.0.0.1"], SECRET_KEY="not used by this example")
    execute_from_command_line(sys.argv)
