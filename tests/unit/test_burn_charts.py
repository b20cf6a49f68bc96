"""Burn rates as points to draw: equal to the sums that alerts are judged by."""

from datetime import timedelta

import numpy as np
import pytest

from fireline.domain.policy.policy import Policy
from fireline.domain.slo.burn_history import burn_history
from fireline.domain.slo.definition import RatioSli
from fireline.domain.slo.exclusions import Exclusion
from fireline.usecases.burn_charts import burn_chart
from tests.unit.slo_builders import EPOCH, T, ledger, reading, slo, steady

HOURS = (300, 3600, 21600)


def test_each_point_is_what_the_window_sums_say_at_that_instant() -> None:
    random = np.random.default_rng(5)
    total = random.poisson(40, 2000).astype(float)
    bad = random.binomial(total.astype(int), 0.02).astype(float)
    series = ledger(list(total - bad), list(total))
    of = slo(objective="99", window=timedelta(days=3))
    history = burn_history(reading(of, series), HOURS, 6 * 3600)
    assert len(history.times) == 72
    assert history.times[-1] == EPOCH
    for back in (0, 7, 71):
        then = reading(of, series, T - timedelta(minutes=5 * back))
        for seconds, rates in zip(HOURS, history.burns, strict=True):
            good, all_ = then.sums.over(seconds)
            assert rates[-1 - back] == pytest.approx((all_ - good) / all_ / 0.01)


def test_an_empty_window_has_no_rate() -> None:
    series = ledger([0.0] * 100, [0.0] * 100)
    history = burn_history(reading(slo(window=timedelta(days=1)), series), HOURS, 3600)
    assert all(np.isnan(rates).all() for rates in history.burns)
    assert burn_chart(reading(slo(), series), (), Policy()) is None


def test_maintenance_does_not_burn() -> None:
    series = steady(1000, 100, bad_last=10, bad=50)
    quiet = reading(slo(), series, exclusions=(Exclusion(EPOCH - 3000, EPOCH),))
    assert float(np.nanmax(burn_history(quiet, (3600,), 3600).burns[0])) == 0.0
    assert float(np.nanmax(burn_history(reading(slo(), series), (3600,), 3600).burns[0])) > 100


def test_the_chart_tells_the_newest_rates_and_the_limits_in_words() -> None:
    series = steady(9000, 100, bad=50, bad_last=20)
    chart = burn_chart(reading(slo(), series), (), Policy())
    assert chart is not None
    assert [name for name, _ in chart.lines] == ["5m", "1h", "6h", "3d"]
    assert [factor for _, factor in chart.limits] == [14.4, 6.0, 3.0, 1.0]
    assert "now: 5m 500.0x, 1h 500.0x" in chart.alt
    assert "no burn alert fires" in chart.alt


def test_what_has_no_rate_has_no_chart() -> None:
    series = steady(9000, 100)
    of = slo(RatioSli(total="t", bad="b"), objective="100", zero_tolerance=True)
    assert burn_chart(reading(of, series), (), Policy()) is None
