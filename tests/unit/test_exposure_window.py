"""Restricted, and Slack does not follow: no way around, no words lost to whom they are not for."""

from dataclasses import replace
from datetime import timedelta

import pytest

from fireline.adapters.slack import incident_verbs
from fireline.adapters.slack.desk import Asked, Desk
from fireline.adapters.slack.grammar import typed
from fireline.domain.errors import ForbiddenError, RejectedError
from fireline.domain.incident.incident import Role, Stamp
from fireline.domain.incident.lifecycle import Verb
from fireline.domain.incident.page import Target, Way
from fireline.domain.incident.paging import called
from fireline.domain.incident.splitting import Wanted
from fireline.domain.people import SYSTEM
from fireline.domain.policy.retention import Retention
from fireline.usecases import incident_handover, incident_pages
from fireline.usecases.answer_question import answer
from fireline.usecases.expose_incident import expose
from fireline.usecases.forget_restricted import forget_restricted
from fireline.usecases.home import home
from fireline.usecases.home_views import NeedKind
from fireline.usecases.impact_views import RestrictedNotice
from fireline.usecases.incident_card import card
from fireline.usecases.incident_facts import add_dataset, link_slo
from fireline.usecases.incident_steps import Ask, step
from fireline.usecases.on_call_alias import on_call_alias
from fireline.usecases.room_care import tidy
from fireline.usecases.split_incident import split
from fireline.usecases.views import IncidentCard
from tests.builders import ANA
from tests.unit.exposure_scene import EVE, LAG, WHY, Scene, clock_of, scene

__all__ = ["scene"]


def test_while_no_private_channel_can_be_made_the_old_one_is_told_nothing(scene: Scene) -> None:
    old = scene.declared()
    add_dataset(scene.s, 1, "main.orders", (), ANA)
    expose(scene.s, 1, WHY, ANA)
    where = str(old.channel_id)
    told = answer(scene.s, "is main.orders safe to use?", where)
    assert "leak" not in f"{told}"
    desk = Desk(scene.s)
    for words in ("show", "show INC-1"):
        line = typed(words, ())
        shown = incident_verbs.show(desk, Asked(EVE, where), line)
        assert isinstance(shown, RestrictedNotice)
        assert isinstance(incident_verbs.show(desk, Asked(ANA, where), line), IncidentCard)


def test_people_with_long_names_do_not_keep_the_move_waiting(scene: Scene) -> None:
    old = scene.declared()
    crowd = [f"U{n:04}" for n in range(60)]
    scene.chat.names |= {user: user + "x" * 75 for user in crowd}
    scene.chat.invite(str(old.channel_id), crowd)
    expose(scene.s, 1, WHY, ANA)
    scene.flows()
    assert scene.get().details.private_channel


def test_answering_a_page_lets_nobody_in(scene: Scene) -> None:
    before = scene.declared(restricted=True)
    alias = on_call_alias(scene.s, before)
    target = Target(alias, Way.MESSAGE, "eve", EVE.id)
    with scene.s.store() as uow:
        now = clock_of(scene).now()
        uow.incidents.save(called(scene.get(), [target], "escalate:declared:0", "", SYSTEM, now))
        uow.commit()
    page = scene.get().details.pages[-1]
    after = incident_pages.acknowledge(scene.s, 1, page.number, EVE)
    assert Role.OPERATIONS not in after.roles
    assert after.details.pages[-1].acknowledged_by == EVE.name


def test_a_private_channel_that_is_lost_gets_its_card_in_the_new_one(scene: Scene) -> None:
    old = scene.declared(restricted=True)
    scene.chat.archive(str(old.channel_id))
    scene.chat.fail["unarchive"] = [RejectedError("only people may", "not_allowed_token_type")]
    tidy(scene.s, 1)
    scene.flows()
    now = scene.get()
    assert now.channel_id not in {None, old.channel_id}
    assert [p.channel_id for p in scene.chat.with_key("card:1")][-1] == now.channel_id
    with scene.s.store() as uow:
        assert card(scene.s, uow, "1") is not None


def test_the_legal_clock_of_a_part_runs_since_that_of_the_whole(scene: Scene) -> None:
    scene.declared(slo=LAG.name, restricted=True)
    add_dataset(scene.s, 1, "main.orders", (), ANA)
    clock_of(scene).advance(minutes=30)
    part = split(scene.s, 1, "A part", Wanted(datasets=("main.orders",)), ANA)
    assert part.at(Stamp.LEGAL_CLOCK) == scene.get().at(Stamp.LEGAL_CLOCK) is not None
    assert link_slo(scene.s, part.id, LAG.name, ANA, add=True).restricted


def test_what_was_cancelled_loses_its_words_in_time_too(scene: Scene) -> None:
    scene.declared(restricted=True)
    step(scene.s, 1, Ask(Verb.CANCEL, "a test of the alarm"), ANA)
    kept = replace(scene.s, retention=Retention(restricted_days=30))
    now = clock_of(scene).now()
    assert forget_restricted(kept, now + timedelta(days=29)) == 0
    assert forget_restricted(kept, now + timedelta(days=31)) == 1
    assert "leak" not in scene.get().title
    assert forget_restricted(kept, now + timedelta(days=32)) == 0


def test_an_offer_of_command_from_before_lets_nobody_in(scene: Scene) -> None:
    scene.declared()
    incident_handover.offer(scene.s, 1, EVE.id, EVE.name, ANA)
    assert [need.kind for need in home(scene.s, EVE.id).needs] == [NeedKind.HANDOVER]
    expose(scene.s, 1, WHY, ANA)
    assert home(scene.s, EVE.id).needs == ()
    with pytest.raises(ForbiddenError):
        incident_handover.take(scene.s, 1, 1, EVE)
    assert scene.get().roles[Role.COMMANDER] == ANA.id
