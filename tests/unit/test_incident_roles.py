"""Roles: whoever takes one is told privately what it means; one that is laid down is asked for."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from fireline.adapters.slack.blocks import render
from fireline.adapters.slack.card_presses import assign_role as assign_role_form
from fireline.adapters.slack.desk import Asked, Desk, Modal
from fireline.adapters.slack.interactions import Pressed
from fireline.domain.errors import ForbiddenError, InvalidInputError, RejectedError
from fireline.domain.incident.incident import Incident, Role, Severity
from fireline.domain.incident.timers import due_timers
from fireline.domain.lineage.graph import Graph, Node, NodeKind
from fireline.usecases import incident_channel
from fireline.usecases import manage_incident as work
from fireline.usecases.incident_card import card
from fireline.usecases.incident_handover import offer, take
from fireline.usecases.incident_roles import (
    GUIDE,
    assign_role,
    person_came,
    person_left,
    release_role,
)
from fireline.usecases.manage_incident import Declare, declare
from fireline.usecases.ports import PostedMessage, Services
from fireline.usecases.private_words import deliver
from fireline.usecases.projections import PROJECTIONS
from fireline.usecases.role_views import RoleGuide
from tests.builders import ANA, BEN, services
from tests.fakes import FakeChat, FakeClock
from tests.store_fixture import RecordingStore


@pytest.fixture
def chat() -> FakeChat:
    return FakeChat(names={ANA.id: "ana", BEN.id: "ben"})


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def s(sqlite_store: RecordingStore, chat: FakeChat, clock: FakeClock) -> Services:
    return services(sqlite_store, chat=chat, clock=clock)


@pytest.fixture
def incident(s: Services) -> Incident:
    """A SEV1 that Ana declared."""
    made = declare(s, Declare("orders late", ANA, severity=Severity.SEV1)).incident
    return incident_channel.record_channel(s, made.id, incident_channel.open_channel(s, made.id))


def guides(store: RecordingStore, s: Services, chat: FakeChat) -> list[tuple[str, RoleGuide]]:
    """Every guide that was sent, as it stands now: where, and what it says."""
    for call in store.started("publish"):
        target = PostedMessage(*(str(arg) for arg in call.args))
        if target.kind == GUIDE:
            deliver(s, PROJECTIONS, target)
    return [(p.channel_id, p.message) for p in chat.posts if isinstance(p.message, RoleGuide)]


def test_whoever_takes_a_role_is_told_once_and_privately_what_it_means(
    s: Services, incident: Incident, sqlite_store: RecordingStore, chat: FakeChat
) -> None:
    assert guides(sqlite_store, s, chat) == []
    assign_role(s, incident.id, Role.OPERATIONS, BEN.id, "ben", ANA)
    again = assign_role(s, incident.id, Role.OPERATIONS, BEN.id, "ben", ANA)
    ((where, guide),) = guides(sqlite_store, s, chat)
    assert where == f"@{BEN.id}"
    assert (guide.name, guide.held, guide.by) == ("Operations", True, "ana")
    assert "You are the only one who changes production" in guide.guide[0]
    assert len(again.details.assignments) == 1


def test_whoever_takes_a_role_is_not_told_that_they_gave_it_to_themselves(
    s: Services, incident: Incident, sqlite_store: RecordingStore, chat: FakeChat
) -> None:
    assign_role(s, incident.id, Role.SCRIBE, BEN.id, "ben", BEN)
    ((_where, guide),) = guides(sqlite_store, s, chat)
    assert guide.by == ""
    assert "From" not in str(render(guide).blocks[-1])


def test_the_guide_says_so_once_somebody_else_has_the_role(
    s: Services, incident: Incident, sqlite_store: RecordingStore, chat: FakeChat
) -> None:
    assign_role(s, incident.id, Role.SCRIBE, BEN.id, "ben", ANA)
    assign_role(s, incident.id, Role.SCRIBE, ANA.id, "ana", ANA)
    shown = {where: guide.held for where, guide in guides(sqlite_store, s, chat)}
    assert shown == {f"@{BEN.id}": False, f"@{ANA.id}": True}


def test_a_handover_that_is_taken_tells_the_new_commander(
    s: Services, incident: Incident, sqlite_store: RecordingStore, chat: FakeChat
) -> None:
    offer(s, incident.id, BEN.id, "ben", ANA)
    take(s, incident.id, 1, BEN)
    ((where, guide),) = guides(sqlite_store, s, chat)
    assert (where, guide.role) == (f"@{BEN.id}", Role.COMMANDER)


def test_several_roles_at_sev1_are_hinted_at_and_at_sev3_are_not(
    s: Services, incident: Incident, sqlite_store: RecordingStore, chat: FakeChat
) -> None:
    assign_role(s, incident.id, Role.OPERATIONS, ANA.id, "ana", ANA)
    ((_, guide),) = guides(sqlite_store, s, chat)
    assert "commander and operations of a SEV1 at once" in guide.hint
    work.change_severity(s, incident.id, Severity.SEV3, "no harm", ANA)
    ((_, guide),) = guides(sqlite_store, s, chat)
    assert guide.hint == ""


def test_where_no_direct_message_can_be_sent_the_channel_tells_them_alone(
    s: Services, incident: Incident, sqlite_store: RecordingStore, chat: FakeChat
) -> None:
    assign_role(s, incident.id, Role.SCRIBE, BEN.id, "ben", ANA)
    chat.fail["post"] = [RejectedError("no direct messages", "messages_tab_disabled")]
    assert guides(sqlite_store, s, chat) == []
    ((where, user, message),) = chat.whispers
    assert (where, user) == (incident.channel_id, BEN.id)
    assert isinstance(message, RoleGuide)


def test_only_its_holder_lays_a_role_down(s: Services, incident: Incident) -> None:
    with pytest.raises(ForbiddenError, match="is commander of INC-1, not you"):
        release_role(s, incident.id, Role.COMMANDER, BEN)
    with pytest.raises(InvalidInputError, match="Nobody is scribe"):
        release_role(s, incident.id, Role.SCRIBE, ANA)
    after = release_role(s, incident.id, Role.COMMANDER, ANA)
    assert Role.COMMANDER not in after.roles


def chased(s: Services, incident: Incident, clock: FakeClock) -> list[str]:
    rules = s.policy.incidents
    found = due_timers(incident, rules, clock.now(), target_minutes=60)
    names = [t.key.rpartition(":")[0] for t in found]
    return [name for name in names if name.startswith(("commander", "role"))]


def test_a_needed_role_that_is_laid_down_is_asked_for_five_minutes_later_and_again(
    s: Services, incident: Incident, clock: FakeClock
) -> None:
    clock.advance(minutes=58)
    assign_role(s, incident.id, Role.COMMUNICATIONS, BEN.id, "ben", ANA)
    assert chased(s, incident, clock) == []
    release_role(s, incident.id, Role.COMMUNICATIONS, BEN)
    after = release_role(s, incident.id, Role.COMMANDER, ANA)
    clock.advance(minutes=4)
    assert chased(s, after, clock) == []
    clock.advance(minutes=1)
    assert sorted(chased(s, after, clock)) == ["commander", "role:communications"]
    taken = assign_role(s, incident.id, Role.COMMUNICATIONS, ANA.id, "ana", ANA)
    assert chased(s, taken, clock) == ["commander"]
    freed = due_timers(after, s.policy.incidents, clock.now(), target_minutes=60)
    assert all(t.at <= clock.now() + timedelta(0) for t in freed)


def test_a_role_that_is_not_needed_is_not_asked_for(
    s: Services, incident: Incident, clock: FakeClock
) -> None:
    assign_role(s, incident.id, Role.SCRIBE, BEN.id, "ben", ANA)
    after = release_role(s, incident.id, Role.SCRIBE, BEN)
    clock.advance(minutes=30)
    assert chased(s, after, clock) == []


def test_whoever_leaves_the_channel_lays_down_their_roles_and_is_not_fetched_back(
    s: Services, incident: Incident, chat: FakeChat
) -> None:
    where = incident.channel_id
    assert where is not None
    after = person_left(s, where, ANA)
    assert after is not None
    assert after.roles == {}
    chat.members.clear()
    incident_channel.invite_people(s, incident.id)
    assert ANA.id not in chat.members.get(where, set())
    assert person_left(s, "C0ELSEWHERE", ANA) is None
    back = person_came(s, where, ANA)
    assert back is not None
    assert back.details.gone == ()
    incident_channel.invite_people(s, incident.id)
    assert ANA.id in chat.members[where]


def test_the_owner_of_the_broken_data_is_proposed_as_data_owner(s: Services) -> None:
    node = Node("shop.raw_orders", "raw_orders", NodeKind.SOURCE, owner="orders-team")
    people = replace(s.policy.alerts, people={"@orders-team": BEN.id})
    known = replace(s, policy=replace(s.policy, alerts=people))
    with s.store() as uow:
        uow.lineages.save("dbt", Graph({node.key: node}), s.clock.now())
        uow.commit()
    made = declare(s, Declare("orders late", ANA, datasets=("shop.raw_orders",))).incident
    with s.store() as uow:
        shown = card(s, uow, str(made.id))
    assert shown is not None
    assert shown.proposed_owner == "orders-team"
    pressed = Pressed(str(made.id), {})
    form = assign_role_form(Desk(known, 0), Asked(ANA, ""), pressed)
    assert isinstance(form, Modal)
    assert BEN.id in json.dumps(form.view)
    assign_role(s, made.id, Role.DATA_OWNER, BEN.id, "ben", ANA)
    with s.store() as uow:
        after = card(s, uow, str(made.id))
    assert after is not None
    assert after.proposed_owner == ""
