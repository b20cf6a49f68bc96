"""App Home: what needs me, what is mine, page by page, and kept up to date once opened."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from fireline.adapters.slack.blocks.home import home as drawn
from fireline.domain.incident.details import Access, Decision, Task
from fireline.domain.incident.incident import Incident, IncidentState, Role, Severity, Stamp
from fireline.domain.incident.kinds import AccessState, DecisionKind
from fireline.domain.policy.policy import Policy
from fireline.sandbox.blockkit import validate_view
from fireline.usecases import incident_channel
from fireline.usecases.home import home, opened
from fireline.usecases.home_views import Home, MyTask, Need, NeedKind
from fireline.usecases.incident_handover import offer
from fireline.usecases.incident_log import add_task, finish_task
from fireline.usecases.incident_roles import assign_role
from fireline.usecases.manage_incident import Declare, declare
from fireline.usecases.ports import PostedMessage, Services
from fireline.usecases.private_words import deliver
from fireline.usecases.projections import PROJECTIONS
from tests.builders import ANA, BEN, a_slo, a_status, an_incident, night, services
from tests.fakes import FakeChat, FakeClock, FakeDefinitions
from tests.store_fixture import RecordingStore
from tests.unit.slack_samples import NOW, a_home, an_action_line

SLO = a_slo(owner="@ben")
PEOPLE = replace(Policy().alerts, people={"@ben": BEN.id})


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def chat() -> FakeChat:
    return FakeChat()


@pytest.fixture
def s(sqlite_store: RecordingStore, chat: FakeChat, clock: FakeClock) -> Services:
    made = services(
        sqlite_store,
        chat=chat,
        clock=clock,
        definitions=FakeDefinitions({SLO.name: SLO}),
        policy=replace(Policy(), alerts=PEOPLE),
    )
    with made.store() as uow:
        uow.statuses.save([a_status(SLO, 0.4)])
        uow.commit()
    return made


@pytest.fixture
def incident(s: Services) -> Incident:
    """A SEV1 that Ana commands."""
    made = declare(s, Declare("orders late", ANA, severity=Severity.SEV1)).incident
    return incident_channel.record_channel(s, made.id, incident_channel.open_channel(s, made.id))


def change(s: Services, incident_id: int, **details: object) -> None:
    with s.store() as uow:
        found = uow.incidents.get(incident_id)
        assert found is not None
        uow.incidents.save(replace(found, details=replace(found.details, **details)))  # type: ignore[arg-type]
        uow.commit()


def test_a_handover_an_update_an_ended_decision_and_a_wish_for_access_wait_for_me(
    s: Services, incident: Incident, clock: FakeClock
) -> None:
    assert home(s, ANA.id).needs == ()
    now = clock.now()
    kind = DecisionKind.TEMPORARY_ACCESS
    ended = Decision(1, "read access", "ana", now, kind, expires_at=now + timedelta(minutes=10))
    asked = Access("U0DIA", "dia", AccessState.ASKED, now)
    change(s, incident.id, decisions=(ended,), access=(asked,))
    offer(s, incident.id, BEN.id, "ben", ANA)
    clock.advance(minutes=26)
    assert [need.kind for need in home(s, ANA.id).needs] == [
        NeedKind.UPDATE,
        NeedKind.ACCESS,
        NeedKind.EXPIRED,
    ]
    assert [need.kind for need in home(s, BEN.id).needs] == [NeedKind.HANDOVER]


def test_an_update_is_asked_of_communications_where_there_is_one(
    s: Services, incident: Incident, clock: FakeClock
) -> None:
    assign_role(s, incident.id, Role.COMMUNICATIONS, BEN.id, "ben", ANA)
    clock.advance(minutes=40)
    assert home(s, ANA.id).needs == ()
    assert [need.kind for need in home(s, BEN.id).needs] == [NeedKind.UPDATE]


def test_my_incidents_say_my_roles_and_my_tasks_go_when_they_are_done(
    s: Services, incident: Incident, clock: FakeClock
) -> None:
    due = clock.now() + timedelta(hours=1)
    add_task(s, incident.id, "tell sales", ANA, BEN.id)
    add_task(s, incident.id, "tell finance", ANA, BEN.id, due)
    assign_role(s, incident.id, Role.SCRIBE, BEN.id, "ben", ANA)
    found = home(s, BEN.id)
    assert [(one.line.ref, one.roles) for one in found.incidents] == [("INC-1", (Role.SCRIBE,))]
    assert [one.task.text for one in found.tasks] == ["tell finance", "tell sales"]
    finish_task(s, incident.id, 2, BEN)
    assert [one.task.text for one in home(s, BEN.id).tasks] == ["tell sales"]


def test_my_budgets_are_those_i_own_by_the_policys_names(s: Services) -> None:
    assert home(s, BEN.id).owned == {SLO.name}
    assert home(s, ANA.id).owned == frozenset()


def test_postmortems_that_are_needed_are_listed_mine_first_until_published(
    s: Services, clock: FakeClock
) -> None:
    clock.set(night("05:00"))
    stamps = {**an_incident().stamps, Stamp.RESOLVED: night("03:00")}
    done = {"state": IncidentState.RESOLVED, "stamps": stamps}
    published = {**stamps, Stamp.PM_PUBLISHED: night("04:00")}
    with s.store() as uow:
        uow.incidents.add(an_incident(1, **{**done, "declared_by": "U0X", "roles": {}}))
        uow.incidents.add(an_incident(2, **done))
        uow.incidents.add(an_incident(3, **{**done, "stamps": published}))
        uow.incidents.add(an_incident(4, **done, restricted=True, declared_by="U0X", roles={}))
        uow.incidents.add(an_incident(5, **done, severity=Severity.SEV4))
        uow.commit()
    found = home(s, ANA.id).postmortems
    assert [(one.ref, one.mine, str(one.due)) for one in found] == [
        ("INC-2", True, "2026-11-27"),
        ("INC-1", False, "2026-11-27"),
    ]


def test_a_home_is_kept_up_to_date_only_for_those_who_have_opened_it(
    s: Services, incident: Incident, sqlite_store: RecordingStore, chat: FakeChat
) -> None:
    add_task(s, incident.id, "tell sales", ANA, BEN.id)
    homes = [c for c in sqlite_store.started("publish") if c.args[2] == "home"]
    assert homes == []
    opened(s, BEN.id)
    opened(s, BEN.id)
    add_task(s, incident.id, "tell finance", ANA, BEN.id)
    (call,) = [c for c in sqlite_store.started("publish") if c.args[2] == "home"]
    chat.posts.clear()
    deliver(s, PROJECTIONS, PostedMessage(*(str(arg) for arg in call.args)))
    (shown,) = chat.posts
    assert isinstance(shown.message, Home)
    assert len(shown.message.tasks) == 2


def test_more_than_a_hundred_blocks_are_turned_page_by_page() -> None:
    items = tuple(an_action_line(n) for n in range(130))
    first = drawn(a_home(actions=items))
    assert len(first["blocks"]) <= 100
    assert validate_view(first) == []
    labels = json.dumps(first["blocks"])
    assert "More (1 page)" in labels
    assert "page 1 of 2" in labels
    last = drawn(a_home(actions=items, page=9))
    assert "Back" in json.dumps(last["blocks"])
    assert "page 2 of 2" in json.dumps(last["blocks"])
    together = json.dumps([first, last])
    assert all(f"*ACT-{n}*" in together for n in range(130))


def test_what_waits_stands_first_and_has_its_button() -> None:
    needs = (
        Need(NeedKind.HANDOVER, 7, "INC-7", "ana offers you command", NOW, 2, "C1"),
        Need(NeedKind.UPDATE, 8, "INC-8", "An update is due", NOW),
    )
    task = MyTask(7, "INC-7", Task(3, "tell finance", BEN.id, NOW))
    view = drawn(a_home(needs=needs, tasks=(task,), owned=frozenset({"kafka-lag"})))
    assert validate_view(view) == []
    text = json.dumps(view["blocks"], ensure_ascii=False)
    places = [
        text.index(words)
        for words in (
            "Needs you now",
            "ana offers you command",
            "My incidents",
            "You are commander",
            "tell finance",
            "My action items",
            "My error budgets",
            "Other error budgets",
            "Other open incidents",
        )
    ]
    assert places == sorted(places)
    pressed = [b["accessory"]["value"] for b in view["blocks"] if "accessory" in b]
    assert pressed[:3] == ["7:2", "8", "7:3"]


def test_an_empty_home_says_so() -> None:
    view = drawn(a_home(incidents=(), other_incidents=(), actions=(), budgets=()))
    text = json.dumps(view["blocks"])
    assert "Nothing waits for you." in text
    assert "You are in no open incident." in text
