"""Maintenance in the weekly review: who, why, how much it took out, what came after the fact."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from fireline.adapters.render import JinjaDocuments
from fireline.adapters.slack.blocks import render
from fireline.domain.people import Actor
from fireline.domain.policy.waivers import WaiverKind
from fireline.domain.review.maintenance import of_week, row, taken_out
from fireline.domain.review.week import week_at
from fireline.domain.slo.exclusions import ExclusionEffect
from fireline.domain.slo.maintenance import Scope
from fireline.domain.slo.recurrence import recurring
from fireline.usecases.ports import Services
from fireline.usecases.post_review import digest
from fireline.usecases.waive import Ask, ask, decide
from tests.builders import services
from tests.fakes import FakeClock, FakeDefinitions
from tests.store_fixture import RecordingStore
from tests.unit.slo_builders import reading, slo
from tests.unit.test_slo_maintenance import END, START, a_maintenance, bucket, worked

DAILY = slo(objective="99", window=timedelta(days=1))
ANA, BO = Actor("U1", "ana"), Actor("U2", "bo")


@pytest.fixture
def s(any_store: RecordingStore) -> Services:
    with any_store() as uow:
        uow.ledger.write("orders", DAILY.revision, worked())
        uow.commit()
    return services(
        any_store,
        definitions=FakeDefinitions({"orders": DAILY}),
        clock=FakeClock(END),
        documents=JinjaDocuments(),
    )


def agreed(s: Services, first: int, last: int) -> None:
    start, end = (START + timedelta(minutes=5 * n) for n in (first, last + 1))
    wanted = Ask(WaiverKind.EXCLUSION, "orders", start, end, "warehouse | upgrade", ANA, BO)
    decide(s, ask(s, wanted).id, BO, approve=True)


def test_the_review_says_what_maintenance_took_out_and_that_it_came_after_the_fact(
    s: Services,
) -> None:
    assert digest(s).maintenance == ()
    assert "## Maintenance" not in digest(s).markdown
    agreed(s, 102, 104)
    made = digest(s)
    (told,) = made.maintenance
    assert told == (
        "MW-1: 2026-11-19 08:30 to 08:45 UTC (warehouse | upgrade); added after the fact, "
        "approved by bo; took out 150 events of orders (52.1 % of its budget)"
    )
    assert "| after the fact | 150 events of orders (52.1 % of its budget) |" in made.markdown
    assert told.partition(":")[0] in str(render(made).blocks)


def test_what_was_added_to_an_earlier_week_is_told_in_the_week_it_was_added(s: Services) -> None:
    agreed(s, 102, 104)
    s.clock.at = END + timedelta(days=10)  # type: ignore[attr-defined]  # the fake one
    agreed(s, 100, 101)
    week = week_at(s.clock.now(), "UTC")
    (told,) = digest(s, week.key).maintenance
    assert told.startswith("MW-2: 2026-11-19 08:20 to 08:30 UTC")
    happened = digest(s, week_at(START, "UTC").key).maintenance
    assert [told.partition(":")[0] for told in happened] == ["MW-2", "MW-1"]
    assert digest(s, week.before.key).maintenance == ()


def test_a_rule_is_told_once_with_how_often_and_how_long() -> None:
    rule = recurring("FREQ=DAILY", datetime(2026, 11, 16, 2), "UTC", 5400)  # noqa: DTZ001 - wall time
    entry = a_maintenance(0, 1, when=rule, created_at=START)
    found = of_week(
        entry, START - timedelta(days=3), START + timedelta(days=4), END + timedelta(days=9)
    )
    assert found is not None
    assert row(found)["when"] == "7 times from 2026-11-16 02:00 UTC, 10 h 30 min in all"
    assert row(found)["took"] == "nothing bad"
    assert found.late


def test_what_is_neither_of_the_week_nor_added_in_it_is_left_out() -> None:
    entry = a_maintenance(bucket(0), bucket(1))
    assert of_week(entry, END, END + timedelta(days=7), END) is None
    planned = replace(entry, created_at=START - timedelta(days=1))
    found = of_week(planned, START, END, END)
    assert found is not None
    assert not found.late


def test_only_a_few_slos_are_named() -> None:
    whole = reading(DAILY, worked(), END)
    found = of_week(a_maintenance(bucket(100), bucket(106)), START, END, END)
    assert found is not None
    taken = taken_out(whole, found.spans)
    assert taken.bad == pytest.approx(300)
    assert taken.share == pytest.approx(300 / 288)
    many = tuple(replace(taken, slo=f"slo-{n}") for n in range(5))
    good = replace(found.entry, effect=ExclusionEffect.COUNT_GOOD, scope=Scope())
    told = row(replace(found, taken=many, entry=good))["took"]
    assert told.endswith("of slo-2 (104.2 % of its budget) and of 2 more SLOs, counted as good")
