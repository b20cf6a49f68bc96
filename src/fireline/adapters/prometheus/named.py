"""Several servers by name: each SLO is asked of its own, and one that fails touches no other."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any, Self

from fireline.adapters.prometheus.client import Access, PrometheusClient
from fireline.adapters.prometheus.probe import ask_itself
from fireline.adapters.prometheus.recorded import RecordedSource
from fireline.adapters.prometheus.session import shown_url
from fireline.adapters.prometheus.source import DEADLINE_SECONDS, PrometheusSource
from fireline.adapters.prometheus.telemetry import Telemetry
from fireline.usecases.ports import FetchRequest, FetchResult
from fireline.usecases.source_health import DEFAULT, SourceAnswer, SourceHealth

MAX_SKEW_SECONDS = 30


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
    """

    def __init__(
        self, servers: Mapping[str, Server], version: str = "0", default: str = DEFAULT
    ) -> None:
        self._servers = dict(servers)
        self.default = default
        self._version = version
        self._telemetry = {
            name: Telemetry(name, shown_url(server.access.url)) for name, server in servers.items()
        }
        self._sources = {name: self._made(name) for name in servers}

    def _made(self, name: str) -> PrometheusSource:
        server, telemetry = self._servers[name], self._telemetry[name]
        given: dict[str, Any] = {
            "version": self._version,
            "scrape_interval": server.scrape_interval,
            "deadline": server.deadline,
            "telemetry": telemetry,
        }
        if not server.recorded:
            return PrometheusSource(server.access, **given)
        reader = PrometheusClient(server.access, self._version, server.deadline, telemetry)
        return RecordedSource(reader, telemetry.breaker, server.access, **given)

    def close(self) -> None:
        """Close all connections."""
        for source in self._sources.values():
            source.close()

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
        groups: defaultdict[str, list[int]] = defaultdict(list)
        for index, request in enumerate(requests):
            groups[request.slo.data_source or self.default].append(index)
        found: dict[int, FetchResult] = {}

        def ask(name: str) -> None:
            some = [requests[index] for index in groups[name]]
            found.update(zip(groups[name], self._ask(name, some, at), strict=True))

        if len(groups) == 1:
            ask(next(iter(groups)))
        elif groups:
            with ThreadPoolExecutor(len(groups)) as pool:
                list(pool.map(ask, groups))
        return [found[index] for index in range(len(requests))]

    def health(self) -> list[SourceHealth]:
        """What each server did since the start."""
        return [telemetry.health() for telemetry in self._telemetry.values()]

    def about(self, now: datetime) -> list[SourceAnswer]:
        """What each server says of itself."""
        moment = int(now.timestamp())
        return [
            ask_itself(name, server.access, self._version, moment)
            for name, server in self._servers.items()
        ]

    def _ask(self, name: str, requests: Sequence[FetchRequest], at: datetime) -> list[FetchResult]:
        source = self._sources.get(name)
        if source is None:
            known = ", ".join(sorted(self._servers))
            text = (
                f"There is no data source {name}; settings know {known}. "
                "Correct data_source, or add it under data_sources in fireline.yaml."
            )
            return [FetchResult(request.slo.name, None, error=text) for request in requests]
        results = source.fetch(requests, at)
        warning = self._clock_warning(name)
        if warning is None:
            return results
        return [
            result if result.error else replace(result, warnings=(*result.warnings, warning))
            for result in results
        ]

    def _clock_warning(self, name: str) -> str | None:
        skew = self._telemetry[name].skew_seconds
        return skew_words(self._servers[name].access.url, skew)


def skew_words(url: str, skew: float | None) -> str | None:
    """What to say of a clock that is too far off; None when it is not, or unknown."""
    if skew is None or abs(skew) <= MAX_SKEW_SECONDS:
        return None
    way = "ahead of" if skew > 0 else "behind"
    return (
        f"the clock of {shown_url(url)} is {abs(skew):.0f} s {way} ours: "
        "set both by NTP, or figures are of another time"
    )
