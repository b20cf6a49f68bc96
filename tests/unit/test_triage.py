"""A signal in triage: nothing is announced before somebody says that it is an incident."""

import pytest

from fireline.domain.incident.incident import Incident, IncidentState, Role, Stamp
from fireline.domain.incident.moves import Verb
from fireline.domain.people import SYSTEM, Actor
from fireline.domain.slo.alerting.group import Mark
from fireline.usecases.incident_channel import record_channel
from fireline.usecases.incident_clock import watch_incidents
from fireline.usecases.incident_steps import Ask, step
from fireline.usecases.incident_views import announcement
from fireline.usecases.manage_incident import Declare, declare, investigate, restore
from fireline.usecases.ports import ChannelRef, Services
from fireline.usecases.triage import triage
from tests.builders import ANA, BEN, a_lag_slo, an_episode, keep_alert, services
from tests.fakes import FakeClock
from tests.store_fixture import RecordingStore

QUIET = Declare("orders look odd", ANA, quiet=True)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def s(sqlite_store: RecordingStore, clock: FakeClock) -> Services:
    return services(sqlite_store, clock=clock)


def flows(store: RecordingStore) -> list[str]:
    return [f"{c.flow} {c.args[0]}" for c in store.calls]


def found(s: Services, incident_id: int = 1) -> Incident:
    with s.store() as uow:
        incident = uow.incidents.get(incident_id)
    assert incident is not None
    return incident


def test_a_quiet_one_waits_without_channel_commander_or_announcement(
    s: Services, sqlite_store: RecordingStore
) -> None:
    incident = declare(s, QUIET).incident
    assert incident.state is IncidentState.TRIAGE
    assert incident.roles == {}
    assert incident.at(Stamp.ACKNOWLEDGED) is None
    assert flows(sqlite_store) == ["publish triage:1"]
    assert sqlite_store.calls[0].args == ("triage:1", f"@{ANA.id}", "triage", "1")
    with s.store() as uow:
        assert announcement(s, uow, "1") is None


def test_confirming_opens_the_channel_and_makes_whoever_confirmed_commander(
    s: Services, sqlite_store: RecordingStore
) -> None:
    declare(s, QUIET)
    after = investigate(s, 1, BEN)
    assert (after.state, after.roles) == (IncidentState.INVESTIGATING, {Role.COMMANDER: BEN.id})
    assert after.at(Stamp.ACKNOWLEDGED) == s.clock.now()
    assert flows(sqlite_store).count("declare_incident 1") == 1
    record_channel(s, 1, ChannelRef("C1", "inc-1"))
    with s.store() as uow:
        shown, public = triage(s, uow, "1"), announcement(s, uow, "1")
    assert shown is not None
    assert (shown.state, shown.channel_id) == (IncidentState.INVESTIGATING, "C1")
    assert public is not None
    # The message it was judged with ends as a pointer; from now on the card is kept up to date.
    assert flows(sqlite_store)[-3:].count("publish triage:1") == 1


def test_a_later_step_confirms_as_well(s: Services, sqlite_store: RecordingStore) -> None:
    declare(s, QUIET)
    after = restore(s, 1, "it went away by itself", ANA)
    assert after.state is IncidentState.RESTORED
    assert flows(sqlite_store).count("declare_incident 1") == 1


@pytest.mark.parametrize(
    ("ask", "state"),
    [
        (Ask(Verb.DECLINE, "planned load", choice="expected"), IncidentState.DECLINED),
        (Ask(Verb.CANCEL, "typed in the wrong channel"), IncidentState.CANCELLED),
    ],
)
def test_what_is_judged_to_be_none_never_gets_a_channel_nor_an_announcement(
    s: Services, sqlite_store: RecordingStore, ask: Ask, state: IncidentState
) -> None:
    declare(s, QUIET)
    assert step(s, 1, ask, BEN).state is state
    assert "declare_incident 1" not in flows(sqlite_store)
    with s.store() as uow:
        shown, public = triage(s, uow, "1"), announcement(s, uow, "1")
    assert shown is not None
    assert (shown.state, public) == (state, None)


def test_a_signal_that_nobody_judges_is_brought_up_again_a_few_times(
    s: Services, sqlite_store: RecordingStore, clock: FakeClock
) -> None:
    declare(s, QUIET)
    clock.advance(minutes=14)
    assert watch_incidents(s) == 0
    clock.advance(minutes=1)
    assert watch_incidents(s) == 1
    assert watch_incidents(s) == 0
    (fired,) = found(s).details.fired
    assert fired.text == "INC-1 waits for 15 min: is it an incident? Confirm or decline."
    assert fired.called == (ANA.id,)
    assert sqlite_store.calls[-1].args[1:] == (f"@{ANA.id}", "incident_notice", f"1|{fired.key}")
    for _ in range(12):
        clock.advance(hours=1)
        watch_incidents(s)
    assert len(found(s).details.fired) == 2


def test_a_restricted_one_has_its_private_channel_from_the_start(
    s: Services, sqlite_store: RecordingStore
) -> None:
    incident = declare(s, Declare("leak", ANA, quiet=True, restricted=True)).incident
    assert (incident.state, incident.details.place) == (IncidentState.TRIAGE, "")
    assert flows(sqlite_store) == ["declare_incident 1", "watch_incident 1"]


def test_what_a_rule_declares_has_no_commander_and_is_not_acknowledged(s: Services) -> None:
    rule = Actor(SYSTEM.id, "rule")
    incident = declare(s, Declare("lag", rule)).incident
    assert (incident.state, incident.roles) == (IncidentState.INVESTIGATING, {})
    assert incident.at(Stamp.ACKNOWLEDGED) is None


def test_declining_says_what_the_alert_was_worth_unless_somebody_did(s: Services) -> None:
    episodes = [an_episode(a_lag_slo(name), id=name) for name in ("a", "b")]
    with s.store() as uow:
        keep_alert(uow, episodes[0])
        keep_alert(uow, episodes[1], mark=Mark.ACTIONABLE)
        uow.commit()
    for episode in episodes:
        made = declare(s, Declare("lag", ANA, episode_id=episode.id, quiet=True)).incident
        step(s, made.id, Ask(Verb.DECLINE, "planned load", choice="expected"), BEN)
    with s.store() as uow:
        marks = [(g.mark, g.marked_by) for e in episodes if (g := uow.alerts.get(e.id))]
    assert marks == [(Mark.NOT_ACTIONABLE, BEN.id), (Mark.ACTIONABLE, None)]
