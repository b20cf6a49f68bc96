"""Slack's HTTP requests for the app, free of any web framework."""

from collections.abc import Mapping

from slack_bolt import App, BoltRequest


def dispatch(app: App, body: str, headers: Mapping[str, str]) -> tuple[int, str, dict[str, str]]:
    """Status, body and headers to answer a request with; the signature is checked here."""
    request = BoltRequest(body=body, headers={k: [v] for k, v in headers.items()})
    reply = app.dispatch(request)
    return reply.status, reply.body or "", dict(reply.first_headers_without_set_cookie())
