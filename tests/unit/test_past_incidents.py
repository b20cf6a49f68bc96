"""What is over when it is recorded: its own times, nobody is called, resolved as usual."""

from datetime import datetime, timedelta

import pytest

from fireline.domain.errors import InvalidInputError
from fireline.domain.incident.incident import IncidentState, RepairDecision, Stamp
from fireline.domain.incident.metrics import durations
from fireline.domain.incident.moves import Verb
from fireline.usecases.declaration import Past
from fireline.usecases.draft_postmortem import finish
from fireline.usecases.incident_clock import watch_incidents
from fireline.usecases.incident_steps import Ask, step
from fireline.usecases.incident_views import announcement
from fireline.usecases.manage_incident import Declare, declare, resolve
from fireline.usecases.ports import Services
from fireline.usecases.recorded_incidents import recorded_incidents
from fireline.usecases.similar_incidents import similar_incidents
from tests.builders import ANA, a_slo, night, services
from tests.fakes import FakeClock, FakeDefinitions
from tests.store_fixture import RecordingStore

SLO = a_slo()


@pytest.fixture
def s(sqlite_store: RecordingStore) -> Services:
    definitions = FakeDefinitions({SLO.name: SLO})
    return services(sqlite_store, clock=FakeClock(night("09:00")), definitions=definitions)


def over(began: str = "01:40", restored: str = "02:48", **more: datetime) -> Declare:
    past = Past(night(restored), **more)
    return Declare("orders were late", ANA, slo=SLO.name, began_at=night(began), past=past)


def test_it_keeps_its_own_times_and_calls_nobody(s: Services, sqlite_store: RecordingStore) -> None:
    incident = declare(s, over()).incident
    assert incident.state is IncidentState.RESTORED
    assert durations(incident).mttr == timedelta(minutes=68)
    assert incident.at(Stamp.DECLARED) == night("09:00")
    assert [c.args[:3] for c in sqlite_store.calls] == [("record:1", f"@{ANA.id}", "card")]
    assert watch_incidents(s) == 0
    with s.store() as uow:
        assert announcement(s, uow, "1") is None


def test_what_was_never_noted_is_not_made_up(s: Services) -> None:
    unknown = durations(declare(s, over()).incident)
    assert (unknown.ttd, unknown.tta) == (None, None)
    told = declare(s, over(detected_at=night("02:05"))).incident
    assert durations(told).ttd == timedelta(minutes=25)


def test_it_is_resolved_and_gets_its_postmortem_like_any_other(s: Services) -> None:
    declare(s, over(verified_at=night("06:20")))
    after = resolve(s, 1, RepairDecision(damaged=True, checked_by="ana", how="backfilled"), ANA)
    assert after.state is IncidentState.RESOLVED
    assert durations(after).ttdr == timedelta(hours=4, minutes=40)
    assert "orders were late" in finish(s, 1).markdown


@pytest.mark.parametrize(
    ("command", "words", "field"),
    [
        (over("03:10"), "restored 02:48 is before impact_started 03:10", "at"),
        (over(restored="23:00"), "has not come yet", "restored"),
        (over(verified_at=night("02:00")), "data_verified 02:00 is before restored", "at"),
        (Declare("x", ANA, past=Past(night("02:48"))), "needs both times", "at"),
    ],
)
def test_times_that_cannot_be_true_are_refused_by_name(
    s: Services, command: Declare, words: str, field: str
) -> None:
    with pytest.raises(InvalidInputError, match=words) as refused:
        declare(s, command)
    assert refused.value.field == field


def test_nothing_new_belongs_to_it(s: Services) -> None:
    assert not declare(s, over()).incident.takes_signals
    assert similar_incidents(s, SLO.name, None, ()) == ()


def test_reopened_it_becomes_work_like_any_other(s: Services, sqlite_store: RecordingStore) -> None:
    declare(s, over())
    step(s, 1, Ask(Verb.REOPEN, "the lag came back today", choice="service"), ANA)
    assert [c.id for c in sqlite_store.started("declare_incident")] == ["declare:1:1"]


def test_weeks_later_it_still_stands_where_it_happened(s: Services) -> None:
    clock = s.clock
    assert isinstance(clock, FakeClock)
    clock.advance(days=40)
    declare(s, over())
    with s.store() as uow:
        (known,) = recorded_incidents(uow, night("00:00"), night("12:00"))
    assert (known.start, known.end) == (night("01:40"), night("02:48"))
