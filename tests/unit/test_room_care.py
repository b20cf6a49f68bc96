"""An incident's channel is kept as the record says, and put away when all is over."""

from dataclasses import replace
from datetime import timedelta

import pytest

from fireline.domain.errors import RejectedError
from fireline.domain.incident.incident import Incident, IncidentState, RepairDecision
from fireline.domain.incident.lifecycle import Verb
from fireline.domain.incident.moves import DeclineCode
from fireline.domain.policy.policy import Policy
from fireline.domain.policy.room_rules import ChannelRules, Slug
from fireline.usecases import incident_channel
from fireline.usecases import manage_incident as work
from fireline.usecases.expose_incident import expose
from fireline.usecases.incident_facts import rename
from fireline.usecases.incident_steps import Ask, step
from fireline.usecases.manage_incident import Declare, declare
from fireline.usecases.ports import PostedMessage, Services
from fireline.usecases.private_words import deliver
from fireline.usecases.projections import PROJECTIONS
from fireline.usecases.room_care import changed, look_round, put_away, tidy
from fireline.usecases.room_ports import Bookmark
from tests.builders import ANA, services
from tests.fakes import FakeChat, FakeClock
from tests.store_fixture import RecordingStore

WEEK = timedelta(days=7)


@pytest.fixture
def chat() -> FakeChat:
    return FakeChat(names={ANA.id: "ana"})


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def s(sqlite_store: RecordingStore, chat: FakeChat, clock: FakeClock) -> Services:
    return services(sqlite_store, chat=chat, clock=clock)


def opened(s: Services) -> Incident:
    """An incident in its channel, with its card."""
    made = declare(s, Declare("orders late", ANA)).incident
    ref = incident_channel.open_channel(s, made.id)
    incident = incident_channel.record_channel(s, made.id, ref)
    deliver(s, PROJECTIONS, PostedMessage(f"card:{made.id}", ref.id, "card", str(made.id)))
    return incident


def where(incident: Incident) -> str:
    assert incident.channel_id is not None
    return incident.channel_id


def now(s: Services, incident: Incident) -> Incident:
    with s.store() as uow:
        found = uow.incidents.get(incident.id)
    assert found is not None
    return found


def with_rules(s: Services, rules: ChannelRules) -> Services:
    return replace(
        s, policy=replace(Policy(), incidents=replace(Policy().incidents, channels=rules))
    )


def closed(s: Services, incident: Incident, clock: FakeClock) -> Incident:
    """Over and done, by the record."""
    clock.advance(minutes=10)
    work.restore(s, incident.id, "restarted", ANA)
    work.resolve(s, incident.id, RepairDecision(damaged=False, checked_by="ana", how="ok"), ANA)
    with s.store() as uow:
        found = uow.incidents.get(incident.id)
        assert found is not None
        uow.incidents.save(replace(found, state=IncidentState.CLOSED))
        uow.commit()
    return now(s, incident)


def test_topic_name_pin_and_links_are_put_back_and_links_of_others_stay(
    s: Services, chat: FakeChat
) -> None:
    incident = opened(s)
    tidy(s, incident.id)
    topic = chat.topics[where(incident)]
    chat.topics[where(incident)] = "join the zoom | SEV4 | closed"
    chat.rename(where(incident), "party")
    chat.pins.clear()
    theirs = Bookmark("Zoom", "https://zoom.example/1", "Bk9")
    chat.bookmarks = {(where(incident), "Zoom"): theirs}
    tidy(s, incident.id)
    assert chat.topics[where(incident)] == topic
    assert [c.name for c in chat.channels.values()] == [incident.channel_name]
    assert len(chat.pins) == 1
    assert chat.bookmarks[where(incident), "Zoom"] == theirs
    assert (where(incident), "Status card") in chat.bookmarks


def test_what_is_right_is_left_alone(s: Services, chat: FakeChat) -> None:
    incident = opened(s)
    tidy(s, incident.id)
    chat.calls.clear()
    tidy(s, incident.id)
    assert set(chat.calls) <= {"look", "user_name"}


def test_a_name_that_is_taken_meanwhile_is_accepted(s: Services, chat: FakeChat) -> None:
    incident = opened(s)
    chat.rename(where(incident), "party")
    chat.foreign_names.add(str(incident.channel_name))
    tidy(s, incident.id)
    assert now(s, incident).channel_name == "party"


def test_a_channel_that_is_archived_while_work_goes_on_is_opened_again(
    s: Services, chat: FakeChat, sqlite_store: RecordingStore
) -> None:
    incident = opened(s)
    chat.archive(where(incident))
    tidy(s, incident.id)
    assert chat.archived == set()
    assert any(":open:" in call.id for call in sqlite_store.started("tidy_channel"))


def test_where_it_may_not_be_opened_a_new_channel_takes_its_place(
    s: Services, chat: FakeChat, sqlite_store: RecordingStore
) -> None:
    incident = opened(s)
    chat.archive(where(incident))
    chat.fail["unarchive"] = [RejectedError("only people may", "not_allowed_token_type")]
    tidy(s, incident.id)
    assert now(s, incident).channel_id is None
    assert len(sqlite_store.started("declare_incident")) == 2
    ref = incident_channel.open_channel(s, incident.id)
    moved = incident_channel.record_channel(s, incident.id, ref)
    assert ref.name == f"{incident.channel_name}-2"
    deliver(s, PROJECTIONS, PostedMessage("card:1", where(moved), "card", "1"))
    assert [p.channel_id for p in chat.with_key("card:1")] == [where(incident), where(moved)]


