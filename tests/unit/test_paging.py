"""Calling people until somebody answers, at most thrice each, and telling everybody who did."""

from dataclasses import replace
from datetime import timedelta

import pytest

from fireline.domain.errors import InvalidInputError, NotFoundError, RejectedError, UnreachableError
from fireline.domain.incident.incident import IncidentState, Role, Severity, Stamp
from fireline.domain.incident.lifecycle import Verb
from fireline.domain.incident.page import Way
from fireline.domain.policy.incident_rules import EscalationStep, IncidentRules
from fireline.usecases import incident_pages
from fireline.usecases import manage_incident as work
from fireline.usecases.home import home
from fireline.usecases.home_views import NeedKind
from fireline.usecases.incident_card import card
from fireline.usecases.incident_clock import watch_incident, watch_incidents
from fireline.usecases.incident_facts import rename
from fireline.usecases.incident_steps import Ask, step
from fireline.usecases.page_views import PageMessage
from fireline.usecases.who_is_on_call import mentioned
from tests.builders import ANA, BEN
from tests.store_fixture import RecordingStore
from tests.unit.paging_scene import (
    CHEN,
    FIRST,
    HANA,
    HEAD,
    SECOND,
    SRE,
    VERA,
    VP,
    Scene,
    rotation,
    scene,
)


@pytest.fixture
def team(sqlite_store: RecordingStore) -> Scene:
    return scene(sqlite_store)


def test_a_declaration_calls_at_once_whom_the_policy_names_each_in_their_way(team: Scene) -> None:
    team.declared()
    assert [(p.alias, p.way, p.name) for p in team.pages()] == [
        (FIRST, Way.MESSAGE, "ana"),
        (SRE, Way.PAGERDUTY, "PagerDuty"),
        (HEAD, Way.MESSAGE, HANA.id),
    ]
    (to_ana,) = team.to(ANA)
    message = to_ana.message
    assert isinstance(message, PageMessage)
    assert (message.ref, message.alias, message.operations) == ("INC-1", FIRST, True)
    assert message.channel_id == team.incident().channel_id
    assert len(team.to(HANA)) == 1
    ((action, alias, key),) = team.pager.sent
    assert (action, alias) == ("trigger", SRE)
    assert team.pager.texts[key].summary.startswith("INC-1 SEV2: ")
    (seen, seen_by_head) = team.rounds()
    assert [line.name for line in seen.lines] == ["ana", "PagerDuty"]
    assert seen_by_head.lines[0].alias == HEAD


def test_nobody_is_called_twice_by_looking_twice(team: Scene) -> None:
    team.declared()
    before = team.called()
    watch_incidents(team.s)
    watch_incidents(team.s)
    assert team.called() == before
    assert len(team.to(ANA)) == 1


def test_people_are_called_while_slack_makes_no_channel(team: Scene) -> None:
    made = work.declare(team.s, work.Declare("", ANA, slo="debezium-cdc-lag")).incident
    assert made.channel_id is None
    watch_incident(team.s, made.id)
    assert SRE in team.called()
    for call in team.store.started("tell_pager"):
        team.run(call.flow, call.args)
    assert team.pager.sent


def test_an_answer_ends_every_call_of_the_clock_and_everybody_sees_it(team: Scene) -> None:
    team.declared()
    number = team.pages()[0].number
    team.clock.advance(minutes=2)
    incident_pages.acknowledge(team.s, 1, number, ANA)
    team.flows()
    assert {p.acknowledged_by for p in team.pages()} == {"ana"}
    assert team.incident().at(Stamp.ACKNOWLEDGED) == team.clock.now()
    assert [action for action, *_ in team.pager.sent] == ["trigger", "acknowledge"]
    shown = team.to(HANA)[0].message
    assert isinstance(shown, PageMessage)
    assert shown.acknowledged_by == "ana"
    assert all(seen.open_page is None for seen in team.rounds())
    team.after(30)
    assert SECOND not in team.called()


def test_who_is_on_call_for_the_service_has_operations_once_they_answer(team: Scene) -> None:
    team.declared()
    incident_pages.acknowledge(team.s, 1, team.pages()[0].number, ANA)
    assert team.incident().roles[Role.OPERATIONS] == ANA.id
    assert ANA.id in team.incident().details.joined


