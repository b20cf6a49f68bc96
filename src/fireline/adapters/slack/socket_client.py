"""The library's socket client, mended where it changes sockets.

As it comes it loses acknowledgements meanwhile, runs a used address again, and asks a Slack that
refuses as often as it can.
"""

from threading import Event
from time import monotonic, time

from slack_bolt import App
from slack_bolt.adapter.socket_mode.internals import run_bolt_app, send_response
from slack_sdk.socket_mode.client import BaseSocketModeClient
from slack_sdk.socket_mode.interval_runner import IntervalRunner
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.websocket_client import SocketModeClient
from typing_extensions import override
from websocket import WebSocketApp, WebSocketException

CHANGE_SECONDS = 0.05
ACK_SECONDS = 3.0
SHORT_LIFE_SECONDS = 1.0
FIRST_WAIT_SECONDS = 0.25
LONGEST_WAIT_SECONDS = 2.0


class PatientClient(SocketModeClient):
    """Changes sockets quickly, and keeps acknowledgements until the new one is there."""

    def __init__(self, app: App, app_token: str, ping_interval: float) -> None:
        super().__init__(app_token, web_client=app.client, ping_interval=ping_interval)
        self._pause = Event()
        self._leaving = Event()
        self._ran: WebSocketApp | None = None
        self._failures = 0
        # The library looks only every half second whether there is a new socket to read.
        self.current_session_runner.shutdown()  # type: ignore[no-untyped-call]
        self.current_session_runner = IntervalRunner(
            self._run_current_session, CHANGE_SECONDS
        ).start()

    @override
    def close(self) -> None:
        self._leaving.set()
        super().close()

    @override
    def _run_current_session(self) -> None:
        session = self.current_session
        if session is None or session is self._ran:
            return  # its address was good for one use
        self._ran = session
        if self._failures:
            longer = FIRST_WAIT_SECONDS * 2.0 ** (self._failures - 1)
            self._leaving.wait(min(LONGEST_WAIT_SECONDS, longer))
        begun = monotonic()
        super()._run_current_session()  # type: ignore[no-untyped-call]
        lived = monotonic() - begun >= SHORT_LIFE_SECONDS
        self._failures = 0 if lived else self._failures + 1

    @override
    def send_message(self, message: str) -> None:
        """Send it over the open socket, waiting for one as long as Slack waits for an answer.

        Raises:
            WebSocketException: there was none in time.
        """
        until = monotonic() + ACK_SECONDS
        while True:
            try:
                session = self.current_session
                if session is not None and session.sock is not None:
                    session.send(message)
                    return
            except (WebSocketException, OSError):
                if monotonic() > until:
                    raise
            if self.closed or monotonic() > until:
                raise WebSocketException("no socket to Slack is open")
            self._pause.wait(CHANGE_SECONDS)


def answer_with(app: App, client: PatientClient) -> None:
    """Let the app handle what arrives."""

    def handle(_client: BaseSocketModeClient, request: SocketModeRequest) -> None:
        start = time()
        send_response(client, request, run_bolt_app(app, request), start)

    client.socket_mode_request_listeners.append(handle)
