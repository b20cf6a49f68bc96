"""Thirty-five days of the simulated platform's past, with a few bad hours in it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from fireline.demo.metrics import ORDERS_EVERY, all_metrics
from fireline.demo.platform import STEP_SECONDS, Platform
from fireline.demo.remote_write import Floats, RemoteWriter, Series
from fireline.demo.shapes import Effect, Kind, Metric, becomes, frozen, landing

DAYS = 35
_DAY = 86_400


@dataclass(frozen=True, slots=True)
class Blemish:
    """Bad minutes in the past of the series with this name and these labels."""

    metric: str
    days_ago: float
    minutes: float
    effect: Effect
    labels: Mapping[str, str] = field(default_factory=dict)

    def touches(self, metric: Metric) -> bool:
        """Whether it concerns this series."""
        return metric.name == self.metric and self.labels.items() <= metric.labels.items()

    def apply(self, values: Floats, times: Floats, end: float) -> Floats:
        """The values with the bad minutes in them."""
        since = end - self.days_ago * _DAY
        within = (times >= since) & (times < since + self.minutes * 60)
        return np.where(within, self.effect(values, times, since), values)


# All older than three days, so that no burn alert is open when the demo starts.
BLEMISHES = (
    Blemish(
        "kafka_connect_worker_connector_failed_task_count",
        6.3,
        35,
        becomes(1),
        {"connector": "payments-source"},
    ),
    Blemish("minio_s3_requests_5xx_errors_total", 9.6, 120, becomes(7)),
    Blemish(
        "dataset_last_success_timestamp_seconds",
        11.4,
        5,
        frozen(landing(ORDERS_EVERY)),
        {"dataset": "orders"},
    ),
    Blemish(
        "debezium_metrics_MilliSecondsBehindSource", 14.2, 90, becomes(240_000), {"name": "orders"}
    ),
    Blemish(
        "kafka_consumergroup_group_max_lag_seconds",
        8.1,
        9,
        becomes(260),
        {"group": "orders-loader"},
    ),
    Blemish("dataset_rows_failed_total", 5.2, 6, becomes(8), {"dataset": "orders"}),
    Blemish("snowflake_warehouse_overloaded_queue_size", 4.4, 150, becomes(6), {"name": "BI"}),
    Blemish("airflow_dagrun_failed_count", 12.7, 60, becomes(1 / 300)),
)


@dataclass(frozen=True, slots=True)
class History:
    """Series ready to write, and where the counters stand at its end."""

    end: float
    series: list[Series]
    counters: Mapping[str, float]


def past(end: float, days: int = DAYS) -> History:
    """The platform's past up to an epoch time."""
    counters: dict[str, float] = {}
    series = []
    for metric in all_metrics():
        times = _grid(end, days, metric.step)
        values = metric.shape(times)
        for blemish in BLEMISHES:
            if blemish.touches(metric):
                values = blemish.apply(values, times, end)
        if metric.kind is Kind.COUNTER:
            values = np.cumsum(values * np.diff(times, prepend=times[0] - metric.step))
            counters[metric.key] = float(values[-1])
            values = np.floor(values)
        series.append(Series({"__name__": metric.name, **metric.labels}, times, values))
    return History(end, series, counters)


def write_past(history: History, writer: RemoteWriter) -> int:
    """Write it into a fresh Prometheus; gives the number of samples."""
    return writer.write(history.series)


def catch_up(platform: Platform, start: float, now: float, writer: RemoteWriter) -> int:
    """Write what the platform did while its history was being written, as if scraped."""
    times = np.arange(start + STEP_SECONDS, now, STEP_SECONDS)
    if not len(times):
        return 0
    rows = [platform.advance(float(at)) for at in times]
    return writer.write(
        [
            Series(
                {"__name__": metric.name, **metric.labels},
                times,
                np.array([row[place][1] for row in rows]),
            )
            for place, metric in enumerate(platform.metrics)
        ]
    )


def scrape_config(address: str, seconds: int) -> str:
    """The Prometheus configuration that goes on where the history ends."""
    return "\n".join(_scrape_lines(address, seconds)) + "\n"


def _scrape_lines(address: str, seconds: int) -> Iterator[str]:
    yield f"global: {{scrape_interval: {seconds}s, scrape_timeout: {min(seconds, 4)}s}}"
    yield "scrape_configs:"
    yield "  - job_name: data-platform"
    # The platform speaks for many exporters: their own job and instance labels stay.
    yield "    honor_labels: true"
    yield "    static_configs:"
    yield f"      - targets: ['{address}']"


def _grid(end: float, days: int, step: int) -> Floats:
    """Times on multiples of the step, and the end itself, where the present goes on."""
    first = np.ceil((end - days * _DAY) / step) * step
    times = np.arange(first, end, step, dtype=np.float64)
    return np.append(times, end)
