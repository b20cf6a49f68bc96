"""`POST /alertmanager`: where Alertmanager tells which alerts fire and which ended."""

from collections.abc import Callable
from dataclasses import dataclass, field

import structlog
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from fireline.adapters.http.authority import has_token
from fireline.adapters.http.bodies import bounded_body, refused
from fireline.domain.errors import InvalidInputError

# A thousand alerts with long links are about two megabytes.
MOST_BYTES = 8_000_000
BAD_REQUEST = 400
UNAUTHORIZED = 401
TOO_LARGE = 413
UNAVAILABLE = 503

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class AlertHook:
    """Who may tell, and what records it.

    `take` returns once what the body says is in the database; `InvalidInputError` when it is
    no call of Alertmanager's.
    """

    token: str = field(repr=False)
    take: Callable[[bytes], object]


def alertmanager_route(hook: AlertHook) -> Route:
    """The address of the webhook."""

    async def receive(request: Request) -> Response:
        if not has_token(request, hook.token):
            text = (
                "Send the header `Authorization: Bearer TOKEN` with the setting"
                " alertmanager_webhook_token (http_config.authorization in Alertmanager)."
            )
            return refused(UNAUTHORIZED, text, {"WWW-Authenticate": "Bearer"})
        try:
            body = await bounded_body(request, MOST_BYTES)
        except ClientDisconnect:
            return Response(status_code=BAD_REQUEST)
        if body is None:
            text = f"The body is larger than {MOST_BYTES} bytes; set max_alerts or smaller groups."
            return refused(TOO_LARGE, text)
        return await run_in_threadpool(_taken, hook.take, body)

    return Route("/alertmanager", receive, methods=["POST"])


def _taken(take: Callable[[bytes], object], body: bytes) -> Response:
    """Alertmanager sends again what is answered with 5xx, and gives up at 4xx."""
    try:
        take(body)
    except InvalidInputError as error:
        log.warning("alertmanager_refused", error=str(error))
        return refused(BAD_REQUEST, str(error))
    except Exception:  # recorded; Alertmanager sends it again
        log.exception("alertmanager_not_recorded")
        return refused(UNAVAILABLE, "It could not be recorded; send it again.")
    return JSONResponse({"ok": True})
