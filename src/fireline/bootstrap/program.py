"""The bot as a program: build it, start it, stop it."""

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from typing import Any

from slack_bolt import App
from slack_sdk import WebClient

from fireline.adapters.http.metrics import Gauges
from fireline.adapters.http.server import HttpServer, SlackReply, build_http
from fireline.adapters.http.source_metrics import SourceMetrics
from fireline.adapters.slack.app import build_app
from fireline.adapters.slack.catch_up import catch_up
from fireline.adapters.slack.requests import dispatch
from fireline.adapters.slack.socket import Limits, SocketMode
from fireline.adapters.store import SqlStore
from fireline.bootstrap import alertmanager, changes, declarations, ingest, parts
from fireline.bootstrap.gate import gate_of
from fireline.bootstrap.logs import configure_logging
from fireline.bootstrap.sources import history_of, source_of
from fireline.domain.errors import InvalidInputError
from fireline.flows.runtime import Runtime, RuntimeOptions
from fireline.flows.steps import steps_of
from fireline.settings import Settings, load
from fireline.usecases.definitions_in_force import DefinitionWatch
from fireline.usecases.mend_ledger import LedgerMender
from fireline.usecases.ports import Services
from fireline.usecases.projections import PROJECTIONS
from fireline.usecases.waive import remind_expiring
from fireline.usecases.watch_budgets import Watcher


class Program:
    """The running bot. Build, `start()`, and `stop()` once."""

    def __init__(self, settings: Settings, limits: Limits | None = None) -> None:
        """Build every part; nothing connects before `start`.

        Args:
            settings: all of them.
            limits: when the socket to Slack counts as lost.

        Raises:
            InvalidInputError: a setting is missing or wrong.
        """
        self._settings = settings
        client = parts.client_of(settings)
        self.engine = parts.engine_of(settings)
        self._source = source_of(settings, hurried=True)
        self._history = history_of(settings)
        self._chat = parts.chat_of(client)
        self.runtime = Runtime(self.engine, _options(settings))
        store = SqlStore(self.engine, self.runtime.enqueue, parts.git_lineage_of(settings))
        built = parts.services_of(settings, store, self._chat, self._source)
        self.services: Services = replace(built, history=self._history)
        self._definition_watch = DefinitionWatch(self.services)
        self.watcher = Watcher(self.services, parts.scrape_interval(settings), past_apart=True)
        self.mender = LedgerMender(self.services, self._source.apart())
        self.gauges = Gauges(self.runtime.pending_count, self._dead_letters)
        self.gauges.registry.register(SourceMetrics(self._source.health, self._unfilled))
        app = build_app(
            self.services,
            client,
            signing_secret=_secret(settings),
            workers=settings.workers,
        )
        self._socket = self._socket_mode(app, client, limits)
        self._http = HttpServer(self._web(app), settings.http_host, settings.http_port)
        self._running = ExitStack()

    @property
    def health_url(self) -> str:
        """Where health checks are answered."""
        return f"{self._http.url}/healthz"

    @property
    def slack_url(self) -> str:
        """Where Slack sends requests when there is no app token."""
        return f"{self._http.url}/slack/events"

    def start(self) -> None:
        """Bring the schema up to date, take up unfinished work, connect to Slack."""
        configure_logging(self._settings.log_level, as_json=self._settings.log_json)
        self._running.callback(self.engine.dispose)
        self._running.callback(self._source.close)
        self._running.callback(self._history.close)
        self._running.callback(self.services.alertmanager.close)
        self._running.callback(self.services.pager.close)
        try:
            parts.upgrade(self.engine)
            lag = timedelta(seconds=self._settings.evaluate_lag_seconds)
            self._running.callback(self.runtime.stop)
            steps = steps_of(self.services, PROJECTIONS, lambda: self._tick(lag), self._mend_ledger)
            self.runtime.start(steps)
            self._http.start()
            self._running.callback(self._http.stop)
            if self._socket is not None:
                self._socket.start()
                self._running.callback(self._socket.stop)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop taking work, let steps at work end, leave the rest for the next start."""
        self._running.close()

    def _tick(self, lag: timedelta) -> None:
        with self.gauges.tick():
            self.watcher.tick(self.services.clock.now() - lag)
            now = self.services.clock.now()
            self._definition_watch.check(now)
            remind_expiring(self.services, now)

    def _unfilled(self) -> int:
        with self.services.store() as uow:
            return len(uow.books.unfilled())

    def _mend_ledger(self) -> bool:
        return self.mender.mend(self.services.clock.now())

    def _dead_letters(self) -> int:
        return len(self.runtime.dead_letters())

    def _socket_mode(self, app: App, client: WebClient, limits: Limits | None) -> SocketMode | None:
        token = self._settings.slack_app_token
        if token is None:
            return None

        def after_gap(seconds: float | None) -> None:
            catch_up(self.services, client, self._chat, seconds)

        return SocketMode(app, token.get_secret_value(), limits, after_gap=after_gap)

    def _web(self, app: App) -> Any:
        def slack(body: str, headers: Mapping[str, str]) -> SlackReply:
            return SlackReply(*dispatch(app, body, headers))

        by_http = slack if self._socket is None else None
        return build_http(
            slack=by_http,
            health=self._health,
            ready=self._ready,
            registry=self.gauges.registry,
            gate=gate_of(self._settings, self.services),
            doors=[
                *alertmanager.door_of(self._settings, self.services),
                *ingest.doors_of(self._settings, self.services),
                *declarations.doors_of(self._settings, self.services),
                *changes.doors_of(self._settings, self.services),
            ],
        )

    def _health(self) -> Mapping[str, Any]:
        """Whether the process should live on: its connection to Slack speaks."""
        if self._socket is None:
            return {"ok": True, "slack": "http"}
        state = self._socket.state()
        return {
            "ok": state.healthy,
            "slack": "socket",
            "connected": state.connected,
            "last_frame_seconds_ago": round(state.age, 1),
            "reconnects": state.reconnects,
        }

    def _ready(self) -> Mapping[str, Any]:
        """Whether work gets done: the database answers."""
        with self.services.store() as uow:
            open_incidents = sum(not incident.drill for incident in uow.incidents.open())
        return {"ok": True, "open_incidents": open_incidents}


def build(settings: Settings) -> Program:
    """The bot, ready to start."""
    return Program(settings)


def build_configured() -> Program:
    """The bot of this process's settings, ready to start."""
    return build(load())


def start_for_demo(given: Mapping[str, object]) -> Program:
    """The bot with these settings, running."""
    program = Program(load(**given))
    program.start()
    return program


def _options(settings: Settings) -> RuntimeOptions:
    return RuntimeOptions(
        executor_id=settings.executor_id,
        polling_seconds=settings.polling_seconds,
        evaluate_every_seconds=settings.evaluate_every_seconds,
        remind_every_seconds=settings.remind_every_seconds,
        review_cron=settings.review_cron,
        timezone=settings.timezone,
        scheduled=settings.schedules,
    )


def _secret(settings: Settings) -> str | None:
    secret = settings.slack_signing_secret
    if secret is None and settings.slack_app_token is None:
        text = (
            "neither an app token (Socket Mode) nor a signing secret (HTTP): set "
            "FIRELINE_SLACK_APP_TOKEN_FILE or FIRELINE_SLACK_SIGNING_SECRET_FILE"
        )
        raise InvalidInputError(text)
    return secret.get_secret_value() if secret else None
