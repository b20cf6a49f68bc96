"""One Web API call, with its failure told as what it means: try again, slow down, or give up."""

from collections.abc import Callable
from http.client import HTTPException
from threading import Event
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackRequestError
from slack_sdk.http_retry.handler import RetryHandler
from slack_sdk.http_retry.request import HttpRequest
from slack_sdk.http_retry.response import HttpResponse
from slack_sdk.http_retry.state import RetryState
from slack_sdk.web import SlackResponse
from typing_extensions import override

from fireline.domain.errors import (
    EffectError,
    RateLimitedError,
    RejectedError,
    UnreachableError,
)

TIMEOUT_SECONDS = 10
SERVER_ERROR = 500
TOO_MANY = 429
# A form must be opened within 3 s of the press, and an event be acknowledged within 3 s.
SHORT_SECONDS = 2.0
SLOW_DOWN = frozenset({"ratelimited", "rate_limited", "message_limit_exceeded"})
TRY_AGAIN = frozenset(
    {"internal_error", "fatal_error", "service_unavailable", "request_timeout", "team_added_to_org"}
)


class ShortWait(RetryHandler):
    """Asks once more after a refusal for rate, if Slack wants a short wait only."""

    @override
    def _can_retry(
        self,
        *,
        state: RetryState,
        request: HttpRequest,
        response: HttpResponse | None = None,
        error: Exception | None = None,
    ) -> bool:
        return response is not None and response.status_code == TOO_MANY and _wait(response) >= 0

    @override
    def prepare_for_next_attempt(
        self,
        *,
        state: RetryState,
        request: HttpRequest,
        response: HttpResponse | None = None,
        error: Exception | None = None,
    ) -> None:
        if response is not None:
            Event().wait(_wait(response))
        state.next_attempt_requested = True
        state.increment_current_attempt()


def _wait(response: HttpResponse) -> float:
    """Seconds to wait; negative when that is too long to keep somebody waiting."""
    for name, value in response.headers.items():
        if name.lower() == "retry-after":
            text = str(value[0] if isinstance(value, list) else value)
            if text.isdigit() and float(text) <= SHORT_SECONDS:
                return float(text)
    return -1.0


def web_client(
    token: str,
    api_url: str | None = None,
    *,
    rate_limit_retries: int = 0,
    timeout: int = TIMEOUT_SECONDS,
) -> WebClient:
    """A client that never repeats a call whose outcome is unknown.

    Slack has no idempotency key, so the library's own retry after a lost connection could post
    twice. A refusal for rate is different: nothing was done, so it may be repeated, up to
    `rate_limit_retries` times.
    """
    options: dict[str, Any] = {}
    if api_url:
        options["base_url"] = api_url if api_url.endswith("/") else api_url + "/"
    handlers: list[RetryHandler] = []
    if rate_limit_retries:
        handlers.append(ShortWait(max_retry_count=rate_limit_retries))
    return WebClient(token=token, timeout=timeout, retry_handlers=handlers, **options)


def call(what: str, method: Callable[..., SlackResponse], **arguments: object) -> dict[str, Any]:
    """Slack's answer.

    Raises:
        EffectError: it failed; `what` says what was tried, for people.
    """
    try:
        answer = method(**arguments)
    except SlackApiError as error:
        raise meaning(what, error) from error
    except SlackRequestError as error:
        raise UnreachableError(f"Slack could not be asked to {what}: {error}") from error
    except (OSError, HTTPException, ValueError) as error:
        reason = f"{type(error).__name__}: {error}"
        raise UnreachableError(f"Slack did not answer when asked to {what} ({reason}).") from error
    return dict(answer.data) if isinstance(answer.data, dict) else {}


def meaning(what: str, error: SlackApiError) -> EffectError:
    """What Slack's refusal means for whoever asked."""
    answer = error.response
    data = answer.data if isinstance(answer, SlackResponse) else answer
    code = str(data.get("error", "")) if isinstance(data, dict) else ""
    status = answer.status_code if isinstance(answer, SlackResponse) else 0
    if code in SLOW_DOWN:
        return RateLimitedError(f"Slack asked to slow down when asked to {what}.", after(answer))
    if code in TRY_AGAIN or status >= SERVER_ERROR or not code:
        return UnreachableError(
            f"Slack failed when asked to {what} (HTTP {status}, {code or '-'})."
        )
    detail = (
        f", needs scope {data['needed']}" if isinstance(data, dict) and "needed" in data else ""
    )
    return RejectedError(f"Slack refused to {what}: {code}{detail}.", code)


def after(answer: object) -> float | None:
    """Seconds Slack asked to wait."""
    if not isinstance(answer, SlackResponse):
        return None
    for name, value in answer.headers.items():
        if name.lower() == "retry-after":
            text = value[0] if isinstance(value, list) else value
            return float(text) if str(text).isdigit() else None
    return None
