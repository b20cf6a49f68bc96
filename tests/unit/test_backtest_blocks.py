"""A backtest and a burn in Slack: every case within Slack's rules, foreign words escaped."""

from dataclasses import replace
from datetime import timedelta

import numpy as np

from fireline.adapters.slack.blocks.backtest import backtest
from fireline.adapters.slack.blocks.burn import burn
from fireline.adapters.slack.blocks.kit import Rendered
from fireline.domain.backtest.replay import Fired, Past
from fireline.domain.backtest.scoring import KnownIncident
from fireline.domain.backtest.suggesting import Range, Suggestion
from fireline.domain.slo.buckets import BucketSeries
from fireline.domain.slo.status import BurnSeverity, WindowBurn
from fireline.sandbox.blockkit import validate_message
from fireline.usecases.backtest import Backtest, Run
from fireline.usecases.slo_views import slo_line
from fireline.usecases.views import BurnDetail
from tests.builders import a_slo, a_status
from tests.unit.slack_samples import NASTY
from tests.unit.slo_builders import EPOCH, T, slo
from tests.unit.test_backtest_scoring import fired

HOUR = timedelta(hours=1)
NOBODY = BucketSeries.empty(EPOCH - 86400)


def found(
    alerts: tuple[Fired, ...], incidents: tuple[KnownIncident, ...] | None, title: str = "Orders"
) -> Backtest:
    of = Range(
        (Past(slo(title=title), NOBODY),),
        np.arange(EPOCH - 86400, EPOCH + 1, 300),
        T - 24 * HOUR,
        T,
        incidents or (),
    )
    score = of.score(alerts) if incidents is not None else None
    return Backtest(
        start=of.start,
        end=of.end,
        step=300,
        replayed=of,
        runs=(Run("the team's policy", alerts, score),),
        lacking={},
        notes=(f"{title}: data since yesterday only",),
        suggestion=Suggestion("Nothing to suggest.", ()),
        steps=288,
    )


def told(of: Backtest, chart_file: str | None = "F1") -> str:
    shown = backtest(of, "3 alerts & more", chart_file)
    valid(shown)
    return str(shown.blocks)


def valid(shown: Rendered) -> None:
    assert validate_message({"text": shown.text, "blocks": shown.blocks}) == []


def test_missed_withheld_early_and_open_alerts_are_told() -> None:
    grown = fired("orders", T - 9 * HOUR)
    alerts = (
        replace(fired("orders", T - 20 * HOUR), at_start=True),
        replace(grown, escalated_at=T - 8 * HOUR),
        Fired(replace(fired("orders", T - HOUR).episode, closed_at=None), grown.pair, None),
    )
    incidents = (
        KnownIncident("restricted", T - 20 * HOUR, T - 19 * HOUR, slos=("orders",), withheld=True),
        KnownIncident("restricted", T - 3 * HOUR, T - 2.5 * HOUR, slos=("orders",), withheld=True),
        KnownIncident("INC-7", T - 8.5 * HOUR, T - 8 * HOUR, slos=("orders",)),
        KnownIncident("INC-8", T - 14 * HOUR, T - 13 * HOUR, slos=("orders",)),
    )
    text = told(found(alerts, incidents))
    assert "Incidents found 2 of 4" in text
    assert ":warning: a restricted incident: no alert" in text
    assert ":white_check_mark: a restricted incident" in text
    assert ":white_check_mark: INC-7: 30 min before its start" in text
    assert ":warning: INC-8: no alert" in text
    assert "burned before" in text
    assert ", then page" in text
    assert "still open" in text
    assert "unknown budget left" in text


def test_many_alerts_are_cut_visibly_and_foreign_words_stay_words() -> None:
    alerts = tuple(fired("orders", T - n * HOUR) for n in range(2, 24))
    shown = backtest(found(alerts, (), NASTY * 9), NASTY, None)
    valid(shown)
    marked = [block for block in shown.blocks if block["type"] != "header"]  # that one is plain
    assert "12 more" in str(marked)
    assert "<!channel>" not in str(marked) + shown.text


def test_without_alerts_and_without_incidents_only_the_count_is_told() -> None:
    text = told(found((), None), None)
    assert "*0 alerts* would have fired" in text
    assert "image" not in text
    assert "Incidents" not in text


def test_a_window_without_events_says_so() -> None:
    of = a_slo(title=NASTY)
    burns = (WindowBurn(300, None, 0, 0), WindowBurn(3600, 2.0, 4, 2000))
    status = a_status(of, 0.4, burns=burns)
    assert BurnSeverity.PAGE not in status.burning
    shown = burn(BurnDetail(slo_line(of, status), (), None), None)
    valid(shown)
    assert "5 m: nothing counted" in str(shown.blocks)
    assert "1 h: *2.0x* (4 events bad of 2,000 events)" in str(shown.blocks)
