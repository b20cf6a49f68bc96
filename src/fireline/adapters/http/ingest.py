"""`POST /ingest/dbt` and `/ingest/openlineage`: where lineage and run results are told."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import structlog
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from fireline.adapters.http.authority import has_token
from fireline.adapters.http.bodies import bounded_body, refused
from fireline.domain.errors import InvalidInputError

# The manifest of five thousand models has thirty megabytes.
MOST_BYTES = 64_000_000
BAD_REQUEST = 400
UNAUTHORIZED = 401
TOO_LARGE = 413

log = structlog.get_logger(__name__)
Taker = Callable[[bytes], Mapping[str, object]]


@dataclass(frozen=True, slots=True)
class IngestDoor:
    """Who may tell, and what takes each kind of document.

    A taker returns once everything is in the database; `InvalidInputError` when the document is
    not what its address is for.
    """

    token: str = field(repr=False)
    takers: Mapping[str, Taker]


def ingest_routes(door: IngestDoor) -> list[Route]:
    """One address for each kind of document."""
    return [_route(door, kind, take) for kind, take in door.takers.items()]


def _route(door: IngestDoor, kind: str, take: Taker) -> Route:
    async def receive(request: Request) -> Response:
        if not has_token(request, door.token):
            text = "Send the header `Authorization: Bearer TOKEN` with the setting ingest_token."
            return refused(UNAUTHORIZED, text, {"WWW-Authenticate": "Bearer"})
        try:
            body = await bounded_body(request, MOST_BYTES)
        except ClientDisconnect:
            return Response(status_code=BAD_REQUEST)
        if body is None:
            return refused(TOO_LARGE, f"The body is larger than {MOST_BYTES} bytes.")
        return await run_in_threadpool(_taken, kind, take, body)

    return Route(f"/ingest/{kind}", receive, methods=["POST"])


def _taken(kind: str, take: Taker, body: bytes) -> Response:
    try:
        found = take(body)
    except InvalidInputError as error:
        log.warning("ingest_refused", kind=kind, error=str(error))
        return refused(BAD_REQUEST, str(error))
    return JSONResponse({"ok": True, **found})
