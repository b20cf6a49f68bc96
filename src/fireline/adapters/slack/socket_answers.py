"""What comes over a socket is handled by the bolt app, and acknowledged over whichever is open."""

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Event
from time import monotonic, time
from typing import Any

import structlog
from slack_bolt import App
from slack_bolt.adapter.socket_mode.internals import run_bolt_app, send_response
from slack_sdk.socket_mode.client import BaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from typing_extensions import override
from websocket import WebSocketException

from fireline.adapters.slack.socket_session import Session

CHANGE_SECONDS = 0.02
ACK_SECONDS = 3.0
WORKERS = 10

log = structlog.get_logger(__name__)


class Answers(BaseSocketModeClient):
    """Handles envelopes in threads of its own.

    Acknowledgements that are due while sockets change are kept until the new one is there.
    """

    def __init__(self, app: App, session: Callable[[], Session | None]) -> None:
        self.logger = logging.getLogger(__name__)
        self.closed = False
        self._app = app
        self._session = session
        self._pause = Event()
        self._workers = ThreadPoolExecutor(WORKERS, thread_name_prefix="slack-envelope")

    def take(self, envelope: dict[str, Any]) -> None:
        """Have one envelope handled and acknowledged; other frames are passed over."""
        request = SocketModeRequest.from_dict(envelope)
        if request is not None and not self.closed:
            with suppress(RuntimeError):  # closed at this very moment
                self._workers.submit(self._answer, request)

    @override
    def close(self) -> None:
        """Take nothing more, and return when what was taken is handled."""
        self.closed = True
        self._workers.shutdown(cancel_futures=True)
        self._app.listener_runner.listener_executor.shutdown()

    @override
    def send_message(self, message: str) -> None:
        """Send it over the open socket, waiting for one as long as Slack waits for an answer.

        Raises:
            WebSocketException: there was none in time.
        """
        until = monotonic() + ACK_SECONDS
        while not self.closed and monotonic() < until:
            session = self._session()
            if session is not None and session.usable:
                try:
                    session.send(message)
                except (WebSocketException, OSError) as error:
                    log.info("slack_ack_waits", reason=f"{type(error).__name__}: {error}")
                else:
                    return
            self._pause.wait(CHANGE_SECONDS)
        raise WebSocketException("no socket to Slack is open")

    def _answer(self, request: SocketModeRequest) -> None:
        begun = time()
        try:
            send_response(self, request, run_bolt_app(self._app, request), begun)
        except WebSocketException as error:
            log.warning("slack_ack_lost", envelope=request.envelope_id, error=str(error))
        except Exception:
            log.exception("slack_envelope_failed", envelope=request.envelope_id)
