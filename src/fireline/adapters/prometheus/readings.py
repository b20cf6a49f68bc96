"""One query over a short time, for checks of repaired data."""

import math
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from fireline.adapters.prometheus.client import PrometheusClient
from fireline.adapters.prometheus.failures import QueryFailure
from fireline.adapters.prometheus.named import Server
from fireline.domain.incident.checking import Samples

DEADLINE_SECONDS = 5.0
MOST_SERIES = 200


class PrometheusReadings:
    """Implements `Readings` over one server; each question has a connection of its own.

    Args:
        server: whom to ask.
        version: our version, told to the server.
    """

    def __init__(self, server: Server, version: str = "0") -> None:
        self._server = server
        self._version = version

    def samples(self, promql: str, at: Sequence[datetime], step: timedelta) -> Samples:
        """Values at these instants; a failure stands in the answer."""
        start, end = int(at[0].timestamp()), int(at[-1].timestamp())
        client = PrometheusClient(self._server.access, self._version, DEADLINE_SECONDS)
        try:
            answer = client.range(promql, start, end, max(1, int(step.total_seconds())))
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
