"""Which metrics exist, so that definitions can speak of them by the names used there."""

import re
from collections.abc import Collection, Mapping

from fireline.adapters.prometheus.client import PrometheusClient
from fireline.adapters.prometheus.failures import QueryFailure
from fireline.adapters.prometheus.named import Server
from fireline.domain.errors import UnreachableError
from fireline.domain.promql import escaped
from fireline.usecases.ports import Clock

LATELY_SECONDS = 3600
DEADLINE_SECONDS = 3.0


class PrometheusNames:
    """Implements `MetricNames` over named servers.

    Args:
        servers: by name; must hold `default`.
        default: who is asked when no data source is named.
        clock: names that had no sample for an hour do not count.
        version: our version, told to the servers.
    """

    def __init__(
        self, servers: Mapping[str, Server], default: str, clock: Clock, version: str = "0"
    ) -> None:
        self._servers = servers
        self._default = default
        self._clock = clock
        self._version = version

    def existing(self, patterns: Collection[str], data_source: str | None) -> frozenset[str]:
        """Those patterns that a metric of this server has had within the hour.

        Raises:
            UnreachableError: there is no such server, or it does not answer.
        """
        if not patterns:
            return frozenset()
        name = data_source or self._default
        server = self._servers.get(name)
        if server is None:
            raise UnreachableError(f"there is no data source {name}")
        found = self._names(server, "|".join(sorted(patterns)))
        return frozenset(p for p in patterns if any(re.fullmatch(p, one) for one in found))

    def _names(self, server: Server, pattern: str) -> list[str]:
        now = int(self._clock.now().timestamp())
        matcher = f'{{__name__=~"{escaped(pattern)}"}}'
        span = {"match[]": matcher, "start": str(now - LATELY_SECONDS), "end": str(now)}
        client = PrometheusClient(server.access, self._version, DEADLINE_SECONDS)
        try:
            return [str(name) for name in client.read("label/__name__/values", **span)]
        except QueryFailure as failure:
            raise UnreachableError(failure.sentence) from failure
        finally:
            client.close()
