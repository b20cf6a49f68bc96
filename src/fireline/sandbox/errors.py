"""The one exception of the sandbox: an error name that Slack would answer."""

from typing import Any


class SlackError(Exception):
    """Answered as `{"ok": false, "error": code, **fields}`."""

    def __init__(self, code: str, **fields: Any) -> None:
        super().__init__(code)
        self.code = code
        self.fields = fields
