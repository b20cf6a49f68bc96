"""Decisions and tasks: what is kept of each, how messages become them, what the review makes."""

from dataclasses import replace
from datetime import timedelta

import pytest

from fireline.domain.errors import InvalidInputError, NotFoundError
from fireline.domain.incident.budget_notes import noted
from fireline.domain.incident.incident import Incident
from fireline.domain.incident.kinds import DecisionKind
from fireline.domain.incident.timeline import EntryKind, Provenance
from fireline.domain.incident.timeline_text import shown
from fireline.domain.slo.status import BudgetState
from fireline.usecases import capture_timeline as capture
from fireline.usecases import incident_log as log
from fireline.usecases import raw_messages as raw
from fireline.usecases.incident_channel import open_channel, record_channel
from fireline.usecases.incident_log import Choice
from fireline.usecases.manage_incident import Declare, declare
from fireline.usecases.note_budgets import note_budgets
from fireline.usecases.ports import RawMessage, Services
from tests.builders import (
    ANA,
    BEN,
    a_burning_status,
    a_lag_slo,
    a_status,
    an_incident,
    night,
    services,
)
from tests.fakes import EPOCH, FakeClock, FakeDefinitions
from tests.store_fixture import RecordingStore

TS = "1795313520.000100"


@pytest.fixture
def s(sqlite_store: RecordingStore) -> Services:
    slo = a_lag_slo()
    return services(sqlite_store, definitions=FakeDefinitions({slo.name: slo}))


@pytest.fixture
def incident(s: Services) -> Incident:
    made = declare(s, Declare("orders late", ANA, slo="debezium-cdc-lag")).incident
    return record_channel(s, made.id, open_channel(s, made.id))


def now(s: Services, incident: Incident) -> Incident:
    with s.store() as uow:
        found = uow.incidents.get(incident.id)
    assert found is not None
    return found


def lines(s: Services, incident: Incident, kind: EntryKind) -> list[str]:
    with s.store() as uow:
        return [e.text for e in shown(uow.timeline.entries(incident.id)) if e.kind is kind]


def test_a_decision_keeps_what_was_weighed_and_its_outcome_later(
    s: Services, incident: Incident
) -> None:
    choice = Choice(
        "roll back",
        DecisionKind.ROLLBACK,
        question="how do we stop it?",
        options="roll back, fix forward",
        why="quicker",
        known="the deploy came at noon",
        approver="ben",
        reversible=True,
        adr="https://adr.example/12",
    )
    log.decide(s, incident.id, choice, ANA)
    after = log.tell_outcome(s, incident.id, 1, "lag fell in 4 min", BEN)
    (made,) = after.details.decisions
    assert (made.question, made.known, made.reversible) == (
        "how do we stop it?",
        "the deploy came at noon",
        True,
    )
    assert made.outcome == "lag fell in 4 min"
    assert lines(s, incident, EntryKind.DECISION) == [
        (
            "Decision 1: roll back. Question: how do we stop it? Considered: roll back, fix"
            " forward. Why: quicker. Known then: the deploy came at noon. Record:"
            " https://adr.example/12. Approved by ben. Can be undone."
        ),
        "Outcome of decision 1 (roll back): lag fell in 4 min",
    ]
    with pytest.raises(NotFoundError, match="no decision 9"):
        log.tell_outcome(s, incident.id, 9, "x", ANA)
    with pytest.raises(InvalidInputError, match="in words"):
        log.decide(s, incident.id, Choice(" "), ANA)


def test_a_message_with_scales_is_a_decision_while_somebody_flags_it(
    s: Services, incident: Incident
) -> None:
    channel = str(incident.channel_id)
    raw.record_message(s, RawMessage(channel, TS, BEN.id, BEN.name, "we roll back"))
    for who in (ANA, BEN):
        capture.flag(s, channel, TS, "scales", who)
    (made,) = now(s, incident).details.decisions
    assert (made.number, made.text, made.decided_by) == (1, "we roll back", "ben")
    raw.record_edit(s, raw.Edit(channel, TS, "we roll back at once"))
    assert now(s, incident).details.decisions[0].text == "we roll back at once"
    capture.unflag(s, channel, TS, "scales", ANA)
    assert now(s, incident).details.decisions[0].withdrawn_at is None
    capture.unflag(s, channel, TS, "scales", BEN)
    assert now(s, incident).details.decisions[0].withdrawn_at == EPOCH
    capture.flag(s, channel, TS, "scales", ANA)
    (again,) = now(s, incident).details.decisions
    assert again.withdrawn_at is None


