"""Exposure mode: how an incident becomes restricted, who is let in, how it is closed."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from fireline.domain.errors import (
    ForbiddenError,
    IllegalTransitionError,
    InvalidInputError,
    UnreachableError,
)
from fireline.domain.incident.access import readers_of
from fireline.domain.incident.exposure import may_read
from fireline.domain.incident.incident import Incident, IncidentState, Role, Severity, Stamp
from fireline.domain.incident.kinds import DecisionKind, Harm, IncidentType
from fireline.domain.incident.moves import Verb
from fireline.domain.people import Actor
from fireline.domain.policy.alert_rules import AlertRules
from fireline.domain.policy.policy import Policy
from fireline.domain.policy.retention import Retention
from fireline.usecases import expose_incident, incident_access, private_channel
from fireline.usecases import manage_incident as work
from fireline.usecases.chase_actions import add_action
from fireline.usecases.expose_incident import expose
from fireline.usecases.forget_restricted import forget_restricted
from fireline.usecases.home import home
from fireline.usecases.impact_views import RestrictedNotice
from fireline.usecases.incident_channel import (
    invite_people,
    open_channel,
    record_channel,
)
from fireline.usecases.incident_clock import watch_incidents
from fireline.usecases.incident_facts import join
from fireline.usecases.incident_log import Choice, add_task, decide, revoke
from fireline.usecases.incident_notices import deliver
from fireline.usecases.incident_steps import Ask, step
from fireline.usecases.manage_incident import Declare, declare
from fireline.usecases.ports import PostedMessage, RawMessage, Services
from fireline.usecases.projections import PROJECTIONS
from fireline.usecases.verify_chains import verify_chains
from fireline.usecases.views import IncidentCard
from tests.builders import ANA, BEN, a_lag_slo, a_status, services
from tests.fakes import FakeChat, FakeClock, FakeDefinitions
from tests.store_fixture import RecordingStore

SEC, PRIV, HEAD = Actor("U0SEC", "sec"), Actor("U0PRIV", "priv"), Actor("U0HEAD", "head")
EVE = Actor("U0EVE", "eve")
PEOPLE = {"@security-oncall": SEC.id, "@privacy": PRIV.id, "@head-of-data-platform": HEAD.id}
WHY = "a share was readable by everybody"
LAG = a_lag_slo()


class Scene:
    """Services on fakes, and the flows run by hand."""

    def __init__(self, store: RecordingStore, chat: FakeChat, s: Services) -> None:
        self.store, self.chat, self.s, self.done = store, chat, s, set[str]()

    def flows(self, skip: Sequence[str] = ()) -> None:
        for _ in range(20):
            waiting = [c for c in self.store.calls if c.id not in self.done]
            if not waiting:
                return
            for call in waiting:
                self.done.add(call.id)
                if call.flow not in skip:
                    self.flow(call.flow, *call.args)

    def flow(self, name: str, *args: object) -> None:
        s, number = self.s, args[0]
        if name == "publish":
            deliver(s, PROJECTIONS, PostedMessage(*map(str, args)))
            return
        assert isinstance(number, int)
        if name == "declare_incident":
            record_channel(s, number, open_channel(s, number))
            invite_people(s, number)
        elif name == "sync_topic":
            private_channel.sync_room(s, number)
        elif name == "expose_incident":
            self.moved(number)

    def moved(self, number: int) -> None:
        private_channel.note_readers(self.s, number)
        private_channel.move_in(self.s, number, private_channel.open_private(self.s, number))
        invite_people(self.s, number)
        private_channel.shut_left(self.s, PROJECTIONS, number)
        private_channel.report_strangers(self.s, number)

    def get(self, number: int = 1) -> Incident:
        with self.store() as uow:
            found = uow.incidents.get(number)
        assert found is not None
        return found

    def timeline(self, number: int = 1) -> list[str]:
        with self.store() as uow:
            return [entry.text for entry in uow.timeline.entries(number)]

    def declared(self, words: str = "orders leak everywhere", **more: object) -> Incident:
        made = declare(self.s, Declare(words, ANA, **more)).incident  # type: ignore[arg-type]
        self.flows()
        return self.get(made.id)


def clock_of(scene: Scene) -> FakeClock:
    assert isinstance(scene.s.clock, FakeClock)
    return scene.s.clock


@pytest.fixture
def scene(sqlite_store: RecordingStore) -> Scene:
    chat = FakeChat(names={a.id: a.name for a in (ANA, BEN, SEC, PRIV, HEAD, EVE)})
    s = services(
        sqlite_store,
        chat=chat,
        clock=FakeClock(),
        definitions=FakeDefinitions({LAG.name: LAG}),
        policy=Policy(alerts=AlertRules(people=PEOPLE)),
    )
    with s.store() as uow:
        uow.statuses.save([a_status(LAG, 0.4)])
        uow.commit()
    return Scene(sqlite_store, chat, s)


def test_a_public_channel_is_replaced_by_a_private_one_and_left_in_good_order(scene: Scene) -> None:
    old = scene.declared()
    assert old.channel_id is not None
    scene.chat.invite(old.channel_id, [EVE.id])
    expose(scene.s, 1, WHY, ANA)
    scene.flows()
    now = scene.get()
    assert now.restricted
    assert now.details.private_channel
    assert now.channel_name == "inc-1"
    assert scene.chat.channels["inc-1"].private
    assert scene.chat.members[str(now.channel_id)] == {ANA.id, SEC.id, PRIV.id, HEAD.id}
    (left,) = now.details.left_channels
    assert (left.id, set(left.readers)) == (old.channel_id, {ANA.id, EVE.id})
    assert left.archived_at is not None
    assert old.channel_id in scene.chat.archived
    assert "inc-1-left" in scene.chat.channels
    assert scene.chat.topics[old.channel_id] == "Restricted incident INC-1, SEV1"
    assert "Could read #inc-1-orders-leak-everywhere: ana, eve" in scene.timeline()


def test_what_stood_in_the_old_channel_is_the_sentence_and_the_new_one_has_the_card(
    scene: Scene,
) -> None:
    old = scene.declared().channel_id
    expose(scene.s, 1, WHY, ANA)
    scene.flows()
    inside = scene.get().channel_id
    posts = scene.chat.posts
    assert {type(p.message) for p in posts if p.channel_id == old} == {RestrictedNotice}
    assert [p.key for p in posts if p.channel_id == old] == ["left:card:1", f"pointer:1:{old}"]
    assert IncidentCard in {type(p.message) for p in posts if p.channel_id == inside}
    outside = [p.message for p in posts if p.channel_id != inside]
    assert "leak" not in repr(outside)


def test_a_message_that_was_on_its_way_to_the_old_channel_says_nothing_there(scene: Scene) -> None:
    old = str(scene.declared().channel_id)
    expose(scene.s, 1, WHY, ANA)
    scene.flows(skip=["expose_incident"])
    assert type(scene.chat.with_key("card:1")[0].message) is RestrictedNotice
    before = len(scene.chat.posts)
    assert not deliver(scene.s, PROJECTIONS, PostedMessage("update:1:1", old, "blast", "1"))
    assert len(scene.chat.posts) == before


def test_what_was_queued_for_the_old_channel_posts_nothing_a_second_time_in_the_new_one(
    scene: Scene,
) -> None:
    old = str(scene.declared().channel_id)
    expose(scene.s, 1, WHY, ANA)
    scene.moved(1)
    assert not deliver(scene.s, PROJECTIONS, PostedMessage("card:1", old, "card", "1"))
    scene.flows(skip=["expose_incident"])
    assert len(scene.chat.with_key("card:1")) == 1


@pytest.mark.parametrize("method", ["members_of", "create_channel", "rename", "archive"])
def test_the_move_is_taken_up_again_after_any_step_failed(scene: Scene, method: str) -> None:
    scene.declared()
    expose(scene.s, 1, WHY, ANA)
    scene.chat.fail = {method: [UnreachableError("down")]}
    with pytest.raises(UnreachableError):
        scene.moved(1)
    scene.moved(1)
    scene.moved(1)
    scene.flows(skip=["expose_incident"])
    now = scene.get()
    (left,) = now.details.left_channels
    assert left.archived_at is not None
    assert [c.name for c in scene.chat.channels.values() if c.private] == ["inc-1"]
    assert len(scene.chat.with_key("card:1")) == 1
    assert len(scene.chat.with_key(f"pointer:1:{left.id}")) == 1
    assert len([line for line in scene.timeline() if line.startswith("Could read")]) == 1


def test_a_channel_made_before_a_crash_is_found_again(scene: Scene) -> None:
    scene.declared()
    expose(scene.s, 1, WHY, ANA)
    made = private_channel.open_private(scene.s, 1)
    assert private_channel.open_private(scene.s, 1) == made


def test_one_that_is_restricted_from_the_start_never_has_a_public_channel(scene: Scene) -> None:
    incident = scene.declared(restricted=True)
    assert incident.channel_name == "inc-1"
    assert scene.chat.channels["inc-1"].private
    assert incident.details.left_channels == ()
    assert incident.severity is Severity.SEV1
    assert incident.at(Stamp.LEGAL_CLOCK) == incident.at(Stamp.DECLARED)
    assert set(readers_of(incident)) == {ANA.id, SEC.id, PRIV.id, HEAD.id}
    assert "leak" not in scene.chat.topics[str(incident.channel_id)]


def test_exposed_while_its_channel_was_being_made(scene: Scene) -> None:
    declare(scene.s, Declare("orders leak", ANA))
    public = open_channel(scene.s, 1)
    clock_of(scene).advance(seconds=5)
    expose(scene.s, 1, WHY, ANA)
    record_channel(scene.s, 1, open_channel(scene.s, 1))
    scene.flows(skip=["declare_incident"])
    incident = scene.get()
    assert [one.id for one in incident.details.left_channels] == [public.id]
    assert incident.details.private_channel
    assert incident.channel_id != public.id


def test_the_ways_into_exposure_mode(scene: Scene) -> None:
    for number in (1, 2, 3):
        scene.declared(f"thing {number}", service=f"s{number}")
    expose_incident.add_dataset(scene.s, 1, "raw_orders", (Harm.EXPOSED,), ANA)
    expose_incident.set_type(scene.s, 2, IncidentType.ACCESS_EXPOSURE, ANA, add=True)
    expose_incident.add_dataset(scene.s, 3, "raw_orders", (Harm.LATE,), ANA)
    expose_incident.reassess(scene.s, 3)
    assert [scene.get(n).restricted for n in (1, 2, 3)] == [True, True, False]
    assert scene.get(1).severity is Severity.SEV1
    assert "exposure" in scene.get(1).severity_reason


def test_the_policy_may_restrict_by_a_rule_of_its_own(scene: Scene) -> None:
    rules = replace(scene.s.policy.incidents, restricted_when=("tier == 1",))
    s = replace(scene.s, policy=replace(scene.s.policy, incidents=rules))
    assert declare(s, Declare("anything at all", ANA)).incident.restricted


def test_a_set_severity_does_not_hold_exposure_down(scene: Scene) -> None:
    scene.declared()
    work.change_severity(scene.s, 1, Severity.SEV4, "nobody is hurt", ANA)
    assert expose(scene.s, 1, WHY, ANA).severity is Severity.SEV1


def test_exposing_twice_is_refused_and_needs_a_reason(scene: Scene) -> None:
    scene.declared()
    with pytest.raises(InvalidInputError):
        expose(scene.s, 1, "leak", ANA)
    expose(scene.s, 1, WHY, ANA)
    with pytest.raises(IllegalTransitionError, match="unexpose"):
        expose(scene.s, 1, WHY, ANA)


def test_security_privacy_and_head_are_called_at_once_however_old_the_incident(
    scene: Scene,
) -> None:
    scene.declared()
    clock_of(scene).advance(days=5)
    expose(scene.s, 1, WHY, ANA)
    scene.flows()
    watch_incidents(scene.s)
    called = {user for fired in scene.get().details.fired for user in fired.called}
    assert {SEC.id, PRIV.id, HEAD.id} <= called


def test_only_security_ends_it_and_everybody_sees_it_again(scene: Scene) -> None:
    scene.declared()
    expose(scene.s, 1, WHY, ANA)
    scene.flows()
    with pytest.raises(ForbiddenError, match="U0SEC"):
        expose_incident.unexpose(scene.s, 1, "it was a test account", ANA)
    after = expose_incident.unexpose(scene.s, 1, "it was a test account", SEC)
    scene.flows()
    assert not after.restricted
    assert not expose_incident.reassess(scene.s, 1).restricted
    assert "leak" in repr(scene.chat.with_key("announcement:1")[0].message)


def test_access_is_asked_for_granted_denied_and_told(scene: Scene) -> None:
    scene.declared(restricted=True)
    incident_access.request_access(scene.s, 1, EVE)
    incident_access.request_access(scene.s, 1, EVE)
    scene.flows()
    assert len(scene.chat.with_key(f"access_request:1:{EVE.id}")) == 1
    with pytest.raises(ForbiddenError):
        incident_access.decide_access(scene.s, 1, EVE.id, "eve", BEN, granted=True)
    incident_access.decide_access(scene.s, 1, EVE.id, "eve", ANA, granted=True)
    scene.flows()
    incident = scene.get()
    assert may_read(incident, EVE.id)
    assert EVE.id in scene.chat.members[str(incident.channel_id)]
    incident_access.decide_access(scene.s, 1, EVE.id, "eve", SEC, granted=False)
    scene.flows()
    assert not may_read(scene.get(), EVE.id)
    (answer,) = scene.chat.with_key(f"access_answer:1:{EVE.id}")
    assert (answer.channel_id, answer.edits) == (f"@{EVE.id}", 1)
    with scene.store() as uow:
        actions = [entry.action for entry in uow.audit.all() if "access" in entry.action]
    assert actions == [
        "incident.access.ask",
        "incident.access.grant",
        "incident.access.deny",
        "incident.access.stranger",
    ]


def test_who_holds_a_role_is_not_shut_out(scene: Scene) -> None:
    scene.declared(restricted=True)
    with pytest.raises(ForbiddenError, match="role"):
        incident_access.decide_access(scene.s, 1, ANA.id, "ana", SEC, granted=False)
    work.assign_role(scene.s, 1, Role.SCRIBE, BEN.id, "ben", ANA)
    assert may_read(scene.get(), BEN.id)


def test_joining_a_restricted_incident_is_refused(scene: Scene) -> None:
    scene.declared(restricted=True)
    with pytest.raises(ForbiddenError, match="Restricted incident INC-1, SEV1"):
        join(scene.s, 1, EVE)


def test_a_member_who_is_not_on_the_list_is_reported_once(scene: Scene) -> None:
    incident = scene.declared(restricted=True)
    channel = str(incident.channel_id)
    scene.chat.invite(channel, [EVE.id])
    private_channel.joined(scene.s, channel, EVE.id)
    private_channel.joined(scene.s, channel, ANA.id)
    assert private_channel.report_strangers(scene.s, 1) == (EVE.id,)
    scene.flows()
    lines = [line for line in scene.timeline() if "not on the access list" in line]
    assert lines == ["eve is in the channel and not on the access list"]
    assert len(scene.chat.with_key(f"incident_notice:1|stranger:{EVE.id}")) == 1


def test_closing_waits_for_security_and_for_access_to_be_taken_back(scene: Scene) -> None:
    scene.declared(restricted=True)
    until = scene.s.clock.now() + timedelta(hours=1)
    lent = Choice("eve reads the logs", kind=DecisionKind.TEMPORARY_ACCESS, expires_at=until)
    decide(scene.s, 1, lent, ANA)
    with scene.store() as uow:
        uow.incidents.save(replace(scene.get(), state=IncidentState.REVIEWING))
        uow.commit()
    with pytest.raises(IllegalTransitionError) as refused:
        step(scene.s, 1, Ask(Verb.CLOSE), ANA)
    assert {"NO_SECURITY_SIGNOFF", "TEMP_ACCESS_OPEN"} <= set(refused.value.codes)
    with pytest.raises(ForbiddenError):
        expose_incident.sign_off(scene.s, 1, ANA)
    expose_incident.sign_off(scene.s, 1, SEC)
    revoke(scene.s, 1, 1, ANA)
    with pytest.raises(IllegalTransitionError) as refused:
        step(scene.s, 1, Ask(Verb.CLOSE), ANA)
    assert not {"NO_SECURITY_SIGNOFF", "TEMP_ACCESS_OPEN"} & set(refused.value.codes)


def test_merging_a_restricted_one_makes_the_target_restricted_and_keeps_its_readers(
    scene: Scene,
) -> None:
    scene.declared("orders are late")
    scene.declared("somebody reads orders", restricted=True)
    incident_access.decide_access(scene.s, 2, EVE.id, "eve", SEC, granted=True)
    step(scene.s, 2, Ask(Verb.MERGE, "into INC-1", target_id=1), ANA)
    scene.flows()
    target = scene.get()
    assert target.restricted
    assert target.details.private_channel
    assert may_read(target, EVE.id)
    assert target.severity is Severity.SEV1
    outside = [p.message for p in scene.chat.posts if p.channel_id.startswith("#")]
    assert "reads orders" not in repr(outside)
    assert "orders are late" not in repr(outside)


def test_a_public_source_does_not_name_the_restricted_incident_it_went_into(scene: Scene) -> None:
    scene.declared("orders are late")
    scene.declared("somebody reads orders", restricted=True)
    step(scene.s, 1, Ask(Verb.MERGE, "into (restricted)", target_id=2), ANA)
    scene.flows()
    source = scene.get(1)
    said = [p.message for p in scene.chat.posts if p.channel_id == source.channel_id]
    assert "INC-2" not in repr(said)


def test_its_words_go_after_their_own_time_and_chain_and_severity_stay(scene: Scene) -> None:
    incident = scene.declared("somebody reads orders", restricted=True)
    work.add_note(scene.s, 1, "orders of the night were read", ANA)
    add_action(scene.s, "Rotate the keys of orders each month", EVE.id, "eve", None, ANA, 1)
    now = scene.s.clock.now()
    with scene.store() as uow:
        stamps = {**scene.get().stamps, Stamp.CLOSED: now}
        uow.incidents.save(replace(scene.get(), state=IncidentState.CLOSED, stamps=stamps))
        uow.raw_messages.save(RawMessage(str(incident.channel_id), "1.1", "U", "u", "orders"))
        uow.commit()
    kept = replace(scene.s, retention=Retention(restricted_days=30))
    assert forget_restricted(scene.s, now + timedelta(days=900)) == 0
    assert forget_restricted(kept, now + timedelta(days=29)) == 0
    assert forget_restricted(kept, now + timedelta(days=31)) == 1
    assert forget_restricted(kept, now + timedelta(days=32)) == 0
    after = scene.get()
    assert (after.severity, after.restricted, after.at(Stamp.CLOSED)) == (Severity.SEV1, True, now)
    with scene.store() as uow:
        left = [
            uow.timeline.entries(1),
            uow.actions.all(),
            uow.raw_messages.get(str(incident.channel_id), "1.1"),
        ]
        assert verify_chains(uow).problems == ()
    assert "orders" not in repr([after, *left])


def test_a_task_of_a_restricted_incident_is_on_no_home_of_somebody_outside(scene: Scene) -> None:
    scene.declared(restricted=True)
    add_task(scene.s, 1, "call the lawyers", ANA, EVE.id)
    assert home(scene.s, EVE.id).tasks == ()
    assert scene.get().details.tasks
