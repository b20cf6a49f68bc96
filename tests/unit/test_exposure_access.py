"""Who is let into a restricted incident, how it is closed, merged and forgotten."""

from dataclasses import replace
from datetime import timedelta

import pytest

from fireline.domain.errors import (
    ForbiddenError,
    IllegalTransitionError,
)
from fireline.domain.incident.exposure import may_read
from fireline.domain.incident.incident import IncidentState, Role, Severity, Stamp
from fireline.domain.incident.kinds import DecisionKind
from fireline.domain.incident.moves import Verb
from fireline.domain.policy.retention import Retention
from fireline.usecases import expose_incident, incident_access, private_channel
from fireline.usecases import manage_incident as work
from fireline.usecases.chase_actions import add_action
from fireline.usecases.expose_incident import expose
from fireline.usecases.forget_restricted import forget_restricted
from fireline.usecases.home import home
from fireline.usecases.incident_facts import join
from fireline.usecases.incident_handover import offer
from fireline.usecases.incident_log import Choice, add_task, decide, revoke
from fireline.usecases.incident_steps import Ask, step
from fireline.usecases.ports import RawMessage
from fireline.usecases.verify_chains import verify_chains
from tests.builders import ANA, BEN
from tests.unit.exposure_scene import EVE, SEC, Scene, scene

__all__ = ["scene"]


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


def test_work_is_given_only_to_those_who_may_read_it(scene: Scene) -> None:
    scene.declared(restricted=True)
    with pytest.raises(ForbiddenError, match="access grant"):
        work.assign_role(scene.s, 1, Role.COMMANDER, BEN.id, "ben", BEN)
    with pytest.raises(ForbiddenError, match="access grant"):
        offer(scene.s, 1, BEN.id, "ben", ANA)
    incident_access.decide_access(scene.s, 1, BEN.id, "ben", ANA, granted=True)
    work.assign_role(scene.s, 1, Role.SCRIBE, BEN.id, "ben", ANA)
    assert scene.get().roles[Role.SCRIBE] == BEN.id


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


def test_what_was_merged_into_an_incident_is_restricted_with_it_and_opened_with_it(
    scene: Scene,
) -> None:
    old = scene.declared("orders are late").channel_id
    scene.declared("somebody reads orders")
    step(scene.s, 1, Ask(Verb.MERGE, "into INC-2", target_id=2), ANA)
    scene.flows()
    expose(scene.s, 2, "a share was readable by everybody", ANA)
    scene.flows()
    part = scene.get(1)
    assert part.restricted
    assert old in scene.chat.archived
    private = [c.name for c in scene.chat.channels.values() if c.private]
    assert private == ["inc-2"]
    outside = [p for p in scene.chat.posts if p.channel_id != scene.get(2).channel_id]
    assert [p.key for p in outside if "orders" in repr(p.message)] == []
    step(scene.s, 1, Ask(Verb.REOPEN, "it is another matter", choice="service"), ANA)
    scene.flows()
    assert scene.get(1).details.private_channel
    assert scene.get(1).channel_name == "inc-1"


def test_what_was_merged_into_it_is_open_to_all_again_with_it(scene: Scene) -> None:
    scene.declared("orders are late")
    scene.declared("somebody reads orders")
    step(scene.s, 1, Ask(Verb.MERGE, "into INC-2", target_id=2), ANA)
    expose(scene.s, 2, "a share was readable by everybody", ANA)
    expose_incident.unexpose(scene.s, 2, "it was a test account", SEC)
    assert not scene.get(1).restricted
