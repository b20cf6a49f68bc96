"""What incidents cost: the worked numbers of the reference, equal shares, parts that sum to all."""

from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fireline.adapters.slack.blocks import render
from fireline.domain.incident.incident import Incident, IncidentState, Stamp
from fireline.domain.people import Actor
from fireline.domain.policy.waivers import WaiverKind
from fireline.domain.slo.attribution import attribute
from fireline.domain.slo.buckets import Bucket, BucketSeries
from fireline.domain.slo.maintenance import MaintenancePlan
from fireline.usecases import draft_postmortem
from fireline.usecases.alert_history import alert_history
from fireline.usecases.incident_card import card
from fireline.usecases.incident_costs import cost_on
from fireline.usecases.ports import Services
from fireline.usecases.waive import Ask, ask, decide, withdraw
from tests.builders import an_incident, services
from tests.fakes import FakeClock, FakeDefinitions
from tests.store_fixture import RecordingStore
from tests.unit.slo_builders import reading, slo
from tests.unit.test_slo_maintenance import (
    DAY,
    END,
    FIRST,
    START,
    a_maintenance,
    bucket,
    worked,
)

DAILY = slo(objective="99", window=timedelta(days=1))
ANA, BO = Actor("U1", "ana"), Actor("U2", "bo")


def over(first: int, last: int) -> tuple[int, int]:
    """The time of these buckets."""
    return bucket(first), bucket(last + 1)


def test_the_worked_numbers_of_attribution_hold() -> None:
    raw = attribute(reading(DAILY, worked(), END), [over(100, 103)])
    assert raw.share(0) == pytest.approx(200 / 288)
    assert raw.unattributed == 160
    plan = MaintenancePlan((a_maintenance(*over(102, 104)),))
    excluded = plan.exclusions(DAILY, FIRST, FIRST + DAY)
    adjusted = attribute(reading(DAILY, worked(), END, exclusions=excluded), [over(100, 103)])
    assert adjusted.share(0) == pytest.approx(100 / 285)
    both = attribute(reading(DAILY, worked(), END), [over(100, 103), over(102, 105)])
    assert both.bad == pytest.approx((150, 150))
    assert both.unattributed == 60


def test_a_bucket_that_begins_where_a_claim_ends_is_not_touched_but_an_instant_is() -> None:
    whole = reading(DAILY, worked(), END)
    assert attribute(whole, [(bucket(99), bucket(100))]).bad == pytest.approx((0,))
    assert attribute(whole, [(bucket(99), bucket(100) + 1)]).bad == pytest.approx((50,))
    assert attribute(whole, [(bucket(100) + 7, bucket(100) + 7)]).bad == pytest.approx((50,))


def test_the_open_part_is_claimed_too() -> None:
    at = END + timedelta(seconds=120)
    part = Bucket(FIRST + DAY, 10.0, 40.0)
    whole = reading(slo(objective="99"), worked(), at, open_part=part)
    found = attribute(whole, [(FIRST + DAY + 60, FIRST + DAY + 120)])
    assert found.bad == pytest.approx((30,))
    assert found.unattributed == 360


def test_without_a_budget_there_is_no_share() -> None:
    empty = BucketSeries(FIRST, np.zeros(288), np.zeros(288), np.zeros(288, np.uint8))
    assert attribute(reading(DAILY, empty, END), [over(0, 5)]).share(0) is None


claims = st.lists(
    st.tuples(st.integers(-600, DAY + 600), st.integers(0, DAY)).map(
        lambda c: (FIRST + c[0], FIRST + c[0] + c[1])
    ),
    max_size=5,
)


@given(claims, st.integers(0, 99))
def test_the_parts_sum_to_all_bad_and_equal_claims_cost_the_same(
    found: list[tuple[int, int]], seed: int
) -> None:
    rng = np.random.default_rng(seed)
    total = rng.integers(0, 100, 288).astype(np.float64)
    good = np.floor(total * rng.random(288))
    series = BucketSeries(FIRST, good, total, np.zeros(288, np.uint8))
    whole = reading(DAILY, series, END)
    split = attribute(whole, found)
    assert sum(split.bad) + split.unattributed == pytest.approx((total - good).sum())
    assert all(bad >= 0 for bad in split.bad)
    twice = attribute(whole, [*found, *found])
    assert twice.bad == pytest.approx([bad / 2 for bad in split.bad] * 2)
    assert twice.unattributed == split.unattributed


def at_bucket(number: int) -> datetime:
    return START + timedelta(minutes=5 * number)


def lasting(number: int, first: int, last: int) -> Incident:
    """An incident over these buckets, resolved."""
    stamps = {
        Stamp.DECLARED: at_bucket(first),
        Stamp.IMPACT_STARTED: at_bucket(first),
        Stamp.RESTORED: at_bucket(last + 1),
        Stamp.DATA_VERIFIED: at_bucket(last + 1),
        Stamp.RESOLVED: END,
    }
    return an_incident(
        number, stamps=stamps, slos=("orders",), state=IncidentState.RESOLVED, channel_id=None
    )