def test_every_open_channel_is_looked_at_once_in_ten_minutes(
    s: Services, clock: FakeClock, sqlite_store: RecordingStore
) -> None:
    opened(s)
    before = len(sqlite_store.started("tidy_channel"))
    for _ in range(30):
        look_round(s)
        clock.advance(minutes=1)
    assert len(sqlite_store.started("tidy_channel")) - before in {3, 4}


def test_a_change_by_hand_is_looked_at_once_and_other_messages_are_not(
    s: Services, sqlite_store: RecordingStore
) -> None:
    incident = opened(s)
    before = len(sqlite_store.started("tidy_channel"))
    changed(s, where(incident), "17.1")
    changed(s, where(incident), "17.1")
    changed(s, where(incident), "17.2", message_ts="1.23")
    changed(s, "C0OTHER", "17.3")
    assert len(sqlite_store.started("tidy_channel")) - before == 1


def test_the_channel_is_archived_a_week_after_closing_and_not_before(
    s: Services, clock: FakeClock, chat: FakeChat
) -> None:
    incident = closed(s, opened(s), clock)
    with s.store() as uow:
        found = uow.incidents.get(incident.id)
        assert found is not None
        details = replace(found.details, over_since=clock.now())
        uow.incidents.save(replace(found, details=details))
        uow.commit()
    clock.advance(days=6, hours=23)
    assert put_away(s) == 0
    clock.advance(hours=1)
    assert put_away(s) == 1
    assert chat.archived == {where(incident)}
    assert put_away(s) == 0
    chat.calls.clear()
    tidy(s, incident.id)
    assert chat.calls == []


def test_a_declined_signals_channel_is_put_away_too_and_policy_may_keep_all(
    s: Services, clock: FakeClock, chat: FakeChat
) -> None:
    incident = opened(s)
    ask = Ask(Verb.DECLINE, "it was planned maintenance", choice=DeclineCode.EXPECTED.value)
    step(s, incident.id, ask, ANA)
    clock.advance(days=8)
    assert put_away(with_rules(s, ChannelRules(archive_after=None))) == 0
    assert put_away(s) == 1
    assert chat.archived == {where(incident)}


def test_what_slack_refuses_to_archive_is_said_once(
    s: Services, clock: FakeClock, chat: FakeChat
) -> None:
    incident = opened(s)
    step(s, incident.id, Ask(Verb.CANCEL, "declared twice"), ANA)
    clock.advance(days=8)
    chat.fail["archive"] = [RejectedError("gone", "channel_not_found")]
    assert put_away(s) == 1
    assert put_away(s) == 0
    with s.store() as uow:
        said = [e.text for e in uow.timeline.entries(incident.id)]
    assert said[-1].endswith("could not be archived: channel_not_found")


def test_a_new_title_leaves_the_channels_name_unless_the_policy_lets_it_follow(
    s: Services, chat: FakeChat
) -> None:
    incident = opened(s)
    rename(s, incident.id, "payments are late", ANA)
    tidy(s, incident.id)
    assert [c.name for c in chat.channels.values()] == ["inc-1-orders-late"]
    assert chat.topics[where(incident)].endswith("payments are late")
    following = with_rules(s, ChannelRules(follow_title=True))
    tidy(following, incident.id)
    assert [c.name for c in chat.channels.values()] == ["inc-1-payments-are-late"]
    assert now(s, incident).channel_name == "inc-1-payments-are-late"


def test_a_channel_may_be_named_by_number_alone(s: Services, chat: FakeChat) -> None:
    opened(with_rules(s, ChannelRules(slug=Slug.NUMBER)))
    assert list(chat.channels) == ["inc-1"]


def test_a_channel_that_slack_could_not_make_is_made_later(
    s: Services, clock: FakeClock, sqlite_store: RecordingStore
) -> None:
    """Slack was away for longer than the flow waits."""
    declare(s, Declare("orders late", ANA))
    declare(s, Declare("odd", ANA, quiet=True))
    for _ in range(9):
        look_round(s)
        clock.advance(minutes=1)
    assert len(sqlite_store.started("declare_incident")) == 1
    for _ in range(20):
        look_round(s)
        clock.advance(minutes=1)
    again = {(c.id, c.args) for c in sqlite_store.started("declare_incident")[1:]}
    assert [args for _, args in again] == [(1,), (1,)]


def test_an_incident_that_is_not_private_yet_is_moved_later(
    s: Services, clock: FakeClock, sqlite_store: RecordingStore
) -> None:
    incident = opened(s)
    expose(s, incident.id, "a share was readable by everybody", ANA)
    for _ in range(10):
        look_round(s)
        clock.advance(minutes=1)
    assert len({call.id for call in sqlite_store.started("expose_incident")}) in {2, 3}
