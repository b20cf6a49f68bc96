"""One connection to Prometheus: `prometheus-api-client` with our bounds and our errors."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from random import SystemRandom
from threading import Event
from time import monotonic
from typing import Any

import requests
from prometheus_api_client import PrometheusConnect

from fireline.adapters.prometheus.failures import Cause, QueryFailure
from fireline.adapters.prometheus.session import CONNECT_SECONDS, BoundedSession
from fireline.adapters.prometheus.telemetry import Telemetry

SERVER_MARGIN = 2.0
JITTER_SECONDS = (0.05, 0.3)


@dataclass(frozen=True, slots=True)
class Access:
    """How to get in: address, extra headers such as a bearer token, TLS files.

    `credentials` answers with a header such as `Authorization` at each request, for tokens that
    change while the bot runs; `parameters` go with every query.
    """

    url: str
    headers: tuple[tuple[str, str], ...] = ()
    verify: bool | str = True
    cert: tuple[str, str] | str | None = None
    credentials: Callable[[], tuple[tuple[str, str], ...]] | None = None
    parameters: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """One series of an answer: its labels and `[time, text]` pairs."""

    labels: dict[str, str]
    values: list[tuple[float, str]]


@dataclass(frozen=True, slots=True)
class Answer:
    """All series of an answer and what the server warned of."""

    rows: list[Row]
    warnings: tuple[str, ...]


class PrometheusClient:
    """Range queries over one connection; not to be shared between threads at one time.

    Args:
        access: address and credentials.
        version: our version, for the User-Agent.
        deadline: seconds for a whole answer, a second try included.
        telemetry: where queries are noted.
    """

    def __init__(
        self, access: Access, version: str, deadline: float, telemetry: Telemetry | None = None
    ) -> None:
        self._telemetry = telemetry or Telemetry()
        self._session = BoundedSession(access.url, deadline, self._telemetry)
        self._session.credentials = access.credentials
        self._parameters = dict(access.parameters)
        self._chance = SystemRandom()
        self._pause = Event()
        self._session.headers["User-Agent"] = f"fireline/{version}"
        self._session.headers.update(dict(access.headers))
        self._session.verify = access.verify
        self._session.cert = access.cert
        self._api = PrometheusConnect(
            access.url.rstrip("/"),
            method="POST",
            session=self._session,
            timeout=(CONNECT_SECONDS, deadline),
        )
        self._url = access.url.rstrip("/")
        self._session.mount_own(self._url)

    @property
    def session(self) -> BoundedSession:
        """For pages that are no queries."""
        return self._session

    def close(self) -> None:
        """Give the connection back."""
        self._session.close()

    def range(self, expr: str, start: int, end: int, step: int) -> Answer:
        """Values of `expr` at start, start + step .. end.

        Raises:
            QueryFailure: there is no answer; a lost connection or a server not ready was tried
                twice, if there was time.
        """
        begun = monotonic()
        self._session.left = self._session.deadline
        try:
            return self._ask(expr, start, end, step)
        except QueryFailure as failure:
            wait = self._chance.uniform(*JITTER_SECONDS)
            left = self._session.deadline - (monotonic() - begun) - wait
            if not failure.again or left <= 0:
                raise
            first = failure
        self._pause.wait(wait)
        self._session.left = left
        try:
            return self._ask(expr, start, end, step)
        except QueryFailure as second:
            # It had less time than a query may take: the first says more.
            raise (first if second.cause is Cause.TIMEOUT else second) from second

    def samples(self, expr: str, at: int) -> Answer:
        """The samples themselves of a range selector such as `up[2m]`, with their own times.

        Raises:
            QueryFailure: there is no answer.
        """
        self._session.left = self._session.deadline
        server_limit = max(1.0, self._session.left - SERVER_MARGIN)
        with self._noted(), self._failures_told():
            result = self._api.custom_query(
                expr,
                params={"time": str(at), "timeout": f"{server_limit:.0f}s", **self._parameters},
            )
            rows = [Row(row["metric"], row["values"]) for row in result]
        return Answer(rows, self._session.warnings)

    def _ask(self, expr: str, start: int, end: int, step: int) -> Answer:
        """One request, noted."""
        server_limit = max(1.0, self._session.left - SERVER_MARGIN)
        with self._noted(), self._failures_told():
            result = self._api.custom_query_range(
                expr,
                datetime.fromtimestamp(start, UTC),
                datetime.fromtimestamp(end, UTC),
                str(step),
                params={"timeout": f"{server_limit:.0f}s", **self._parameters},
            )
            rows = [Row(row["metric"], row["values"]) for row in result]
        return Answer(rows, self._session.warnings)

    def read(self, path: str, **params: str) -> Any:
        """The `data` of a reading API call such as `label/__name__/values`.

        Raises:
            QueryFailure: there is no answer.
        """
        self._session.left = self._session.deadline
        with self._noted(), self._failures_told():
            response = self._session.request(
                "GET",
                f"{self._url}/api/v1/{path}",
                params=params,
            )
            return response.json()["data"]

    @contextmanager
    def _noted(self) -> Iterator[None]:
        """Note how long a request took, and how it ended."""
        begun = monotonic()
        self._session.size = 0
        told: tuple[str, str] | None = None
        try:
            yield
        except QueryFailure as failure:
            told = failure.cause.value, failure.sentence
            raise
        finally:
            self._telemetry.asked(monotonic() - begun, self._session.size, told)

    @contextmanager
    def _failures_told(self) -> Iterator[None]:
        """Every way a call can fail, as a `QueryFailure`."""
        base = self._session.base
        try:
            yield
        except requests.Timeout as error:
            if isinstance(error, requests.ConnectTimeout):
                raise _unreachable(base, "no connection within 2 s") from error
            raise self._session.timed_out() from error
        except requests.JSONDecodeError as error:
            raise QueryFailure(
                Cause.WRONG_URL,
                f"{base} is not a Prometheus (it answers with a page, not JSON); "
                "check the address.",
            ) from error
        except requests.RequestException as error:
            raise _unreachable(base, _plain(error)) from error
        except (KeyError, TypeError) as error:
            raise QueryFailure(
                Cause.WRONG_URL,
                f"{base} is not a Prometheus (its JSON has no query result); check the address.",
            ) from error


def _unreachable(base: str, why: str) -> QueryFailure:
    return QueryFailure(
        Cause.UNREACHABLE,
        f"Prometheus at {base} cannot be reached ({why}); check that it runs and the address.",
        again=True,
    )


def _plain(error: requests.RequestException) -> str:
    """The cause without the library's object names."""
    text = str(error)
    for known in ("Connection refused", "Name or service not known", "Connection reset"):
        if known in text:
            return known.lower()
    if isinstance(error, requests.exceptions.SSLError):
        return "TLS certificate not accepted"
    if "NameResolution" in text or "resolve" in text:
        return "host name unknown"
    return type(error).__name__
