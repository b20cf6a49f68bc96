"""How each data source is doing, as metrics read at every scrape."""

from collections.abc import Callable, Iterator, Sequence

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, SummaryMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector
from typing_extensions import override

from fireline.usecases.source_health import BreakerState, SourceHealth

BREAKER = {BreakerState.CLOSED: 0.0, BreakerState.HALF_OPEN: 1.0, BreakerState.OPEN: 2.0}
LABEL = ["source"]


class SourceMetrics(Collector):
    """Queries, failures by cause, bytes, breaker and clock of every data source.

    Args:
        health: the figures as of now.
        unfilled: how many ledgers lack a part of their past that is being asked for.
    """

    def __init__(
        self, health: Callable[[], Sequence[SourceHealth]], unfilled: Callable[[], int]
    ) -> None:
        self._health = health
        self._unfilled = unfilled

    def describe(self) -> list[Metric]:
        """Nothing is asked while the program is being built."""
        return []

    @override
    def collect(self) -> Iterator[Metric]:
        """One family after the other, each over all sources."""
        found = self._health()
        seconds = SummaryMetricFamily(
            "fireline_source_query_seconds", "Time of queries to a data source", labels=LABEL
        )
        failures = CounterMetricFamily(
            "fireline_source_failures",
            "Queries to a data source that failed",
            labels=[*LABEL, "cause"],
        )
        size = CounterMetricFamily(
            "fireline_source_bytes", "Bytes of answers, uncompressed", labels=LABEL
        )
        breaker = GaugeMetricFamily(
            "fireline_source_breaker",
            "0: asked as usual, 1: tried once, 2: rests after failures in a row",
            labels=LABEL,
        )
        skew = GaugeMetricFamily(
            "fireline_source_clock_skew_seconds",
            "How far the clock of a data source is ahead of ours",
            labels=LABEL,
        )
        for one in found:
            seconds.add_metric([one.name], one.queries, one.seconds)
            size.add_metric([one.name], one.bytes_read)
            breaker.add_metric([one.name], BREAKER[one.breaker])
            for cause, count in one.failures.items():
                failures.add_metric([one.name, cause], count)
            if one.skew_seconds is not None:
                skew.add_metric([one.name], one.skew_seconds)
        lacking = GaugeMetricFamily(
            "fireline_ledgers_unfilled", "Stretches of the past that are still being asked for"
        )
        lacking.add_metric([], self._unfilled())
        yield lacking
        yield from (seconds, failures, size, breaker, skew)
