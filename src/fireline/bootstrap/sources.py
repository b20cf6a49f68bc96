"""The data sources, built from settings: the usual one and those that SLOs name."""

import base64
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from importlib.metadata import version
from threading import Lock

from fireline.adapters.prometheus.client import Access
from fireline.adapters.prometheus.named import NamedSources, Server
from fireline.adapters.prometheus.names import PrometheusNames
from fireline.adapters.prometheus.source import BACKFILL_SECONDS
from fireline.settings import DataSource, Settings, secret_in
from fireline.usecases.ports import Clock, FetchRequest, FetchResult
from fireline.usecases.source_health import DEFAULT

Headers = tuple[tuple[str, str], ...]
# Its cache would give yesterday's answer about buckets that changed since.
VICTORIA_PARAMETERS = (("nocache", "1"),)


class OneAtATime:
    """Implements `SliSource` for people who ask at any time: each has to wait for the one before.

    Its connections and breaker are its own, so that a heavy question never stops the ticks.
    """

    def __init__(self, source: NamedSources) -> None:
        self._source = source
        self._turn = Lock()

    def fetch(self, requests: Sequence[FetchRequest], at: datetime) -> list[FetchResult]:
        """One result per request, in order."""
        with self._turn:
            return self._source.fetch(requests, at)

    def close(self) -> None:
        """Close all connections."""
        self._source.close()


def history_of(settings: Settings) -> OneAtATime:
    """The same data sources for long questions about the past."""
    return OneAtATime(source_of(settings))


def source_of(settings: Settings, *, hurried: bool = False) -> NamedSources:
    """All data sources, connected when first asked.

    Args:
        settings: all of them.
        hurried: whether no answer may take longer than that to a question of the last hours.
    """
    servers, default = servers_of(settings)
    patience = 0.0 if hurried else BACKFILL_SECONDS
    return NamedSources(servers, version("fireline"), default, patience=patience)


def names_of(settings: Settings, clock: Clock) -> PrometheusNames:
    """Which metrics each data source has."""
    servers, default = servers_of(settings)
    return PrometheusNames(servers, default, clock, version("fireline"))


def servers_of(settings: Settings) -> tuple[dict[str, Server], str]:
    """All servers by name, and the name of the usual one."""
    servers = {
        name: _server(name, source, settings.scrape_interval_seconds)
        for name, source in settings.data_sources.items()
    }
    default = settings.default_data_source
    if default is None:
        default = DEFAULT
        servers = {DEFAULT: _usual(settings), **servers}
    return servers, default


def _usual(settings: Settings) -> Server:
    """The server of `prometheus_url`."""
    token = settings.prometheus_bearer_token
    headers: Headers = ()
    if token is not None:
        headers = (("Authorization", f"Bearer {token.get_secret_value()}"),)
    access = Access(str(settings.prometheus_url).rstrip("/"), headers)
    interval = timedelta(seconds=settings.scrape_interval_seconds)
    return Server(access, interval, recorded=settings.prometheus_mode == "recorded")


def _server(name: str, source: DataSource, usual_interval: float) -> Server:
    headers = dict(source.headers)
    if source.org_id is not None:
        headers["X-Scope-OrgID"] = source.org_id
    cert = (str(source.cert_file), str(source.key_file)) if source.key_file else None
    access = Access(
        str(source.url).rstrip("/"),
        tuple(headers.items()),
        verify=str(source.ca_file) if source.ca_file else True,
        cert=cert or (str(source.cert_file) if source.cert_file else None),
        credentials=_credentials(name, source),
        parameters=VICTORIA_PARAMETERS if source.dialect == "victoriametrics" else (),
    )
    interval = source.scrape_interval_seconds or usual_interval
    recorded = source.mode == "recorded"
    return Server(access, timedelta(seconds=interval), source.timeout_seconds, recorded)


def _credentials(name: str, source: DataSource) -> Callable[[], Headers] | None:
    """Reads the secret at each request, so that a renewed one is taken up."""
    token, user, password = source.bearer_token_file, source.username, source.password_file
    where = f"data source {name}"
    if token is not None:
        return lambda: (
            ("Authorization", f"Bearer {secret_in(token, f'{where}, bearer_token_file {token}')}"),
        )
    if password is None:
        return None

    def basic() -> Headers:
        secret = secret_in(password, f"{where}, password_file {password}")
        coded = base64.b64encode(f"{user}:{secret}".encode()).decode()
        return (("Authorization", f"Basic {coded}"),)

    return basic
