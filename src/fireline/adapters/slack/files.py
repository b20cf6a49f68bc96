"""Files that messages share: what is known of them, and their bytes, fetched as the bot."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import httpx
from slack_sdk import WebClient

from fireline.domain.errors import RateLimitedError, RejectedError, UnreachableError
from fireline.usecases.capture_ports import FileRef

SLACK = "slack.com"
SERVER_ERROR = 500
TOO_MANY = 429
GOOD = 200
MOST_FILES = 20
HTML = "text/html"


def shared(message: Mapping[str, Any]) -> tuple[FileRef, ...]:
    """The files of a message; those that were deleted since have no address."""
    return tuple(_ref(file) for file in (message.get("files") or [])[:MOST_FILES])


def _ref(file: Mapping[str, Any]) -> FileRef:
    return FileRef(
        id=str(file.get("id") or ""),
        name=str(file.get("name") or file.get("title") or file.get("id") or "file"),
        mimetype=str(file.get("mimetype") or ""),
        size=int(file.get("size") or 0),
        url=str(file.get("url_private_download") or file.get("url_private") or ""),
        permalink=str(file.get("permalink") or ""),
        external=bool(file.get("is_external")) or file.get("mode") == "external",
    )


def fetch(client: WebClient, file: FileRef, most: int) -> bytes:
    """The file's bytes, with the bot's token, which goes to Slack's own addresses alone.

    Raises:
        RejectedError: it is too large, not ours to read, or lies outside Slack.
        UnreachableError: Slack did not answer.
        RateLimitedError: Slack asked to slow down.
    """
    if not _of_slack(file.url, client.base_url):
        raise RejectedError(f"{file.name} lies outside Slack.", "not_of_slack")
    headers = {"Authorization": f"Bearer {client.token}", "Accept-Encoding": "identity"}
    try:
        with (
            httpx.Client(timeout=client.timeout, proxy=client.proxy) as http,
            http.stream("GET", file.url, headers=headers) as answer,
        ):
            _check(answer, file)
            return _bounded(answer, file, most)
    except httpx.HTTPError as error:
        reason = f"{type(error).__name__}: {error}"
        raise UnreachableError(f"Slack did not give {file.name} ({reason}).") from error


def _of_slack(url: str, base_url: str) -> bool:
    """Whether the address is Slack's own; a Slack for tests serves its files itself."""
    wanted, api = urlsplit(url), urlsplit(base_url)
    host = wanted.hostname or ""
    if host == SLACK or host.endswith(f".{SLACK}"):
        return wanted.scheme == "https"
    return (wanted.scheme, wanted.netloc) == (api.scheme, api.netloc)


def _check(answer: httpx.Response, file: FileRef) -> None:
    """Slack answers a token that may not read a file with its sign-in page, not with an error."""
    if answer.status_code == TOO_MANY:
        after = answer.headers.get("retry-after", "")
        wait = float(after) if after.isdigit() else None
        raise RateLimitedError(f"Slack asked to slow down when asked for {file.name}.", wait)
    if answer.status_code >= SERVER_ERROR:
        raise UnreachableError(f"Slack failed to give {file.name} (HTTP {answer.status_code}).")
    kind = answer.headers.get("content-type", "")
    sign_in = kind.startswith(HTML) and not file.mimetype.startswith(HTML)
    if answer.status_code != GOOD or sign_in:
        status = "its sign-in page" if sign_in else f"HTTP {answer.status_code}"
        message = f"Slack did not give {file.name} ({status}); does the app have files:read?"
        raise RejectedError(message, "file_not_given")


def _bounded(answer: httpx.Response, file: FileRef, most: int) -> bytes:
    data = bytearray()
    for part in answer.iter_bytes():
        data += part
        if len(data) > most:
            raise RejectedError(f"{file.name} is larger than the {most} bytes kept.", "too_large")
    if file.size and len(data) != file.size:
        message = f"Slack gave {len(data)} of {file.size} bytes of {file.name}."
        raise UnreachableError(message)
    return bytes(data)