def test_somebody_else_who_answers_gets_no_role(team: Scene) -> None:
    team.declared()
    incident_pages.acknowledge(team.s, 1, team.pages()[0].number, CHEN)
    assert Role.OPERATIONS not in team.incident().roles


def test_acting_on_the_incident_answers_its_calls(team: Scene) -> None:
    team.declared(by=CHEN)
    team.clock.advance(minutes=1)
    work.mitigate(team.s, 1, "restarting", CHEN)
    team.flows()
    assert {p.acknowledged_by for p in team.pages()} == {"chen"}
    assert [action for action, *_ in team.pager.sent] == ["trigger", "acknowledge"]


def test_whoever_was_called_and_does_something_has_answered(team: Scene) -> None:
    """Ana renames it instead of pressing the button; what Chen does says nothing of her."""
    team.declared(by=CHEN)
    team.clock.advance(minutes=1)
    rename(team.s, 1, "orders stand still", CHEN)
    assert team.pages()[0].acknowledged_at is None
    rename(team.s, 1, "orders stand still since 02:00", ANA)
    assert {p.acknowledged_by for p in team.pages()} == {"ana"}
    team.after(6)
    assert SECOND not in team.called()


def test_the_end_of_the_work_ends_its_calls_at_the_pager(team: Scene) -> None:
    team.declared()
    incident_pages.acknowledge(team.s, 1, team.pages()[0].number, ANA)
    team.flows()
    step(team.s, 1, Ask(Verb.CANCEL, "it was a test of the alert"), ANA)
    team.flows()
    assert team.incident().state is IncidentState.CANCELLED
    assert [action for action, *_ in team.pager.sent] == ["trigger", "acknowledge", "resolve"]


def test_unanswered_climbs_to_the_second_and_then_to_the_next(team: Scene) -> None:
    """Each is called thrice at most; PagerDuty calls again by its own rules."""
    team.declared()
    team.after(4)
    assert SECOND not in team.called()
    team.after(1)
    assert team.called()[3:] == [SECOND, FIRST, HEAD]
    team.after(6, looks=2)
    counts = {alias: team.called().count(alias) for alias in (FIRST, SECOND, SRE, HEAD)}
    assert counts == {FIRST: 3, SECOND: 2, SRE: 1, HEAD: 3}
    team.after(30, looks=6)
    assert team.called().count(FIRST) == 3
    assert VP in team.called()
    climbs = [seen for seen in team.rounds() if seen.climbing]
    assert any("call 3 of 3" in seen.text for seen in climbs)
    assert any(seen.text.startswith("Nobody answered (") for seen in climbs)
    assert len(team.to(BEN)) == 3


def test_a_human_declaration_does_not_answer_for_who_is_on_call(team: Scene) -> None:
    """Chen declared it; Ana, who is on call, sleeps on: Ben is called."""
    team.declared(by=CHEN)
    assert team.incident().at(Stamp.ACKNOWLEDGED) is not None
    team.after(5)
    assert SECOND in team.called()


def test_who_is_on_call_and_declared_it_is_not_woken_and_answers_for_all(team: Scene) -> None:
    team.declared(by=ANA)
    first = team.pages()[0]
    assert (first.way, first.acknowledged_by) == (Way.HERE, "ana")
    assert team.to(ANA) == []
    assert len(team.to(HANA)) == 1
    team.after(20, looks=4)
    assert SECOND not in team.called()


def test_F03_automation_sees_new_severity(sqlite_store: RecordingStore) -> None:  # noqa: N802 - the reference's name
    """A rule for SEV1 pages when the severity becomes SEV1, once, however often it changes."""
    vp_on_sev1 = EscalationStep(timedelta(0), (VP,), when="severity == 1")
    rules = IncidentRules(escalation={0: (vp_on_sev1,)})
    team = scene(sqlite_store, rules=rules)
    team.declared(by=ANA)
    team.after(3)
    assert team.called() == []
    work.change_severity(team.s, 1, Severity.SEV1, "board report", ANA)
    team.flows()
    assert team.called() == [VP]
    for level in (Severity.SEV3, Severity.SEV1, Severity.SEV2, Severity.SEV1):
        team.clock.advance(minutes=1)
        work.change_severity(team.s, 1, level, "it is what it is", ANA)
        team.flows()
    assert team.called() == [VP]


