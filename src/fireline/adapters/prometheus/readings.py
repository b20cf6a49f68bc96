"""One query over a short time, for checks of repaired data."""

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from fireline.adapters.prometheus.client import PrometheusClient
from fireline.adapters.prometheus.failures import QueryFailure
from fireline.adapters.prometheus.named import Server
from fireline.domain.incident.checking import Query, Samples

DEADLINE_SECONDS = 5.0
MOST_SERIES = 200


class PrometheusReadings:
    """Implements `Readings` over named servers; each question has a connection of its own.

    Args:
        servers: by name; must hold `default`.
        default: who is asked when no data source is named.
        version: our version, told to the servers.
    """

    def __init__(self, servers: Mapping[str, Server], default: str, version: str = "0") -> None:
        self._servers = servers
        self._default = default
        self._version = version

    def samples(self, query: Query, at: Sequence[datetime]) -> Samples:
        """Values at these instants; a failure stands in the answer."""
        name = query.data_source or self._default
        server = self._servers.get(name)
        if server is None:
            return Samples({}, f"there is no data source {name}")
        start, end = int(at[0].timestamp()), int(at[-1].timestamp())
        step = max(1, int(query.step.total_seconds()))
        client = PrometheusClient(server.access, self._version, DEADLINE_SECONDS)
        try:
            answer = client.range(query.promql, start, end, step)
        except QueryFailure as failure:
            return Samples({}, failure.sentence)
        finally:
            client.close()
        if len(answer.rows) > MOST_SERIES:
            return Samples({}, f"{len(answer.rows)} series answer; make one of them, as by max()")
        found: dict[datetime, list[float]] = {}
        meant = {int(one.timestamp()): one for one in at}
        for row in answer.rows:
            for moment, text in row.values:
                value = float(text)
                when = meant.get(int(moment)) or datetime.fromtimestamp(moment, UTC)
                if not math.isnan(value):
                    found.setdefault(when, []).append(value)
        return Samples(found)
