"""Sending to an app over HTTP, signed as Slack signs."""

import hashlib
import hmac
import json
import ssl
import time
from dataclasses import dataclass
from functools import cache
from urllib.parse import urlencode

import httpx

from fireline.sandbox.model import App, Json

TIMEOUT_SECONDS = 3.0
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class HttpReply:
    """What an app answered; `failure` is a reason of x-slack-retry-reason, empty when fine."""

    failure: str = ""
    payload: Json | None = None
    no_retry: bool = False


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """Return the value of X-Slack-Signature for a raw body."""
    base = b"v0:" + timestamp.encode() + b":" + body
    return "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()


def form_body(kind: str, payload: Json) -> bytes:
    """Return the form body of a command or, with kind `interactive`, of an interaction."""
    fields = payload if kind == "slash_commands" else {"payload": json.dumps(payload)}
    return urlencode(fields).encode()


@cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()


async def post(
    app: App, url: str, content: tuple[str, bytes], *, extra: dict[str, str]
) -> HttpReply:
    """Send one signed request and return what came of it within three seconds."""
    kind, body = content
    # The app compares this with its own clock, which no test moves: it is real time.
    timestamp = str(int(time.time()))
    headers = {
        "Content-Type": kind,
        "X-Slack-Request-Timestamp": timestamp,
        "X-Slack-Signature": signature(app.signing_secret, timestamp, body),
        "User-Agent": "Slackbot 1.0 (sandbox)",
        **extra,
    }
    try:
        async with httpx.AsyncClient(verify=_tls(), timeout=TIMEOUT_SECONDS) as client:
            reply = await client.post(url, content=body, headers=headers)
    except httpx.TimeoutException:
        return HttpReply("http_timeout")
    except httpx.TooManyRedirects:
        return HttpReply("too_many_redirects")
    except httpx.TransportError:
        return HttpReply("connection_failed")
    no_retry = reply.headers.get("x-slack-no-retry") == "1"
    if not reply.is_success:
        return HttpReply("http_error", no_retry=no_retry)
    return HttpReply("", _payload_of(reply), no_retry)


def _payload_of(reply: httpx.Response) -> Json | None:
    if not reply.content.strip():
        return None
    if "json" in reply.headers.get("content-type", ""):
        found = reply.json()
        return found if isinstance(found, dict) else None
    return {"text": reply.text}