def test_a_message_with_a_ballot_box_is_a_task_until_it_is_taken_off(
    s: Services, incident: Incident
) -> None:
    channel = str(incident.channel_id)
    raw.record_message(s, RawMessage(channel, TS, BEN.id, BEN.name, "tell finance"))
    capture.flag(s, channel, TS, "ballot_box_with_check", ANA)
    assert [t.open for t in now(s, incident).details.tasks] == [True]
    capture.unflag(s, channel, TS, "ballot_box_with_check", ANA)
    assert [t.open for t in now(s, incident).details.tasks] == [False]
    capture.flag(s, channel, TS, "ballot_box_with_check", BEN)
    assert [(t.number, t.open) for t in now(s, incident).details.tasks] == [(1, True)]


def test_a_decision_recorded_with_a_message_outlives_reactions(
    s: Services, incident: Incident
) -> None:
    channel = str(incident.channel_id)
    where = Provenance("slack", channel, TS, None, "https://slack.test/x")
    log.decide(s, incident.id, Choice("throttle", source=where), ANA)
    capture.flag(s, channel, TS, "scales", ANA)
    capture.unflag(s, channel, TS, "scales", ANA)
    (made,) = now(s, incident).details.decisions
    assert (made.text, made.withdrawn_at) == ("throttle", None)
    assert len(lines(s, incident, EntryKind.DECISION)) == 1


def test_unfinished_tasks_become_action_items_with_an_owner_and_a_day(
    s: Services, incident: Incident
) -> None:
    log.add_task(s, incident.id, "tell finance", ANA, BEN.id, night("05:00"))
    log.add_task(s, incident.id, "x" * 300, ANA)
    log.add_task(s, incident.id, "restart it", ANA)
    after = log.finish_task(s, incident.id, 3, ANA)
    assert log.finish_task(s, incident.id, 3, BEN) == after
    names = log.owner_names(s, incident.id)
    with s.store() as uow:
        done, became = log.promote_tasks(s, uow, now(s, incident), names, EPOCH)
        items = sorted(uow.actions.all(), key=lambda i: i.id)
        uow.commit()
    assert [(i.owner, i.incident_id) for i in items] == [
        (BEN.id, incident.id),
        (ANA.id, incident.id),
    ]
    assert items[0].due == EPOCH.date()
    assert items[1].due == (EPOCH + timedelta(days=s.policy.action_due_days)).date()
    assert len(items[1].text) == 200
    assert [t.action_id for t in done.details.tasks] == [items[0].id, items[1].id, None]
    assert became[0] == f"Task 1 becomes {items[0].ref}: tell finance"
    with s.store() as uow:
        assert log.promote_tasks(s, uow, done, names, EPOCH) == (done, [])


def test_an_incident_notes_by_itself_how_its_budgets_stand_and_burn(
    s: Services, incident: Incident
) -> None:
    slo = a_lag_slo()
    clock = s.clock
    assert isinstance(clock, FakeClock)
    for status, minutes in (
        (a_burning_status(slo), 0),
        (a_burning_status(slo), 1),
        (a_status(slo, 0.1, budget_state=BudgetState.AT_RISK), 2),  # too soon after the last line
        (a_status(slo, 0.1, budget_state=BudgetState.AT_RISK), 6),
        (a_status(slo, None), 20),
    ):
        clock.set(EPOCH + timedelta(minutes=minutes))
        with s.store() as uow:
            uow.statuses.save([status])
            uow.commit()
        note_budgets(s)
    assert lines(s, incident, EntryKind.ALERT) == [
        "debezium-cdc-lag burns at page level (20.0x over 5 min, 15.0x over 60 min)",
        "Budget of debezium-cdc-lag: healthy -> at risk, 10% left",
        "debezium-cdc-lag does not burn any more",
    ]


def test_a_calm_budget_is_remembered_without_a_line() -> None:
    after, said = noted(an_incident(), [a_status(a_lag_slo())], EPOCH)
    assert said == ()
    assert [r.budget for r in after.details.readings] == ["healthy"]
    assert noted(after, [a_status(a_lag_slo())], EPOCH) == (after, ())
    assert noted(replace(after), [], EPOCH) == (after, ())
