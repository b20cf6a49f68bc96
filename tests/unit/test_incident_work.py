"""Leading an incident from its channel to its resolution."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from fireline.domain.audit import first_broken
from fireline.domain.errors import (
    ConflictError,
    IllegalTransitionError,
    InvalidInputError,
    NotFoundError,
    RejectedError,
    UnreachableError,
)
from fireline.domain.incident.chain import first_broken_entry
from fireline.domain.incident.incident import (
    Incident,
    IncidentState,
    RepairDecision,
    Role,
    Severity,
    Stamp,
)
from fireline.domain.incident.timeline import EntryKind
from fireline.domain.slo.status import WindowBurn
from fireline.usecases import incident_channel
from fireline.usecases import manage_incident as work
from fireline.usecases.manage_incident import Declare, declare
from fireline.usecases.ports import ChannelRef, Services
from tests.builders import ANA, BEN, a_burning_status, a_lag_slo, a_status, night, services
from tests.fakes import FakeChat, FakeClock, FakeDefinitions
from tests.store_fixture import RecordingStore

LAG = a_lag_slo()
NO_DAMAGE = RepairDecision(damaged=False, checked_by="ana", how="row counts match")


@pytest.fixture
def chat() -> FakeChat:
    return FakeChat(names={ANA.id: "ana", BEN.id: "ben"})


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def s(sqlite_store: RecordingStore, chat: FakeChat, clock: FakeClock) -> Services:
    definitions = FakeDefinitions({LAG.name: LAG})
    made = services(sqlite_store, chat=chat, clock=clock, definitions=definitions)
    with made.store() as uow:
        quiet = (WindowBurn(300, 0.0, 0, 5), WindowBurn(3600, 0.2, 0, 60))
        uow.statuses.save([a_status(LAG, burns=quiet)])
        uow.commit()
    return made


@pytest.fixture
def incident(s: Services) -> Incident:
    made = declare(s, Declare("Orders CDC 3 h behind", ANA, slo=LAG.name)).incident
    channel = incident_channel.open_channel(s, made.id)
    return incident_channel.record_channel(s, made.id, channel)


def texts(s: Services, incident: Incident) -> list[str]:
    with s.store() as uow:
        return [e.text for e in uow.timeline.entries(incident.id)]


def test_the_channel_is_named_after_id_and_words(incident: Incident) -> None:
    assert incident.channel_name == "inc-1-orders-cdc-3-h-behind"


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Zahlungen ÜBERFÄLLIG!", "inc-7-zahlungen-uberfallig"),
        ("注文が遅れている", "inc-7"),
        ("<!channel> down", "inc-7-channel-down"),
        ("x" * 200, "inc-7-" + "x" * 74),
    ],
)
def test_channel_names_hold_only_what_slack_allows(title: str, name: str) -> None:
    assert incident_channel.channel_name("inc", 7, title) == name


def test_opening_twice_gives_the_same_channel(s: Services, chat: FakeChat) -> None:
    made = declare(s, Declare("orders late", ANA)).incident
    first = incident_channel.open_channel(s, made.id)
    again = incident_channel.open_channel(s, made.id)
    assert first == again
    assert len(chat.channels) == 1


def test_a_name_taken_by_somebody_else_gets_a_suffix(s: Services, chat: FakeChat) -> None:
    chat.foreign_names.add("inc-1-orders-late")
    made = declare(s, Declare("orders late", ANA)).incident
    assert incident_channel.open_channel(s, made.id).name == "inc-1-orders-late-2"


def test_when_every_name_is_taken_it_says_so(s: Services, chat: FakeChat) -> None:
    names = {incident_channel.channel_name("inc", 1, "orders late", n) for n in range(1, 10)}
    chat.foreign_names.update(names)
    made = declare(s, Declare("orders late", ANA)).incident
    with pytest.raises(RejectedError, match="No free channel name for INC-1"):
        incident_channel.open_channel(s, made.id)


def test_another_refusal_of_slack_is_not_taken_for_a_name(s: Services, chat: FakeChat) -> None:
    chat.fail["create_channel"] = [RejectedError("no scope", "missing_scope")]
    made = declare(s, Declare("orders late", ANA)).incident
    with pytest.raises(RejectedError, match="no scope"):
        incident_channel.open_channel(s, made.id)


def test_recording_the_channel_starts_its_messages_once(
    s: Services, incident: Incident, sqlite_store: RecordingStore
) -> None:
    again = incident_channel.record_channel(s, incident.id, ChannelRef("C9", "other"))
    assert again == incident
    kinds = [call.args[2] for call in sqlite_store.started("publish")]
    assert sorted(str(k) for k in kinds) == [
        "announcement",
        "blast",
        "card",
        "runbook_suggestion",
    ]


def test_topic_and_members_follow_the_record(
    s: Services, incident: Incident, chat: FakeChat
) -> None:
    work.assign_role(s, incident.id, Role.OPERATIONS, BEN.id, "ben", ANA)
    incident_channel.sync_topic(s, incident.id)
    assert incident.channel_id is not None
    assert chat.members[incident.channel_id] == {ANA.id, BEN.id}
    assert chat.topics[incident.channel_id] == (
        "INC-1 SEV2 · investigating · commander ana · restore by 03:10 UTC · Orders CDC 3 h behind"
    )


def test_people_who_cannot_be_invited_are_noted_once(
    s: Services, incident: Incident, chat: FakeChat
) -> None:
    chat.strangers.add(ANA.id)
    assert incident_channel.invite_people(s, incident.id) == (ANA.id,)
    incident_channel.invite_people(s, incident.id)
    assert texts(s, incident).count(f"Could not invite {ANA.id}") == 1


def test_before_the_channel_exists_nothing_is_sent(s: Services, chat: FakeChat) -> None:
    made = declare(s, Declare("orders late", ANA)).incident
    incident_channel.sync_topic(s, made.id)
    assert incident_channel.invite_people(s, made.id) == ()
    assert chat.calls == []


def test_the_channel_finds_its_incident(s: Services, incident: Incident) -> None:
    assert incident.channel_id is not None
    assert work.incident_in(s, incident.channel_id) == incident
    assert work.incident_in(s, "C0NONE") is None


def test_a_whole_run_is_in_timeline_audit_and_flows(
    s: Services, incident: Incident, clock: FakeClock, sqlite_store: RecordingStore
) -> None:
    clock.set(night("02:34"))
    work.mitigate(s, incident.id, "restarted the connector", ANA)
    clock.set(night("02:50"))
    work.restore(s, incident.id, "lag is back to 2 s", ANA, at=night("02:48"))
    clock.set(night("06:35"))
    done = work.resolve(s, incident.id, NO_DAMAGE, ANA)
    assert done.state is IncidentState.RESOLVED
    assert done.at(Stamp.RESTORED) == night("02:48")
    assert done.repair == NO_DAMAGE
    assert texts(s, incident)[-4:] == [
        "investigating -> mitigating: restarted the connector",
        "mitigating -> restored: lag is back to 2 s",
        "restored -> resolved",
        "No data damaged, checked by ana: row counts match",
    ]
    with s.store() as uow:
        actions = [e.action for e in uow.audit.all()]
    assert actions == [
        "incident.declare",
        "incident.channel",
        "incident.mitigate",
        "incident.restore",
        "incident.resolve",
    ]
    (finish,) = sqlite_store.started("finish_incident")
    assert finish.id == f"finish:{incident.id}"


def test_restore_from_investigating_says_what_it_implied(s: Services, incident: Incident) -> None:
    work.restore(s, incident.id, "it healed", ANA)
    assert texts(s, incident)[-2:] == [
        "investigating -> mitigating (implied)",
        "mitigating -> restored: it healed",
    ]


def test_a_burning_slo_stands_in_the_way_until_somebody_gives_a_reason(
    s: Services, incident: Incident
) -> None:
    with s.store() as uow:
        uow.statuses.save([a_burning_status(LAG)])
        uow.commit()
    with pytest.raises(IllegalTransitionError, match="debezium-cdc-lag still burns 20"):
        work.restore(s, incident.id, "restarted", ANA)
    with s.store() as uow:
        unchanged = uow.incidents.get(incident.id)
    assert unchanged == incident
    work.restore(s, incident.id, "restarted", ANA, override="the window drains until 03:40")
    with s.store() as uow:
        last = uow.timeline.entries(incident.id)[-1]
    assert last.kind is EntryKind.DECISION
    assert last.text.endswith("the window drains until 03:40")


def test_a_burn_that_cannot_be_checked_is_written_down(s: Services, incident: Incident) -> None:
    with s.store() as uow:
        uow.statuses.save([a_status(LAG, None)])
        uow.commit()
    work.restore(s, incident.id, "restarted", ANA)
    assert texts(s, incident)[-1] == (
        "The burn of debezium-cdc-lag could not be checked: No samples in the last 30 d."
    )


def test_severity_and_roles_are_written_down(
    s: Services, incident: Incident, sqlite_store: RecordingStore
) -> None:
    work.change_severity(s, incident.id, Severity.SEV1, "board report due", BEN)
    work.assign_role(s, incident.id, Role.COMMANDER, BEN.id, "ben", BEN)
    freed = work.assign_role(s, incident.id, Role.COMMANDER, None, "", BEN)
    assert freed.roles == {}
    assert texts(s, incident)[-3:] == [
        "Severity SEV2 -> SEV1: board report due",
        "Commander: ben",
        "Commander is free",
    ]
    assert len(sqlite_store.started("sync_topic")) == 4


def test_a_note_of_earlier_stands_at_its_time(s: Services, incident: Incident) -> None:
    work.add_note(s, incident.id, "pager was silenced", BEN, occurred_at=night("01:55"))
    assert texts(s, incident)[0] == "pager was silenced"


@pytest.mark.parametrize("text", ["", "  ", "x" * 3001])
def test_an_empty_or_endless_note_is_refused(s: Services, incident: Incident, text: str) -> None:
    with pytest.raises(InvalidInputError):
        work.add_note(s, incident.id, text, ANA)


def test_endless_words_are_refused_whole_never_cut(s: Services, incident: Incident) -> None:
    endless = "x" * 3001
    how = RepairDecision(damaged=False, checked_by="ana", how=endless)
    changes: dict[str, Callable[[], Incident]] = {
        "reason": lambda: work.change_severity(s, incident.id, Severity.SEV1, endless, ANA),
        "text": lambda: work.mitigate(s, incident.id, endless, ANA),
        "override": lambda: work.restore(s, incident.id, "fixed", ANA, override=endless),
        "how": lambda: work.resolve(s, incident.id, how, ANA),
    }
    for field, change in changes.items():
        with pytest.raises(InvalidInputError, match="yours has 3001") as refused:
            change()
        assert refused.value.field == field


def test_a_note_from_the_future_is_refused(s: Services, incident: Incident) -> None:
    with pytest.raises(InvalidInputError, match="has not come yet"):
        work.add_note(s, incident.id, "x", ANA, occurred_at=night("09:00"))


def test_a_corrected_time_needs_a_reason_and_keeps_the_old_value(
    s: Services, incident: Incident
) -> None:
    with pytest.raises(InvalidInputError, match="Say why"):
        work.set_time(s, incident.id, Stamp.IMPACT_STARTED, night("01:40"), "", ANA)
    with pytest.raises(InvalidInputError, match="is recorded, not typed"):
        work.set_time(s, incident.id, Stamp.DECLARED, night("01:40"), "x", ANA)
    with pytest.raises(InvalidInputError, match="has not come yet"):
        work.set_time(s, incident.id, Stamp.DETECTED, night("09:00"), "x", ANA)
    done = work.set_time(s, incident.id, Stamp.IMPACT_STARTED, night("01:40"), "first bad", ANA)
    assert done.at(Stamp.IMPACT_STARTED) == night("01:40")
    assert texts(s, incident)[-1] == (
        "impact_started: not recorded -> 2026-11-22 01:40 UTC. first bad"
    )


def test_somebody_faster_wins_and_nothing_is_half_written(s: Services, incident: Incident) -> None:
    work.change_severity(s, incident.id, Severity.SEV1, "worse", BEN)
    with s.store() as uow, pytest.raises(ConflictError):
        uow.incidents.save(replace(incident, title="stale"))


def test_an_unknown_incident_is_named(s: Services) -> None:
    with pytest.raises(NotFoundError, match="There is no INC-99"):
        work.mitigate(s, 99, "x", ANA)


def test_slack_being_away_leaves_the_record_alone(
    s: Services, incident: Incident, chat: FakeChat
) -> None:
    chat.fail["set_topic"] = [UnreachableError("no answer")]
    with pytest.raises(UnreachableError):
        incident_channel.sync_topic(s, incident.id)
    incident_channel.sync_topic(s, incident.id)
    assert incident.channel_id in chat.topics


def test_people_who_change_one_incident_at_once_all_succeed(
    s: Services, incident: Incident
) -> None:
    def take(role: Role) -> None:
        work.assign_role(s, incident.id, role, BEN.id, "ben", BEN)

    with ThreadPoolExecutor(len(Role)) as people:
        list(people.map(take, Role))
    with s.store() as uow:
        after = uow.incidents.get(incident.id)
        chain = uow.timeline.chain(incident.id)
        assert first_broken(uow.audit.all()) is None
    assert after is not None
    assert set(after.roles) == set(Role)
    assert after.version == incident.version + len(Role)
    assert first_broken_entry(incident.ref, chain) is None
