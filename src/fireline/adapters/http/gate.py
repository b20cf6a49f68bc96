"""`GET /gate/{service}`: whether CI may change a service now."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import structlog
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from fireline.adapters.http.authority import has_token
from fireline.adapters.http.bodies import refused
from fireline.domain.errors import NotFoundError

LONGEST_SERVICE = 200
UNAUTHORIZED = 401
NOT_FOUND = 404
TOO_LONG = 414
UNAVAILABLE = 503

log = structlog.get_logger(__name__)

Ask = Callable[[str], Mapping[str, object]]


@dataclass(frozen=True, slots=True)
class Gate:
    """Who may ask, and what is answered.

    `ask` gives the verdict on a service as JSON values; `NotFoundError` when there is no such one.
    """

    token: str = field(repr=False)
    ask: Ask


def gate_route(gate: Gate) -> Route:
    """The address of the gate."""

    def answer(request: Request) -> Response:
        if not has_token(request, gate.token):
            text = "Send the header `Authorization: Bearer TOKEN` with the setting gate_token."
            return refused(UNAUTHORIZED, text, {"WWW-Authenticate": "Bearer"})
        service = request.path_params["service"]
        if len(service) > LONGEST_SERVICE:
            text = f"The name of a service has at most {LONGEST_SERVICE} characters."
            return refused(TOO_LONG, text)
        if not service.strip():
            return refused(NOT_FOUND, "Name a service: GET /gate/SERVICE.")
        return _verdict(gate.ask, service)

    # A service's name may hold a slash, and what is wrong with it is told in JSON.
    return Route("/gate/{service:path}", answer, methods=["GET"])


def _verdict(ask: Ask, service: str) -> Response:
    try:
        return JSONResponse(dict(ask(service)), headers={"Cache-Control": "no-store"})
    except NotFoundError as error:
        return refused(NOT_FOUND, str(error))
    except Exception:  # recorded; whoever asks learns that there is no verdict
        log.exception("gate_failed", service=service)
        return refused(UNAVAILABLE, "The record cannot be read now; try again in a minute.")
