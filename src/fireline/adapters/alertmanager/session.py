"""HTTP to Alertmanager: bounded in time and size, and each failure told as what it means."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import httpx

from fireline.domain.errors import EffectError, RateLimitedError, RejectedError, UnreachableError

CONNECT_SECONDS = 2.0
READ_SECONDS = 5.0
WHOLE_SECONDS = 15.0
QUICK_SECONDS = 1.2  # a form must open within 3 s of the command
MAX_BYTES = 16 * 1024 * 1024
MOST_TEXT = 300
TOO_MANY = 429
SERVER_ERROR = 500


@dataclass(frozen=True, slots=True)
class Access:
    """How to get in: address, and headers such as a bearer token or a tenant."""

    url: str
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Call:
    """One request; `seconds` bounds each wait for the other side."""

    method: str
    path: str
    params: tuple[tuple[str, str], ...] = ()
    body: Any = None
    seconds: float = READ_SECONDS


class Asking:
    """One Alertmanager's API; reading is tried twice, changing once.

    Args:
        access: address and headers.
        version: ours, for the User-Agent.
    """

    def __init__(self, access: Access, version: str) -> None:
        parts = urlsplit(access.url)
        host = parts.netloc.rpartition("@")[2]
        self.shown = urlunsplit((parts.scheme, host, parts.path.rstrip("/"), "", ""))
        self._base = f"{access.url.rstrip('/')}/api/v2"
        self._client = httpx.Client(
            headers={"User-Agent": f"fireline/{version}", **dict(access.headers)},
            follow_redirects=False,
            trust_env=False,
        )

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()

    def get(
        self, path: str, params: Sequence[tuple[str, str]] = (), *, quick: bool = False
    ) -> bytes:
        """The body of a 200; `quick` for one short try.

        Raises:
            EffectError: both tries failed, or it was refused.
        """
        call = Call("GET", path, tuple(params), seconds=QUICK_SECONDS if quick else READ_SECONDS)
        if quick:
            return self._once(call)
        try:
            return self._once(call)
        except UnreachableError:
            return self._once(call)

    def send(self, method: str, path: str, body: Any = None) -> bytes:
        """The body of a 200; never asked twice, since the first may have had its effect.

        Raises:
            EffectError: it failed or was refused.
        """
        return self._once(Call(method, path, body=body))

    def _once(self, call: Call) -> bytes:
        try:
            with self._client.stream(
                call.method,
                f"{self._base}/{call.path}",
                params=list(call.params),
                json=call.body,
                timeout=httpx.Timeout(call.seconds, connect=min(call.seconds, CONNECT_SECONDS)),
            ) as answer:
                content = self._bounded(answer)
        except httpx.TimeoutException as error:
            message = f"Alertmanager at {self.shown} did not answer in time."
            raise UnreachableError(message) from error
        except httpx.HTTPError as error:
            message = (
                f"Alertmanager at {self.shown} cannot be reached ({error}); check that it runs and"
                " the address."
            )
            raise UnreachableError(message) from error
        if answer.status_code != httpx.codes.OK:
            raise self._refused(answer, content)
        return content

    def _bounded(self, answer: httpx.Response) -> bytes:
        """The body, given up when it is too large or too slow."""
        parts: list[bytes] = []
        size, until = 0, monotonic() + WHOLE_SECONDS
        for part in answer.iter_bytes():
            size += len(part)
            if size > MAX_BYTES:
                message = (
                    f"Alertmanager at {self.shown} answered with more than"
                    f" {MAX_BYTES // 1024 // 1024} MB, which is not read."
                )
                raise UnreachableError(message)
            if monotonic() > until:
                raise UnreachableError(f"Alertmanager at {self.shown} did not finish in time.")
            parts.append(part)
        return b"".join(parts)

    def _refused(self, answer: httpx.Response, content: bytes) -> EffectError:
        status = answer.status_code
        said = _words(content)
        if status == TOO_MANY:
            wait = answer.headers.get("Retry-After", "")
            return RateLimitedError(
                f"Alertmanager at {self.shown} asked to slow down.",
                float(wait) if wait.isdigit() else None,
            )
        if status >= SERVER_ERROR:
            return UnreachableError(f"Alertmanager at {self.shown} failed (HTTP {status}: {said}).")
        if answer.is_redirect:
            said = "it redirects, which is not followed; check the address"
        return RejectedError(f"Alertmanager refused (HTTP {status}): {said}.", str(status))


def _words(content: bytes) -> str:
    """What Alertmanager says is wrong: a JSON text, or a JSON object with a message."""
    text = content[: MOST_TEXT * 4].decode("utf-8", "replace").strip()
    try:
        data = json.loads(content)
    except ValueError:
        data = text
    if isinstance(data, dict):
        data = data.get("message") or text
    return " ".join(str(data).split())[:MOST_TEXT].rstrip(".") or "no reason given"
