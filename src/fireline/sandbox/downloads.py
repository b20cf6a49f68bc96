"""`url_private`: a file's bytes, for the page's own browser and for apps with the right token."""

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from fireline.sandbox.entities import App, FileObject
from fireline.sandbox.model import Workspace

SCOPE = "files:read"
BROWSER = "sec-fetch-site"
SIGN_IN = "<!doctype html><title>Sign in | Sandbox</title><p>Sign in to see this file."


class Downloads:
    """Where files are served, as strict as Slack: a wrong token gets the sign-in page."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    async def serve(self, request: Request) -> Response:
        """The bytes of a file, or what Slack shows to whoever may not have them."""
        file = self._workspace.files.get(request.path_params["file_id"])
        allowed = file is not None and self._may_have(request, file)
        found = file is not None and file.uploaded
        self._workspace.journal.add(
            "download", file=request.path_params["file_id"], found=found, allowed=allowed
        )
        if file is None or not file.uploaded:
            return JSONResponse({"ok": False, "error": "file_not_found"}, status_code=404)
        if not allowed:
            return HTMLResponse(SIGN_IN)
        if file.markdown is not None:
            return Response(file.markdown, media_type="text/markdown; charset=utf-8")
        # Only pictures open in place: another type could carry a script onto the page's origin.
        headers = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox"}
        if not file.mimetype.startswith("image/") or "svg" in file.mimetype:
            headers["Content-Disposition"] = "attachment"
        return Response(file.data, media_type=file.mimetype, headers=headers)

    def _may_have(self, request: Request, file: FileObject) -> bool:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if not scheme:
            return _from_page(request)
        app = self._workspace.app_by_token(token.strip()) if scheme.lower() == "bearer" else None
        if app is None or app.revoked or token.strip() == app.app_token:
            return False
        return SCOPE in app.scopes and self._in_reach(app, file)

    def _in_reach(self, app: App, file: FileObject) -> bool:
        """Whether the bot owns the file, or may see a channel that shows it."""
        if file.user == app.bot_user_id:
            return True
        places = (self._workspace.channels.get(channel) for channel, _ts in file.shares)
        return any(
            place is not None and (place.kind == "channel" or app.bot_user_id in place.members)
            for place in places
        )


def _from_page(request: Request) -> bool:
    """Whether the page's own browser asks, which needs no token: only browsers say so."""
    own = f"{request.url.scheme}://{request.url.netloc}/"
    return BROWSER in request.headers or request.headers.get("referer", "").startswith(own)
