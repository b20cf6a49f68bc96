"""What is shown of incidents, rebuilt from the database alone."""

from dataclasses import replace

import pytest

from fireline.domain.errors import InvalidInputError, NotFoundError
from fireline.domain.incident.incident import Incident, RepairDecision, Role, Stamp
from fireline.usecases import find_runbook, incident_channel
from fireline.usecases import manage_incident as work
from fireline.usecases.chase_actions import add_action
from fireline.usecases.home import home
from fireline.usecases.incident_views import overview
from fireline.usecases.manage_incident import Declare, declare
from fireline.usecases.ports import PostedMessage, Services
from fireline.usecases.projections import PROJECTIONS
from fireline.usecases.publish import publish
from fireline.usecases.views import Announcement, IncidentCard, RunbookSuggestion
from tests.builders import (
    ANA,
    BEN,
    a_lag_slo,
    a_runbook,
    a_status,
    an_episode,
    keep_alert,
    night,
    services,
)
from tests.fakes import FakeChat, FakeClock, FakeDefinitions, FakeRunbooks
from tests.store_fixture import RecordingStore

LAG = a_lag_slo()
BOOKS = [a_runbook(slos=(LAG.name,)), a_runbook("orders-late"), a_runbook("kafka-disk")]


@pytest.fixture
def chat() -> FakeChat:
    return FakeChat()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def s(sqlite_store: RecordingStore, chat: FakeChat, clock: FakeClock) -> Services:
    made = services(
        sqlite_store,
        chat=chat,
        clock=clock,
        definitions=FakeDefinitions({LAG.name: LAG}, ("x.yaml:3: no objective",)),
        runbooks=FakeRunbooks(BOOKS),
    )
    with made.store() as uow:
        uow.statuses.save([a_status(LAG, 0.4)])
        keep_alert(uow, an_episode(LAG))
        uow.commit()
    return made


@pytest.fixture
def incident(s: Services) -> Incident:
    made = declare(s, Declare("orders late", ANA, episode_id=an_episode(LAG).id)).incident
    return incident_channel.record_channel(s, made.id, incident_channel.open_channel(s, made.id))


def projected(s: Services, kind: str, ref: str) -> object:
    with s.store() as uow:
        return PROJECTIONS[kind](s, uow, ref)


def test_the_card_holds_what_the_record_says(s: Services, incident: Incident) -> None:
    work.add_note(s, incident.id, "lag is 3 h", BEN)
    add_action(s, "Alert when the connector restarts", BEN.id, "ben", None, ANA, incident.id)
    found = projected(s, "card", str(incident.id))
    assert isinstance(found, IncidentCard)
    assert (found.ref, found.channel_id, found.now) == ("INC-1", incident.channel_id, s.clock.now())
    assert found.mttr_target_minutes == 60
    assert found.roles[Role.COMMANDER] == ANA.id
    assert found.roles[Role.SCRIBE] is None
    assert [line.name for line in found.slos] == [LAG.name]
    assert found.runbook is not None
    assert found.runbook.id == "debezium-lag"
    assert found.latest_notes[-1] == "02:10 ben: lag is 3 h"
    assert found.actions == ("ACT-1 Alert when the connector restarts (ben, due 2026-12-22)",)
    assert not found.postmortem_ready


def test_the_announcement_says_how_long_once_it_is_restored(
    s: Services, incident: Incident, clock: FakeClock
) -> None:
    clock.set(night("02:40"))
    during = projected(s, "announcement", str(incident.id))
    work.restore(s, incident.id, "healed", ANA)
    clock.set(night("09:00"))
    after = projected(s, "announcement", str(incident.id))
    assert isinstance(during, Announcement)
    assert isinstance(after, Announcement)
    assert during.duration == ""
    assert after.duration == "restored after 60 min"
    assert after.commander == ANA.id


def test_nothing_is_shown_of_what_does_not_exist(s: Services) -> None:
    refs = {
        "consumer_notice": "9|a|",
        "all_clear": "9|a|",
        "action_reminder": "U1:2026-11-22",
        "postmortem": "9:1",
        "review": "2026-W01",
        "incident_export": "9:md:1",
    }
    for kind in PROJECTIONS:
        assert projected(s, kind, refs.get(kind, "9")) is None


