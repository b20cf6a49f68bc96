"""Several servers by name: each SLO is asked of its own, and one that fails touches no other."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any, Self

from fireline.adapters.prometheus.client import Access, PrometheusClient
from fireline.adapters.prometheus.hours import exact
from fireline.adapters.prometheus.probe import ask_itself
from fireline.adapters.prometheus.recorded import RecordedSource, is_recorded
from fireline.adapters.prometheus.session import shown_url
from fireline.adapters.prometheus.source import (
    BACKFILL_SECONDS,
    CONNECTIONS,
    DEADLINE_SECONDS,
    PrometheusSource,
)
from fireline.adapters.prometheus.telemetry import Telemetry
from fireline.domain.slo.definition import Slo
from fireline.usecases.ports import FetchRequest, FetchResult
from fireline.usecases.source_health import DEFAULT, SourceAnswer, SourceHealth

MAX_SKEW_SECONDS = 30

Asking = Callable[[PrometheusSource, Sequence[FetchRequest]], list[FetchResult]]


@dataclass(frozen=True, slots=True)
class Server:
    """How one server is reached and how often its targets are scraped.

    `recorded` means that it evaluates the rules that `fireline slo rules` writes.
    """

    access: Access
    scrape_interval: timedelta = timedelta(seconds=60)
    deadline: float = DEADLINE_SECONDS
    recorded: bool = False


class NamedSources:
    """Implements `SliSource` over several servers; connects when first asked.

    Args:
        servers: by name; must hold `default`.
        version: our version, told to the servers.
        default: who is asked for an SLO that names no data source.
        beside: others, with whom figures and breakers are shared; these then are in no hurry.
        patience: seconds for an answer about what lies days back.
    """

    def __init__(
        self,
        servers: Mapping[str, Server],
        version: str = "0",
        default: str = DEFAULT,
        *,
        beside: "NamedSources | None" = None,
        patience: float = BACKFILL_SECONDS,
    ) -> None:
        self._servers = dict(servers)
        self.default = default
        self._version = version
        self.telemetry: Mapping[str, Telemetry] = (
            beside.telemetry if beside is not None else _noted(servers)
        )
        self._patient = beside is not None
        self._patience = patience
        self._sources = {name: self._made(name) for name in servers}
        self._apart: list[NamedSources] = []

    def apart(self) -> "NamedSources":
        """The same servers on connections of their own, one each, patient; closed with these.

        What it asks counts with these, and rests with these when a server is down.
        """
        other = NamedSources(self._servers, self._version, self.default, beside=self)
        self._apart.append(other)
        return other

    def _made(self, name: str) -> PrometheusSource:
        server, telemetry = self._servers[name], self.telemetry[name]
        deadline = max(BACKFILL_SECONDS, server.deadline) if self._patient else server.deadline
        given: dict[str, Any] = {
            "version": self._version,
            "scrape_interval": server.scrape_interval,
            "deadline": deadline,
            "backfill_deadline": max(deadline, self._patience),
            "telemetry": telemetry,
            "connections": 1 if self._patient else CONNECTIONS,
        }
        if not server.recorded:
            return PrometheusSource(server.access, **given)
        reader = PrometheusClient(server.access, self._version, deadline, telemetry)
        return RecordedSource(reader, telemetry.breaker, server.access, **given)

    def close(self) -> None:
        """Close all connections."""
        for source in self._sources.values():
            source.close()
        for other in self._apart:
            other.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def fetch(self, requests: Sequence[FetchRequest], at: datetime) -> list[FetchResult]:
        """One result per request, in order; every server is asked at the same time."""

        def ask(source: PrometheusSource, some: Sequence[FetchRequest]) -> list[FetchResult]:
            return source.fetch(some, at)

        return self._shared_out(requests, ask)

    def hours(self, requests: Sequence[FetchRequest], until: int) -> list[FetchResult]:
        """Whole hours up to `until` as coarse buckets."""

        def ask(source: PrometheusSource, some: Sequence[FetchRequest]) -> list[FetchResult]:
            return source.hours(some, until)

        return self._shared_out(requests, ask)

    def can_check(self, slo: Slo) -> bool:
        """Whether asking again can tell better; rules record once, at instants of their own."""
        server = self._servers.get(slo.data_source or self.default)
        return server is not None and not (server.recorded and is_recorded(slo.sli))

    def exact(self, slo: Slo) -> bool:
        """Whether the SLO's buckets need not be held against their hour."""
        return exact(slo)

    def _shared_out(self, requests: Sequence[FetchRequest], ask: Asking) -> list[FetchResult]:
        """Every server asked for its own SLOs."""
        groups: defaultdict[str, list[int]] = defaultdict(list)
        for index, request in enumerate(requests):
            groups[request.slo.data_source or self.default].append(index)
        found: dict[int, FetchResult] = {}

        def one(name: str) -> None:
            some = [requests[index] for index in groups[name]]
            found.update(zip(groups[name], self._ask(name, some, ask), strict=True))

        if len(groups) == 1:
            one(next(iter(groups)))
        elif groups:
            with ThreadPoolExecutor(len(groups)) as pool:
                list(pool.map(one, groups))
        return [found[index] for index in range(len(requests))]

    def health(self) -> list[SourceHealth]:
        """What each server did since the start."""
        return [telemetry.health() for telemetry in self.telemetry.values()]

    def about(self, now: datetime) -> list[SourceAnswer]:
        """What each server says of itself."""
        moment = int(now.timestamp())
        return [
            ask_itself(name, server.access, self._version, moment)
            for name, server in self._servers.items()
        ]

    def _ask(self, name: str, requests: Sequence[FetchRequest], ask: Asking) -> list[FetchResult]:
        source = self._sources.get(name)
        if source is None:
            known = ", ".join(sorted(self._servers))
            text = (
                f"There is no data source {name}; settings know {known}. "
                "Correct data_source, or add it under data_sources in fireline.yaml."
            )
            return [FetchResult(request.slo.name, None, error=text) for request in requests]
        results = ask(source, requests)
        warning = self._clock_warning(name)
        if warning is None:
            return results
        return [
            result if result.error else replace(result, warnings=(*result.warnings, warning))
            for result in results
        ]

    def _clock_warning(self, name: str) -> str | None:
        skew = self.telemetry[name].skew_seconds
        return skew_words(self._servers[name].access.url, skew)


def _noted(servers: Mapping[str, Server]) -> dict[str, Telemetry]:
    return {n: Telemetry(n, shown_url(server.access.url)) for n, server in servers.items()}


def skew_words(url: str, skew: float | None) -> str | None:
    """What to say of a clock that is too far off; None when it is not, or unknown."""
    if skew is None or abs(skew) <= MAX_SKEW_SECONDS:
        return None
    way = "ahead of" if skew > 0 else "behind"
    return (
        f"the clock of {shown_url(url)} is {abs(skew):.0f} s {way} ours: "
        "set both by NTP, or figures are of another time"
    )
