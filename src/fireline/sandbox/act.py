"""`POST /_act/...`: doing what a user does, refused where Slack's client would not let them."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from fireline.sandbox import act_interactions, act_messages, act_rooms, act_views
from fireline.sandbox.act_request import CONFLICT, ActRequest, RefusalError
from fireline.sandbox.deliveries import deliverer_of
from fireline.sandbox.entities import Json
from fireline.sandbox.errors import SlackError
from fireline.sandbox.model import Workspace

Act = Callable[[ActRequest], Awaitable[Json]]

ACTS: dict[str, Act] = {
    "command": act_interactions.command,
    "click": act_interactions.click,
    "options": act_interactions.options,
    "shortcut": act_interactions.shortcut,
    "submit": act_views.submit,
    "close": act_views.close,
    "home_opened": act_views.home_opened,
    "message": act_messages.message,
    "edit": act_messages.edit,
    "delete": act_messages.delete,
    "reaction": act_messages.reaction,
    "pin": act_messages.pin,
    "join": act_messages.join,
    "leave": act_messages.leave,
    "file": act_messages.file,
    "topic": act_rooms.topic,
    "rename": act_rooms.rename,
    "archive": act_rooms.archive,
    "moderate": act_rooms.moderate,
}


def routes(workspace: Workspace) -> list[BaseRoute]:
    """Return one route per act of a user."""
    deliverer_of(workspace)
    return [
        Route(f"/_act/{name}", _endpoint(workspace, name, act), methods=["POST"])
        for name, act in ACTS.items()
    ]


def _endpoint(
    workspace: Workspace, name: str, act: Act
) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        status, answer = await _run(workspace, name, act, request)
        return JSONResponse(answer, status_code=status)

    return endpoint


async def _run(workspace: Workspace, name: str, act: Act, request: Request) -> tuple[int, Json]:
    entry = workspace.journal.add("act", act=name, body=None, answer=None)
    try:
        asked = await ActRequest.read(workspace, request)
        entry["body"] = asked.body
        status, answer = 200, await act(asked)
    except RefusalError as refusal:
        status = refusal.status
        answer = {"ok": False, "error": refusal.code, "detail": refusal.detail, **refusal.fields}
    except SlackError as error:
        status, answer = CONFLICT, {"ok": False, "error": error.code, "detail": error.code}
    entry["answer"] = answer
    return status, answer
