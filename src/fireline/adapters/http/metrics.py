"""Fireline's own metrics: is it doing its work, and is anything stuck."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

TICK_BUCKETS = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


class Gauges:
    """The metrics of one program, in a registry of their own.

    Args:
        pending: how many flows wait or run.
        dead: how many flows gave up.
    """

    def __init__(self, pending: Callable[[], int], dead: Callable[[], int]) -> None:
        self.registry = CollectorRegistry()
        self._seconds = Histogram(
            "fireline_evaluation_seconds",
            "Time of one evaluation of all SLOs",
            buckets=TICK_BUCKETS,
            registry=self.registry,
        )
        self._failures = Counter(
            "fireline_evaluation_failures",
            "Evaluations that ended in an error",
            registry=self.registry,
        )
        waiting = Gauge(
            "fireline_flows_pending", "Flows waiting or running", registry=self.registry
        )
        waiting.set_function(lambda: float(pending()))
        given_up = Gauge("fireline_flows_dead", "Flows that gave up", registry=self.registry)
        given_up.set_function(lambda: float(dead()))

    @contextmanager
    def tick(self) -> Iterator[None]:
        """Measure one evaluation."""
        with self._failures.count_exceptions(), self._seconds.time():
            yield