def test_a_worse_severity_arms_the_steps_anew_and_a_better_one_does_not(team: Scene) -> None:
    team.declared(by=CHEN)
    incident_pages.acknowledge(team.s, 1, team.pages()[0].number, ANA)
    team.after(10)
    calm = len(team.called())
    work.change_severity(team.s, 1, Severity.SEV3, "not that bad", CHEN)
    team.after(1)
    assert len(team.called()) == calm
    work.change_severity(team.s, 1, Severity.SEV1, "worse than thought", CHEN)
    team.flows()
    anew = team.pages()[calm:]
    assert [p.alias for p in anew] == [FIRST, SRE, HEAD]
    assert anew[0].way is Way.HERE, "ana has operations by now"
    team.after(10)
    assert SECOND not in team.called()


def test_an_earlier_beginning_of_the_harm_fires_what_is_late_at_once(team: Scene) -> None:
    team.declared(by=ANA)
    team.after(1)
    assert VP not in team.called()
    begun = team.clock.now() - timedelta(minutes=50)
    work.set_time(team.s, 1, Stamp.IMPACT_STARTED, begun, "the first bad batch", ANA)
    team.flows()
    late = [p for p in team.pages() if p.alias == VP]
    assert [p.text for p in late] == ["75 % of the tier-0 MTTR target used"]
    team.after(10)
    assert [p.alias for p in team.pages()].count(VP) == 2, "and at 60 minutes that it is breached"


def test_the_pager_s_answer_counts_like_one_in_slack(team: Scene) -> None:
    team.declared()
    key = team.pager.sent[0][2]
    assert incident_pages.poll_pager(team.s) == 0
    team.pager.take(key, "Sam Ruiz", team.clock.now())
    assert incident_pages.poll_pager(team.s) == 1
    assert incident_pages.poll_pager(team.s) == 0
    assert {p.acknowledged_by for p in team.pages()} == {"Sam Ruiz"}


def test_a_page_that_the_pager_refuses_is_told_in_the_channel(team: Scene) -> None:
    team.pager.fail.append(RejectedError("PagerDuty refused (HTTP 400: bad key).", "400"))
    team.declared()
    line = next(line for seen in team.rounds() for line in seen.lines if line.alias == SRE)
    assert "HTTP 400" in line.trouble


def test_a_pager_that_cannot_be_reached_is_tried_again(team: Scene) -> None:
    team.pager.fail.append(UnreachableError("no answer"))
    with pytest.raises(UnreachableError):
        team.declared()
    call = team.store.started("tell_pager")[0]
    team.run(call.flow, call.args)
    team.run(call.flow, call.args)
    assert len(team.pager.pages) == 1


def test_a_person_whom_slack_does_not_reach_is_told_in_the_channel(team: Scene) -> None:
    team.chat.missing.add(f"@{ANA.id}")
    team.declared()
    line = next(line for seen in team.rounds() for line in seen.lines if line.alias == FIRST)
    assert line.trouble


def test_a_restricted_incident_is_paged_in_one_sentence(team: Scene) -> None:
    incident = team.declared(restricted=True)
    assert incident.restricted
    message = team.to(ANA)[0].message
    assert isinstance(message, PageMessage)
    assert (message.title, message.text, message.channel_id) == ("", "", None)
    (page,) = team.pager.texts.values()
    assert page.summary == f"Restricted incident INC-1, {incident.severity.label}. Ask security."
    assert page.link == ""
    assert ANA.id not in incident.details.joined


def test_a_drill_calls_only_whom_drills_may_call(sqlite_store: RecordingStore) -> None:
    team = scene(sqlite_store, rules=IncidentRules(drill_page=(HEAD,)))
    team.declared(drill=True)
    team.after(30)
    assert set(team.called()) == {HEAD}
    with pytest.raises(InvalidInputError, match="is a drill, which may call @head"):
        incident_pages.page(team.s, 1, FIRST, "", ANA)