def test_where_the_slo_names_its_runbook_nothing_is_guessed_beside_it(
    s: Services, incident: Incident
) -> None:
    found = projected(s, "runbook_suggestion", str(incident.id))
    assert isinstance(found, RunbookSuggestion)
    assert [hit.id for hit in found.hits] == ["debezium-lag"]


def test_an_incident_without_a_fitting_runbook_gets_no_message(s: Services) -> None:
    made = declare(s, Declare("xyzzy", ANA)).incident
    assert projected(s, "runbook_suggestion", str(made.id)) is None


def test_a_search_without_a_match_says_so(s: Services) -> None:
    assert find_runbook.search(s, "  orders   late ").hits[0].id == "orders-late"
    assert "No runbook fits" in find_runbook.search(s, "xyzzy").intro
    with pytest.raises(InvalidInputError):
        find_runbook.search(s, " ")


def test_a_page_is_shown_or_near_ones_are_named(s: Services) -> None:
    assert find_runbook.page(s, "kafka-disk").runbook == BOOKS[2]
    with pytest.raises(NotFoundError, match="Near it: orders-late"):
        find_runbook.page(s, "orders")
    with pytest.raises(NotFoundError, match="/runbook WORDS"):
        find_runbook.page(s, "xyzzy")


def test_my_incidents_come_first(s: Services, incident: Incident) -> None:
    mine = declare(s, Declare("small thing", BEN)).incident
    assert [line.ref for line in overview(s, BEN.id).lines] == [mine.ref, incident.ref]
    assert [line.ref for line in overview(s, "U0X").lines] == [incident.ref, mine.ref]


def test_a_finished_incident_leaves_the_list(
    s: Services, incident: Incident, clock: FakeClock
) -> None:
    clock.advance(minutes=10)
    work.restore(s, incident.id, "healed", ANA)
    work.resolve(s, incident.id, RepairDecision(damaged=False, checked_by="ana", how="x"), ANA)
    assert overview(s, ANA.id).lines == ()


def test_home_holds_my_incidents_my_promises_and_the_budgets(
    s: Services, incident: Incident
) -> None:
    add_action(s, "Alert when the connector restarts", BEN.id, "ben", None, ANA)
    found = home(s, BEN.id)
    assert [line.ref for line in found.other_incidents] == [incident.ref]
    assert found.incidents == ()
    assert [line.ref for line in found.actions] == ["ACT-1"]
    assert [line.name for line in found.budgets] == [LAG.name]
    assert found.problems == ("x.yaml:3: no objective",)
    assert [one.line.ref for one in home(s, ANA.id).incidents] == [incident.ref]


def test_publishing_posts_once_and_edits_after(
    s: Services, incident: Incident, chat: FakeChat
) -> None:
    assert incident.channel_id is not None
    target = PostedMessage(f"card:{incident.id}", incident.channel_id, "card", str(incident.id))
    assert publish(s, PROJECTIONS, target)
    assert not publish(s, PROJECTIONS, target)
    work.add_note(s, incident.id, "lag is 3 h", BEN)
    assert publish(s, PROJECTIONS, target)
    (post,) = chat.with_key(target.key)
    assert post.edits == 1


def test_an_unknown_outcome_is_looked_up_before_posting_again(
    s: Services, incident: Incident, chat: FakeChat
) -> None:
    assert incident.channel_id is not None
    target = PostedMessage(f"card:{incident.id}", incident.channel_id, "card", str(incident.id))
    publish(s, PROJECTIONS, target)
    with s.store() as uow:
        known = uow.messages.get(target.key)
        assert known is not None
        uow.messages.save(replace(known, ts=None, channel_id=None))
        uow.commit()
    publish(s, PROJECTIONS, target)
    assert len(chat.with_key(target.key)) == 1


def test_the_elapsed_time_counts_from_the_first_harm(s: Services, incident: Incident) -> None:
    (line,) = overview(s, ANA.id).lines
    assert incident.at(Stamp.IMPACT_STARTED) == night("01:40")
    assert (line.elapsed_minutes, line.restored_minutes) == (30, None)
    assert line.target_minutes == 60
