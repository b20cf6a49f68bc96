"""Slack's own Socket Mode client, without the races of its start and the sockets it forgets."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import websocket
from slack_bolt import App
from slack_bolt.adapter.socket_mode.websocket_client import SocketModeHandler
from typing_extensions import override

from fireline.sandbox.seed import APP_TOKEN

LOOK_SECONDS = 0.2


class ClosingApp(websocket.WebSocketApp):
    """Closes at its end what it opened, and notices soon that it was closed.

    The library forgets a socket whose other side said goodbye first, and one that it gave up
    while it was being opened; and it looks only every ten seconds whether somebody closed it.
    """

    def __init__(self, *args: Any, **more: Any) -> None:
        self._links: list[websocket.WebSocket] = []
        super().__init__(*args, **more)

    @override
    def __setattr__(self, name: str, value: Any) -> None:
        if name == "sock" and value is not None:
            self._links.append(value)
        super().__setattr__(name, value)

    @override
    def create_dispatcher(self, ping_timeout: Any, *args: Any, **more: Any) -> Any:
        return super().create_dispatcher(LOOK_SECONDS, *args, **more)

    @override
    def run_forever(self, *args: Any, **more: Any) -> bool:
        try:
            return super().run_forever(*args, **more)
        finally:
            for link in self._links:
                link.shutdown()  # type: ignore[no-untyped-call]


@contextmanager
def official_client(app: App, ping_interval: float = 2) -> Iterator[SocketModeHandler]:
    """The app, connecting; once it is connected its monitor may be started."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(websocket, "WebSocketApp", ClosingApp)
        handler = SocketModeHandler(app, APP_TOKEN, ping_interval=ping_interval)
        # Its monitor would replace the first socket while that is being opened.
        handler.client.current_app_monitor_started = True
        handler.connect()  # type: ignore[no-untyped-call]
        try:
            yield handler
        finally:
            handler.client.auto_reconnect_enabled = False
            handler.close()  # type: ignore[no-untyped-call]
