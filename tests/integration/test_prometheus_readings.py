"""What a query gave over a short time, asked of a real Prometheus."""

from datetime import UTC, datetime, timedelta

import pytest

from fireline.adapters.prometheus.client import Access
from fireline.adapters.prometheus.named import Server
from fireline.adapters.prometheus.readings import PrometheusReadings
from fireline.domain.incident.checking import Query, instants, judged
from tests.servers import TestPrometheus

pytestmark = pytest.mark.real

AT = datetime(2026, 11, 12, 6, tzinfo=UTC)


def test_a_check_of_repaired_data_sees_every_minute_and_every_hole(
    prometheus: TestPrometheus,
) -> None:
    end = int(AT.timestamp())
    prometheus.write(
        {
            "repaired_lag": [(end - 60 * n, 7.0) for n in range(20, -1, -1)],
            "holed_lag": [(end, 7.0)],
        }
    )
    readings = PrometheusReadings({"default": Server(Access(prometheus.url))}, "default")

    def asked(promql: str) -> str:
        query = Query("check", promql, "<=", 60, timedelta(minutes=10))
        samples = readings.samples(query, instants(query, AT))
        check = judged(query, samples, AT)
        return f"{check.green} {check.known} {check.detail}"

    assert asked("max(repaired_lag)") == "True True 7, <= 60 over 10 min"
    assert asked("max(holed_lag)") == "False True no sample at 10 of 11 minutes over 10 min"
    assert asked("max(repaired_lag) * 10").startswith("False True 70 is not <= 60, 11 of 11")
    assert asked("max(").startswith("False False not known: ")
    elsewhere = Query("check", "up", "<=", 60, data_source="mimir")
    assert readings.samples(elsewhere, [AT]).error == "there is no data source mimir"
