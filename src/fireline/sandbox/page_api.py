"""The web page's own endpoints: the page, a snapshot per user, live signals, read marks."""

import asyncio
import json
import mimetypes
from collections.abc import AsyncIterator
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from fireline.sandbox.entities import Json
from fireline.sandbox.model import Workspace
from fireline.sandbox.page_snapshot import may_see, may_see_file, snapshot

_PAGE = Path(__file__).parent / "page"
_ASSETS = {"page.html", "page.css", "page.js"}
_KEEP_ALIVE_SECONDS = 15.0
_NO_STORE = {"Cache-Control": "no-cache"}


def routes(workspace: Workspace) -> list[BaseRoute]:
    """The routes of the page, for the sandbox's application."""
    page = PageEndpoints(workspace)
    return [
        Route("/", page.index),
        Route("/page/{asset}", page.asset),
        Route("/_page/snapshot", page.snapshot),
        Route("/_page/live", page.live),
        Route("/_page/read", page.read, methods=["POST"]),
        Route("/_page/dismiss", page.dismiss, methods=["POST"]),
        Route("/_page/file/{file_id}", page.file),
        Route("/_page/demo", page.demo),
    ]


class PageEndpoints:
    """The page's endpoints over one workspace."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._version = 0
        self._waiting: set[asyncio.Event] = set()
        workspace.listeners.append(self._heard)
        workspace.on_reset.append(self._wake)

    def _heard(self, _event: Json, _channel: str | None) -> None:
        self._wake()

    def _wake(self) -> None:
        self._version += 1
        for waiting in list(self._waiting):
            waiting.set()

    async def index(self, _request: Request) -> Response:
        """The page itself."""
        return FileResponse(_PAGE / "page.html", headers=_NO_STORE)

    async def asset(self, request: Request) -> Response:
        """The page's script or style sheet."""
        name = request.path_params["asset"]
        if name not in _ASSETS:
            return JSONResponse({"error": f"no such asset: {name}"}, status_code=404)
        return FileResponse(_PAGE / name, headers=_NO_STORE)

    async def snapshot(self, request: Request) -> Response:
        """Everything the user of `?user=` may see (without it: the first human)."""
        user = self._user_of(request.query_params.get("user"))
        if user is None:
            return _refuse("user_not_found", 404)
        shown = snapshot(self._workspace, user)
        return JSONResponse({"ok": True, "version": self._version, **shown}, headers=_NO_STORE)

    async def live(self, _request: Request) -> Response:
        """Server-Sent Events: the workspace's version, each time something changed."""
        return StreamingResponse(
            self._signals(), media_type="text/event-stream", headers={"Cache-Control": "no-store"}
        )

    async def _signals(self) -> AsyncIterator[str]:
        woken = asyncio.Event()
        self._waiting.add(woken)
        try:
            while True:
                yield f"data: {json.dumps({'version': self._version})}\n\n"
                try:
                    await asyncio.wait_for(woken.wait(), _KEEP_ALIVE_SECONDS)
                except TimeoutError:
                    yield ": still here\n\n"
                woken.clear()
        finally:
            self._waiting.discard(woken)

    async def read(self, request: Request) -> Response:
        """Mark a channel as read by a user up to a timestamp."""
        body = await request.json()
        channel = self._workspace.channels.get(str(body.get("channel")))
        user = self._user_of(body.get("user"))
        if user is None or channel is None or not may_see(channel, user):
            return _refuse("channel_not_found", 404)
        newest = max(channel.messages, default="0")
        ts = min(str(body.get("ts") or newest), newest)
        if ts > channel.last_read.get(user, "0"):
            channel.last_read[user] = ts
            self._workspace.changed("_read", channel=channel.id, user=user)
        return JSONResponse({"ok": True})

    async def dismiss(self, request: Request) -> Response:
        """Take away a message that only this user sees."""
        body = await request.json()
        kept = [
            m
            for m in self._workspace.ephemerals
            if not (m.ts == body.get("ts") and m.ephemeral_to == body.get("user"))
        ]
        if len(kept) == len(self._workspace.ephemerals):
            return _refuse("message_not_found", 404)
        self._workspace.ephemerals[:] = kept
        self._workspace.changed("_ephemeral", user=body.get("user"))
        return JSONResponse({"ok": True})

    async def file(self, request: Request) -> Response:
        """The bytes of a file the user may see."""
        file = self._workspace.files.get(request.path_params["file_id"])
        user = self._user_of(request.query_params.get("user"))
        if file is None or user is None or not may_see_file(self._workspace, file, user):
            return _refuse("file_not_found", 404)
        data = file.data if file.markdown is None else file.markdown.encode()
        kind = file.mimetype or mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        # Only pictures open in place: any other type could carry a script onto the page's origin.
        place = "inline" if kind.startswith("image/") and "svg" not in kind else "attachment"
        name = "".join(
            c if c.isascii() and c.isprintable() and c != '"' else "_" for c in file.name
        )
        headers = {
            "Content-Disposition": f'{place}; filename="{name}"',
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "sandbox",
        }
        return Response(data, media_type=kind, headers=headers)

    async def demo(self, _request: Request) -> Response:
        """The demo's panel (title, text, buttons), or null when no demo runs."""
        return JSONResponse({"panel": self._workspace.demo_panel})

    def _user_of(self, wanted: str | None) -> str | None:
        users = self._workspace.users
        if wanted:
            return wanted if wanted in users else None
        humans = (u.id for u in users.values() if not u.is_bot and not u.deleted)
        return next(humans, None)


def _refuse(error: str, status: int) -> Response:
    return JSONResponse({"ok": False, "error": error}, status_code=status)