def test_a_page_by_hand_calls_and_stops_after_three_without_an_answer(team: Scene) -> None:
    team.declared(by=ANA)
    for _ in range(3):
        incident_pages.page(team.s, 1, "vp-data", "the board <!channel> asks", ANA)
        team.flows()
    page = team.pages()[-1]
    assert (page.alias, page.by, page.acknowledged_at) == (VP, "ana", None)
    with pytest.raises(InvalidInputError, match="did not answer 3 pages"):
        incident_pages.page(team.s, 1, VP, "again", ANA)
    incident_pages.acknowledge(team.s, 1, page.number, CHEN)
    incident_pages.page(team.s, 1, VP, "again", ANA)
    with pytest.raises(NotFoundError, match="Did you mean @vp-data"):
        incident_pages.page(team.s, 1, "@vp-dat", "", ANA)


def test_a_page_by_hand_is_answered_by_itself(team: Scene) -> None:
    """Whoever takes the clock's page does not answer for the database people."""
    team.declared(by=CHEN)
    incident_pages.page(team.s, 1, VP, "please come", CHEN)
    incident_pages.acknowledge(team.s, 1, team.pages()[0].number, ANA)
    last = team.pages()[-1]
    assert last.alias == VP
    assert last.acknowledged_at is None


def test_without_a_commander_the_channel_is_asked_first_and_then_who_is_on_call(
    sqlite_store: RecordingStore,
) -> None:
    """SEV2 without a commander: at 5 minutes the channel, from 10 on by page, thrice at most."""
    nobody = IncidentRules(escalation={0: (EscalationStep(timedelta(days=2), (FIRST, HEAD)),)})
    team = scene(sqlite_store, rules=nobody)
    team.declared()
    team.after(9, looks=3)
    assert team.called() == []
    team.after(16, looks=8)
    assert team.called() == [FIRST] * 3 + [HEAD]


def test_before_the_commander_goes_off_call_a_hand_over_is_proposed(
    sqlite_store: RecordingStore,
) -> None:
    """Ana leads; on Monday at 10:00 Chen is on call."""
    team = scene(sqlite_store)
    change = team.clock.now().replace(day=23, hour=10, minute=0)
    team.clock.set(change - timedelta(minutes=40))
    team.declared(by=ANA)
    team.after(24)
    assert not [f for f in team.incident().details.fired if f.key.startswith("shift:")]
    team.after(2)
    (fired,) = [f for f in team.incident().details.fired if f.key.startswith("shift:")]
    assert (
        fired.text == f"{FIRST} changes from ana to chen at 10:00 UTC. Hand command over with it?"
    )
    team.after(20)
    assert len([f for f in team.incident().details.fired if f.key.startswith("shift:")]) == 1


def test_who_stays_on_call_is_not_asked_to_hand_over(sqlite_store: RecordingStore) -> None:
    team = scene(sqlite_store)
    alone = replace(team.s.oncall.current(), rotations=(rotation(FIRST, ANA),))
    team.s.oncall.plan = alone  # type: ignore[attr-defined]
    team.clock.set(team.clock.now().replace(day=23, hour=9, minute=50))
    team.declared(by=ANA)
    team.after(5)
    assert not [f for f in team.incident().details.fired if f.key.startswith("shift:")]


def test_the_card_proposes_who_is_on_call_for_operations_until_somebody_has_it(
    team: Scene,
) -> None:
    team.declared(by=CHEN)
    with team.store() as uow:
        before = card(team.s, uow, "1")
    incident_pages.acknowledge(team.s, 1, team.pages()[0].number, ANA)
    with team.store() as uow:
        after = card(team.s, uow, "1")
    assert before is not None
    assert after is not None
    assert (before.proposed_operations, after.proposed_operations) == (ANA.id, "")


def test_home_shows_a_page_until_it_is_answered(team: Scene) -> None:
    team.declared()
    (need,) = home(team.s, HANA.id).needs
    assert (need.kind, need.text.partition(":")[0]) == (NeedKind.PAGE, f"You are called as {HEAD}")
    incident_pages.acknowledge(team.s, 1, need.number, HANA)
    assert home(team.s, HANA.id).needs == ()


def test_an_alert_mentions_whoever_the_rotation_has_on_call(team: Scene) -> None:
    at = team.clock.now()
    assert mentioned(team.s, (FIRST, VP, SRE, "@nobody"), at) == (ANA.id, VERA.id, SRE, "@nobody")
    assert mentioned(team.s, (FIRST,), at + timedelta(days=7)) == (CHEN.id,)
