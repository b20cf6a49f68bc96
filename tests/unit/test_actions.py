"""Promises: recorded, reminded of on working days, done with evidence."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fireline.domain.errors import ConflictError, InvalidInputError, NotFoundError
from fireline.domain.postmortem.action import ActionItem, ActionState
from fireline.domain.postmortem.promise import due_steps, reminded, working_time
from fireline.usecases import chase_actions as chase
from fireline.usecases.manage_incident import Declare, declare
from fireline.usecases.ports import Services
from tests.builders import ANA, BEN, an_action, services
from tests.fakes import FakeClock
from tests.store_fixture import RecordingStore

TEXT = "Alert when the connector restarts twice in an hour"
LINK = "https://git.test/merge/7"


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(datetime(2026, 11, 23, 9, 0, tzinfo=UTC))


@pytest.fixture
def s(sqlite_store: RecordingStore, clock: FakeClock) -> Services:
    return services(sqlite_store, clock=clock, timezone="Europe/Berlin")


def add(s: Services, due: date | None = None, owner: str = BEN.id) -> ActionItem:
    return chase.add_action(s, TEXT, owner, owner.lower(), due, ANA)


def test_without_a_date_it_is_due_after_the_policy_days(s: Services) -> None:
    assert add(s).due == date(2026, 12, 23)


@pytest.mark.parametrize("text", ["too short", "x" * 201, "   padded   "])
def test_a_promise_says_what_will_be_different(s: Services, text: str) -> None:
    with pytest.raises(InvalidInputError, match="10 to 200 characters"):
        chase.add_action(s, text, BEN.id, "ben", None, ANA)


def test_a_date_too_far_away_is_no_promise(s: Services) -> None:
    with pytest.raises(InvalidInputError, match="9999-12-31 is more than two years away"):
        chase.add_action(s, "Alert when it restarts", BEN.id, "ben", date(9999, 12, 31), ANA)


def test_a_date_that_has_passed_is_refused(s: Services) -> None:
    with pytest.raises(InvalidInputError, match="2026-11-22 has passed"):
        add(s, date(2026, 11, 22))


def test_today_is_the_team_s_day(s: Services, clock: FakeClock) -> None:
    clock.set(datetime(2026, 11, 23, 23, 30, tzinfo=UTC))
    with pytest.raises(InvalidInputError):
        add(s, date(2026, 11, 23))


def test_an_incident_s_promise_is_in_its_timeline(s: Services) -> None:
    incident = declare(s, Declare("orders late", ANA)).incident
    item = chase.add_action(s, TEXT, BEN.id, "ben", None, ANA, incident.id)
    done = chase.complete(s, item.id, LINK, BEN)
    with s.store() as uow:
        found = [e.text for e in uow.timeline.entries(incident.id)][-2:]
        audited = [e.action for e in uow.audit.all()][-2:]
    assert found == [
        f"ACT-1 for ben, due 2026-12-23: {TEXT}",
        f"ACT-1 done: {LINK}",
    ]
    assert audited == ["action.add", "action.done"]
    assert (done.state, done.done_by) == (ActionState.DONE, BEN.id)


@pytest.mark.parametrize(
    "url", ["done", "", "ftp://x/y", "javascript:alert(1)", "https://", "http://a b"]
)
def test_done_needs_a_link(s: Services, url: str) -> None:
    item = add(s)
    with pytest.raises(InvalidInputError, match="Done needs evidence"):
        chase.complete(s, item.id, url, BEN)


def test_a_link_as_slack_writes_it_is_understood(s: Services) -> None:
    item = add(s)
    assert chase.complete(s, item.id, f"<{LINK}|merge 7>", BEN).evidence == LINK


def test_done_twice_names_the_evidence_there_is(s: Services) -> None:
    item = add(s)
    chase.complete(s, item.id, LINK, BEN)
    with pytest.raises(ConflictError, match="done already, with https"):
        chase.complete(s, item.id, LINK, BEN)


def test_an_unknown_item_is_named(s: Services) -> None:
    with pytest.raises(NotFoundError, match="There is no ACT-9"):
        chase.complete(s, 9, LINK, BEN)


def test_owners_get_one_message_each_per_day(
    s: Services, clock: FakeClock, sqlite_store: RecordingStore
) -> None:
    for due in (date(2026, 11, 24), date(2026, 11, 25), date(2026, 12, 20)):
        add(s, due)
    add(s, date(2026, 11, 23), owner=ANA.id)
    assert chase.remind_due(s, clock.now()) == 2
    assert chase.remind_due(s, clock.now()) == 0
    calls = [call.args for call in sqlite_store.started("publish")]
    ref = f"{ANA.id}:2026-11-23"
    assert calls[0] == (f"remind:{ref}", f"@{ANA.id}", "action_reminder", ref)
    with s.store() as uow:
        message = chase.reminder(s, uow, f"{BEN.id}:2026-11-23")
        nothing = chase.reminder(s, uow, f"{BEN.id}:2026-11-22")
    assert message is not None
    assert [i.ref for i in message.items] == ["ACT-1", "ACT-2"]
    assert nothing is None


def test_a_done_item_shows_as_done_in_the_reminder(
    s: Services, clock: FakeClock, sqlite_store: RecordingStore
) -> None:
    item = add(s, date(2026, 11, 24))
    chase.remind_due(s, clock.now())
    chase.complete(s, item.id, LINK, BEN)
    assert len(sqlite_store.started("publish")) == 2
    with s.store() as uow:
        message = chase.reminder(s, uow, f"{BEN.id}:2026-11-23")
    assert message is not None
    assert message.items[0].done


@pytest.mark.parametrize(
    "at",
    [
        datetime(2026, 11, 22, 12, tzinfo=UTC),  # Sunday
        datetime(2026, 11, 23, 7, 59, tzinfo=UTC),  # 08:59 in Berlin
    ],
)
def test_nobody_is_reminded_at_night_or_on_a_weekend(s: Services, at: datetime) -> None:
    add(s, date(2026, 11, 23))
    assert chase.remind_due(s, at) == 0


def test_my_actions_are_sorted_by_due_date(s: Services, clock: FakeClock) -> None:
    add(s, date(2026, 12, 20))
    add(s, date(2026, 11, 24))
    add(s, date(2026, 11, 25), owner=ANA.id)
    clock.advance(days=3)
    mine = chase.my_actions(s, BEN.id)
    assert [(line.ref, line.overdue_days) for line in mine] == [("ACT-2", 2), ("ACT-1", 0)]


@given(st.dates(date(2026, 1, 1), date(2026, 12, 31)), st.sets(st.integers(0, 400)))
def test_over_a_year_each_step_of_the_ladder_comes_at_most_once(
    due: date, days_running: set[int]
) -> None:
    item = an_action(due=due)
    taken: list[str] = []
    for day in sorted(days_running):
        today = date(2026, 1, 1) + timedelta(days=day)
        if not working_time(datetime(today.year, today.month, today.day, 9, tzinfo=UTC)):
            continue
        steps = due_steps(item, today)
        taken.extend(steps)
        item = reminded(item, steps, today)
    assert len(taken) == len(set(taken))
    assert taken == [step for step in ("before", "due", "late2", "late7") if step in taken]


def test_a_done_item_is_never_reminded() -> None:
    item = an_action(state=ActionState.DONE, due=date(2026, 1, 1))
    assert due_steps(item, date(2026, 12, 31)) == ()
