"""Addresses to which other programs POST: one token each, a bounded body, refusals in words.

All of them have one shape: 401 without the token, 413 for too long a body, 4xx that says what is
wrong and where, 503 when it could not be recorded and is to be sent again.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import structlog
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from fireline.adapters.http.authority import has_token
from fireline.adapters.http.bodies import MAX_BODY, bounded_body, refused
from fireline.domain.errors import (
    ConflictError,
    ForbiddenError,
    IllegalTransitionError,
    NotFoundError,
    UserError,
)

OK = 200
BAD_REQUEST = 400
UNAUTHORIZED = 401
TOO_LARGE = 413
UNAVAILABLE = 503
REFUSALS: tuple[tuple[type[UserError], int], ...] = (
    (NotFoundError, 404),
    (ForbiddenError, 403),
    (ConflictError, 409),
    (IllegalTransitionError, 409),
    (UserError, BAD_REQUEST),
)

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Answer:
    """What is told in return, as JSON values."""

    facts: Mapping[str, object] = field(default_factory=dict)
    status: int = OK


@dataclass(frozen=True, slots=True)
class Door:
    """One address, who may use it, and what takes a body.

    `setting` names where its token is set. `take` returns once what the body says is in the
    database; a `UserError` of it is answered with its words, at the field it names.
    """

    path: str
    setting: str
    token: str = field(repr=False)
    take: Callable[[bytes], Answer]
    most_bytes: int = MAX_BODY
    too_large: str = ""


def door_route(door: Door) -> Route:
    """The door as an address of the web application."""

    async def receive(request: Request) -> Response:
        if not has_token(request, door.token):
            text = f"Send the header `Authorization: Bearer TOKEN` with the setting {door.setting}."
            return refused(UNAUTHORIZED, text, {"WWW-Authenticate": "Bearer"})
        try:
            body = await bounded_body(request, door.most_bytes)
        except ClientDisconnect:
            return Response(status_code=BAD_REQUEST)
        if body is None:
            text = f"The body is larger than {door.most_bytes} bytes. {door.too_large}".strip()
            return refused(TOO_LARGE, text)
        return await run_in_threadpool(_taken, door, body)

    return Route(door.path, receive, methods=["POST"])


def _taken(door: Door, body: bytes) -> Response:
    """Whoever tells sends again what is answered with 5xx, and gives up at 4xx."""
    try:
        told = door.take(body)
    except UserError as error:
        status = next(code for kind, code in REFUSALS if isinstance(error, kind))
        log.warning("door_refused", path=door.path, status=status)
        return _refusal(status, error)
    except Exception:  # recorded; it is sent again
        log.exception("door_not_recorded", path=door.path)
        return refused(UNAVAILABLE, "It could not be recorded; send it again.")
    return JSONResponse({"ok": True, **told.facts}, status_code=told.status)


def _refusal(status: int, error: UserError) -> Response:
    where = getattr(error, "field", None)
    named = {"field": where} if where else {}
    return JSONResponse({"error": str(error), **named}, status_code=status)
