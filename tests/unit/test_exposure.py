"""Exposure mode: how an incident becomes restricted, and moves into a private channel."""

from dataclasses import replace

import pytest

from fireline.domain.errors import (
    ForbiddenError,
    IllegalTransitionError,
    InvalidInputError,
    RejectedError,
    UnreachableError,
)
from fireline.domain.incident.access import readers_of
from fireline.domain.incident.incident import Severity, Stamp
from fireline.domain.incident.kinds import Harm, IncidentType
from fireline.usecases import expose_incident, private_channel
from fireline.usecases import manage_incident as work
from fireline.usecases.expose_incident import expose
from fireline.usecases.impact_views import RestrictedNotice
from fireline.usecases.incident_channel import (
    open_channel,
    record_channel,
)
from fireline.usecases.incident_clock import watch_incidents
from fireline.usecases.incident_notices import deliver
from fireline.usecases.manage_incident import Declare, declare
from fireline.usecases.ports import PostedMessage
from fireline.usecases.projections import PROJECTIONS
from fireline.usecases.views import IncidentCard
from tests.builders import ANA
from tests.unit.exposure_scene import EVE, HEAD, PRIV, SEC, WHY, Scene, clock_of, scene

__all__ = ["scene"]


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


def test_a_channel_that_was_archived_before_is_left_as_it_is_and_said_so(scene: Scene) -> None:
    scene.declared()
    expose(scene.s, 1, WHY, ANA)
    scene.chat.fail = {"update": [RejectedError("archived", "is_archived")]}
    scene.moved(1)
    (left,) = scene.get().details.left_channels
    assert left.archived_at is not None
    assert any("archived before" in line for line in scene.timeline())


def test_a_message_that_slack_lets_nobody_edit_keeps_nothing_else_open(scene: Scene) -> None:
    old = str(scene.declared().channel_id)
    expose(scene.s, 1, WHY, ANA)
    scene.chat.fail = {"update": [RejectedError("no", "cant_edit")]}
    scene.moved(1)
    assert old in scene.chat.archived
    assert any("did not let us edit: 1 (cant_edit)" in line for line in scene.timeline())
