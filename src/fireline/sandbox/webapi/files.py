"""files.*: the upload in three steps; the retired files.upload; files.info."""

import mimetypes
import secrets

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from fireline.sandbox import messages
from fireline.sandbox.blockkit import validate_message
from fireline.sandbox.entities import Channel, FileObject, Json
from fireline.sandbox.errors import SlackError
from fireline.sandbox.model import Workspace
from fireline.sandbox.shapes import file_json
from fireline.sandbox.webapi.arguments import invalid
from fireline.sandbox.webapi.content import check_slack_files, invalid_blocks
from fireline.sandbox.webapi.registry import Call, method

MAX_CHANNELS = 100
MAX_ALT_TEXT = 1000


class Uploads:
    """The address that takes the bytes of a file."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    async def receive(self, request: Request) -> Response:
        """Store the bytes; their number must be what was announced."""
        file_id = self._workspace.uploads.get(request.path_params["token"])
        if file_id is None:
            return PlainTextResponse("no such upload: ask for a new address", status_code=404)
        data = await _sent_bytes(request)
        file = self._workspace.files[file_id]
        if len(data) != file.size:
            reason = f"got {len(data)} bytes where {file.size} were announced"
            return PlainTextResponse(reason, status_code=400)
        file.data, file.uploaded = data, True
        return PlainTextResponse(f"OK - {len(data)}")


async def _sent_bytes(request: Request) -> bytes:
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        return await request.body()
    async with request.form() as form:
        for part in form.values():
            if isinstance(part, UploadFile):
                return await part.read()
    return b""


@method("files.getUploadURLExternal")
async def get_upload_url(call: Call) -> Json:
    """A one-file address to send bytes to."""
    length, name = call.get("length"), call.text("filename")
    if length in {None, ""} or not name:
        raise SlackError("missing_argument")
    if not isinstance(length, int) or length < 1:
        raise invalid("length must be an integer of at least 1")
    if len(call.text("alt_txt")) > MAX_ALT_TEXT:
        raise SlackError("alt_txt_too_large")
    file = FileObject(
        id=call.workspace.new_id("F"),
        name=name,
        title=name,
        mimetype=mimetypes.guess_type(name)[0] or "application/octet-stream",
        size=length,
        user=call.bot,
        created=int(call.workspace.clock.now()),
        alt_text=call.text("alt_txt"),
        snippet_type=call.text("snippet_type"),
    )
    call.workspace.files[file.id] = file
    token = secrets.token_urlsafe(16)
    call.workspace.uploads[token] = file.id
    return {"upload_url": f"{call.workspace.url}/_upload/{token}", "file_id": file.id}


def _places(call: Call) -> list[Channel]:
    named = call.id_list("channels") or call.id_list("channel_id")
    if len(named) > MAX_CHANNELS:
        raise SlackError("channels_limit_exceeded")
    found = []
    for channel_id in dict.fromkeys(named):
        channel = call.workspace.channels.get(channel_id)
        if channel is None or not call.may_see(channel):
            raise SlackError("channel_not_found")
        if call.bot not in channel.members:
            raise SlackError("not_in_channel")
        if channel.is_archived:
            raise SlackError("posting_to_channel_denied")
        found.append(channel)
    return found


def _uploaded(call: Call) -> list[tuple[FileObject, str]]:
    listed = call.get("files")
    if not isinstance(listed, list) or not listed:
        raise invalid("files must be a list of objects with an id")
    pairs = []
    for item in listed:
        file = call.workspace.files.get(str(item.get("id"))) if isinstance(item, dict) else None
        if file is None or not file.uploaded or file.completed or file.user != call.bot:
            raise SlackError("file_not_found")
        pairs.append((file, str(item.get("title") or file.name)))
    return pairs


@method("files.completeUploadExternal")
async def complete_upload(call: Call) -> Json:
    """Finish uploads and share the files in channels, as one message each."""
    pairs = _uploaded(call)
    blocks = _blocks(call)
    places = _places(call)
    _check_threads(call, places)
    for file, title in pairs:
        file.title, file.completed = title, True
    call.workspace.changed("_file", files=[file.id for file, _ in pairs])
    for channel in places:
        arguments = {
            "text": call.text("initial_comment"),
            "blocks": blocks,
            "thread_ts": call.text("thread_ts"),
            "username": call.get("username"),
        }
        draft = messages.from_app(call.app, arguments)
        messages.share_files(call.workspace, channel, draft, [file.id for file, _ in pairs])
    return {"files": [file_json(call.workspace, file) for file, _ in pairs]}


def _check_threads(call: Call, places: list[Channel]) -> None:
    ts = call.text("thread_ts")
    for channel in places:
        parent = channel.messages.get(ts)
        if ts and (parent is None or parent.is_reply):
            reason = f"thread_ts {ts} is not the first message of a thread in {channel.id}"
            raise invalid(reason)


def _blocks(call: Call) -> list[Json]:
    blocks = call.get("blocks") or []
    if blocks:
        problems = validate_message({"blocks": blocks})
        if problems:
            raise invalid_blocks(problems)
        check_slack_files(call, blocks)
    return list(blocks)


@method("files.upload")
async def upload(_call: Call) -> Json:
    """Retired: use the three steps."""
    raise SlackError("method_deprecated")


@method("files.info")
async def info(call: Call) -> Json:
    """One file."""
    file = call.workspace.files.get(call.text("file"))
    if file is None or not file.completed:
        raise SlackError("file_not_found")
    body = {"file": file_json(call.workspace, file), "comments": []}
    return {**body, "response_metadata": {"next_cursor": ""}}
