"""What a real Prometheus says it holds."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from fireline.adapters.prometheus.failures import Cause, QueryFailure
from fireline.adapters.prometheus.inventory import Inventory, inventory_of
from tests.servers import TestPrometheus

pytestmark = pytest.mark.real

AT = int(datetime(2026, 11, 12, 6, tzinfo=UTC).timestamp())


@pytest.fixture
def inventory(prometheus: TestPrometheus) -> Iterator[Inventory]:
    prometheus.write(
        {
            'held_requests_total{code="200"}': [(AT - 60, 1.0), (AT, 2.0)],
            'held_requests_total{code="500"}': [(AT - 60, 0.0), (AT, 0.0)],
        }
    )
    with inventory_of(prometheus.url) as found:
        yield found


def test_names_values_and_counts_are_looked_up(inventory: Inventory) -> None:
    assert "held_requests_total" in inventory.names()
    assert inventory.near("held_request_total")[0] == "held_requests_total"
    assert sorted(inventory.values("code", "held_requests_total")) == ["200", "500"]
    assert inventory.count("held_requests_total", AT) == 2
    assert inventory.count("held_nothing", AT) == 0
    assert inventory.value("sum(held_requests_total)", AT) == [2.0]
    assert isinstance(inventory.kinds(), dict)


def test_a_wrong_expression_is_a_failure_of_the_query(inventory: Inventory) -> None:
    with pytest.raises(QueryFailure, match="rejects the query") as failure:
        inventory.count("held_requests_total{", AT)
    assert failure.value.cause is Cause.QUERY


def test_a_server_that_is_not_there_is_told_apart() -> None:
    with inventory_of("http://127.0.0.1:9") as nobody, pytest.raises(QueryFailure) as failure:
        nobody.names()
    assert failure.value.cause is Cause.UNREACHABLE