@pytest.fixture
def s(any_store: RecordingStore) -> Services:
    with any_store() as uow:
        uow.ledger.write("orders", DAILY.revision, worked())
        uow.commit()
    definitions = FakeDefinitions({"orders": DAILY})
    return services(any_store, definitions=definitions, clock=FakeClock(END))


def booked(s: Services, number: int) -> tuple[float | None, float | None]:
    with s.store() as uow:
        incident = uow.incidents.get(number)
    assert incident is not None
    cost, raw = incident.budget_cost.get("orders"), incident.raw_budget_cost.get("orders")
    return cost, raw


def maintained(s: Services) -> int:
    """Maintenance of buckets 102 to 104, asked for and approved."""
    wanted = Ask(WaiverKind.EXCLUSION, "orders", at_bucket(102), at_bucket(105), "upgrade", ANA, BO)
    asked = ask(s, wanted)
    decide(s, asked.id, BO, approve=True)
    return asked.id


def test_incidents_at_the_same_time_share_what_both_claim(s: Services) -> None:
    with s.store() as uow:
        uow.incidents.add(lasting(1, 100, 103))
        uow.commit()
    draft_postmortem.finish(s, 1)
    # The window ends with the incident, so its budget is of the day before that.
    alone, raw = booked(s, 1)
    assert raw is None
    with s.store() as uow:
        uow.incidents.add(lasting(2, 102, 105))
        uow.incidents.add(replace(lasting(3, 100, 105), state=IncidentState.MERGED))
        uow.incidents.add(replace(lasting(4, 100, 105), slos=()))
        uow.commit()
    draft_postmortem.finish(s, 2)
    assert alone is not None
    # What was booked for the first is put right when the second is known.
    assert booked(s, 1)[0] == pytest.approx(alone * 150 / 200, abs=1e-5)
    with s.store() as uow:
        texts = [entry.text for entry in uow.timeline.entries(1)]
        actions = [entry.action for entry in uow.audit.all()]
    assert len([text for text in texts if text.startswith("This incident cost")]) == 2
    assert actions.count("incident.cost") == 3


def test_maintenance_agreed_to_later_changes_what_was_booked_and_both_are_shown(
    s: Services,
) -> None:
    with s.store() as uow:
        uow.incidents.add(lasting(1, 100, 103))
        uow.commit()
    made = draft_postmortem.draft(s, 1)
    before, _ = booked(s, 1)
    number = maintained(s)
    cost, raw = booked(s, 1)
    assert cost is not None
    assert raw == before
    assert raw is not None
    assert cost < raw
    again = draft_postmortem.draft(s, 1)
    assert again.version == made.version + 1
    assert "with maintenance)" in again.markdown
    with s.store() as uow:
        view = card(s, uow, "1")
    assert view is not None
    drawn = str(render(view).blocks)
    assert "with maintenance) of its budget" in drawn
    withdraw(s, number, ANA)
    assert booked(s, 1) == (before, None)


def test_the_worked_cost_holds_on_both_databases(s: Services) -> None:
    maintained(s)
    one = lasting(1, 100, 103)
    # Verified only at the end of the day, so that the window is the reference's day.
    day_long = replace(one, stamps={**one.stamps, Stamp.DATA_VERIFIED: END})
    other = lasting(2, 102, 105)
    with s.store() as uow:
        whole = cost_on(s, uow, day_long, "orders", END)
        uow.incidents.add(other)
        shared = cost_on(s, uow, day_long, "orders", END)
    assert whole is not None
    assert shared is not None
    # Buckets 100 to 287: 150 of bad without the maintenance, 300 with it.
    assert whole.share == pytest.approx(150 / 285)
    assert whole.raw == pytest.approx(300 / 288)
    # 102 to 105 are claimed twice; 105 alone of them is outside the maintenance.
    assert shared.share == pytest.approx(125 / 285)
    assert shared.raw == pytest.approx(200 / 288)


def test_an_slo_tells_which_incidents_took_its_budget_and_what_nobody_did(s: Services) -> None:
    with s.store() as uow:
        uow.incidents.add(lasting(1, 100, 103))
        uow.incidents.add(replace(lasting(2, 102, 105), restricted=True, title="a leak"))
        uow.incidents.add(replace(lasting(3, 100, 105), drill=True))
        uow.commit()
    view = alert_history(s, "orders")
    assert view.spent is not None
    assert [line.ref for line in view.spent.incidents] == ["INC-1", "restricted"]
    assert [line.share for line in view.spent.incidents] == pytest.approx([150 / 288] * 2)
    assert view.spent.unattributed == pytest.approx(60 / 288)
    told = str(render(view).blocks)
    assert "52 % \u00b7 *INC-1* Orders CDC 3 h behind" in told
    assert "21 % \u00b7 no incident on record" in told
    assert "a leak" not in told
    maintained(s)
    view = alert_history(s, "orders")
    assert view.spent is not None
    adjusted = [line.share for line in view.spent.incidents]
    assert adjusted == pytest.approx([100 / 285, 50 / 285])
    assert [line.raw_share for line in view.spent.incidents] == pytest.approx([150 / 288] * 2)
    parts = sum(adjusted) + view.spent.unattributed
    assert 1 - parts == pytest.approx(0.263158, abs=1e-6)
    assert "35 % (52 % with maintenance)" in str(render(view).blocks)
