"""HTTP to PagerDuty: bounded in time and size, and each failure told as what it means."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

import httpx
import structlog

from fireline.domain.errors import EffectError, RateLimitedError, RejectedError, UnreachableError

log = structlog.get_logger(__name__)

CONNECT_SECONDS = 3.0
READ_SECONDS = 8.0
WHOLE_SECONDS = 15.0
MAX_BYTES = 1024 * 1024
MOST_TEXT = 300
LONGEST_WAIT = 600.0
TOO_MANY = 429
SERVER_ERROR = 500
REQUEST_TIMEOUT = 408


@dataclass(frozen=True, slots=True)
class Request:
    """One request; headers hold secrets and are never shown."""

    method: str
    url: str
    params: Sequence[tuple[str, str]] = ()
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


class Session:
    """Sends requests once each; whether to try again is the caller's to decide.

    Args:
        version: ours, for the User-Agent.
    """

    def __init__(self, version: str) -> None:
        self._client = httpx.Client(
            headers={"User-Agent": f"fireline/{version}"},
            follow_redirects=False,
            timeout=httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS),
        )

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()

    def send(self, request: Request) -> Mapping[str, Any]:
        """The JSON object of a success.

        Raises:
            EffectError: it failed or was refused.
        """
        where = str(urlsplit(request.url).hostname)
        try:
            return self._sent(request, where)
        except EffectError as error:
            log.warning("pagerduty_failed", host=where, error=str(error), retry=error.retry)
            raise

    def _sent(self, request: Request, where: str) -> Mapping[str, Any]:
        try:
            with self._client.stream(
                request.method,
                request.url,
                params=list(request.params),
                json=request.body,
                headers=dict(request.headers),
            ) as answer:
                content = _bounded(answer, where)
        except httpx.TimeoutException as error:
            raise UnreachableError(f"PagerDuty ({where}) did not answer in time.") from error
        except httpx.HTTPError as error:
            message = f"PagerDuty ({where}) cannot be reached: {type(error).__name__}."
            raise UnreachableError(message) from error
        if not answer.is_success:
            raise _refused(answer, content, where)
        return _object(content, where)


def _bounded(answer: httpx.Response, where: str) -> bytes:
    """The body, given up when it is too large or too slow."""
    parts: list[bytes] = []
    size, until = 0, monotonic() + WHOLE_SECONDS
    for part in answer.iter_bytes():
        size += len(part)
        if size > MAX_BYTES:
            message = f"PagerDuty ({where}) answered with more than 1 MB, which is not read."
            raise RejectedError(message, "too_large")
        if monotonic() > until:
            raise UnreachableError(f"PagerDuty ({where}) did not finish in time.")
        parts.append(part)
    return b"".join(parts)


def _object(content: bytes, where: str) -> Mapping[str, Any]:
    try:
        found = json.loads(content) if content.strip() else {}
    except ValueError as error:
        raise UnreachableError(f"PagerDuty ({where}) answered with no JSON.") from error
    if not isinstance(found, dict):
        raise UnreachableError(f"PagerDuty ({where}) answered with JSON that is no object.")
    return found


def _refused(answer: httpx.Response, content: bytes, where: str) -> EffectError:
    status, said = answer.status_code, _words(content)
    if status == TOO_MANY:
        message = f"PagerDuty ({where}) asked to slow down."
        return RateLimitedError(message, _wait(answer.headers))
    if status >= SERVER_ERROR or status == REQUEST_TIMEOUT:
        return UnreachableError(f"PagerDuty ({where}) failed (HTTP {status}: {said}).")
    if answer.is_redirect:
        said = "it redirects, which is not followed; check the address"
    return RejectedError(f"PagerDuty ({where}) refused (HTTP {status}: {said}).", str(status))


def _wait(headers: Mapping[str, str]) -> float | None:
    """Seconds to wait: `Retry-After`, or when the limit is renewed."""
    for name in ("Retry-After", "ratelimit-reset"):
        text = headers.get(name, "")
        if text.isdecimal():
            return min(float(text), LONGEST_WAIT)
    return None


def _words(content: bytes) -> str:
    """What PagerDuty says is wrong: `message` and `errors` of events, `error` of its API."""
    text = content[: MOST_TEXT * 4].decode("utf-8", "replace").strip()
    try:
        data = json.loads(content)
    except ValueError:
        data = text
    if isinstance(data, dict):
        inner = data.get("error")
        said = inner if isinstance(inner, dict) else data
        errors = said.get("errors")
        words = [str(said.get("message") or "")]
        words += map(str, errors) if isinstance(errors, list) else []
        data = "; ".join(word for word in words if word) or text
    return " ".join(str(data).split())[:MOST_TEXT].rstrip(".") or "no reason given"
