"""The status card: the next best actions of each state, and clocks that turn."""

import json
from datetime import timedelta

import pytest

from fireline.adapters.slack.blocks import render
from fireline.adapters.slack.buttons import BUTTONS
from fireline.domain.incident.details import AffectedDataset, BadWindow, Decision
from fireline.domain.incident.incident import IncidentState, Role, Severity, Stamp
from fireline.domain.incident.kinds import Harm
from fireline.domain.incident.lifecycle import available_transitions
from fireline.sandbox.blockkit import validate_message
from fireline.usecases.card_views import DataFacts, IncidentCard, RepairProgress
from tests.unit.slack_samples import NOW, a_card, a_line, an_incident

MINUTE = timedelta(minutes=1)


def text_of(view: IncidentCard) -> str:
    return json.dumps(render(view).blocks, ensure_ascii=False)


def buttons(view: IncidentCard) -> list[str]:
    return [
        e.get("text", {}).get("text") or e["type"]
        for b in render(view).blocks
        if b["type"] == "actions"
        for e in b["elements"]
    ]


def a_state(state: IncidentState, **changes: object) -> IncidentCard:
    """The card of a state with the steps that lead on from it."""
    verbs = available_transitions(an_incident(state=state))
    return a_card(state=state, verbs=verbs, **changes)


def test_a_card_has_at_most_five_buttons_in_every_state() -> None:
    for state in IncidentState:
        for roles in ({}, a_card().roles):
            assert len(buttons(a_state(state, roles=roles))) <= 5


def test_a_cards_buttons_are_the_next_steps_of_its_state() -> None:
    expected = {
        IncidentState.TRIAGE: ["Confirm", "Decline"],
        IncidentState.INVESTIGATING: ["Update", "Mitigating", "Page"],
        IncidentState.MITIGATING: ["Update", "Restored", "Decide"],
        IncidentState.RESTORED: ["Repair data", "No data damaged", "Update"],
        IncidentState.REPAIRING: ["Unit done", "Verify", "Notify consumers", "Update"],
        IncidentState.RESOLVED: ["Accept timeline", "Start review"],
        IncidentState.REVIEWING: ["Open postmortem", "Actions", "Close"],
        IncidentState.CLOSED: ["Open postmortem", "Actions"],
    }
    for state, first in expected.items():
        assert buttons(a_state(state)) == [*first, "overflow"]
    for state in (IncidentState.DECLINED, IncidentState.MERGED, IncidentState.CANCELLED):
        assert buttons(a_state(state)) == []


def test_a_card_without_commander_asks_for_one_first() -> None:
    assert buttons(a_state(IncidentState.INVESTIGATING, roles={}))[0] == "I take command"
    assert buttons(a_state(IncidentState.TRIAGE, roles={}))[:3] == [
        "I take command",
        "Confirm",
        "Decline",
    ]
    assert "I take command" not in buttons(a_state(IncidentState.RESOLVED, roles={}))


def test_what_is_done_is_not_offered_again() -> None:
    settled = RepairProgress(settled=2, units=2)
    assert buttons(a_state(IncidentState.REPAIRING, repair=settled))[0] == "Resolve"
    accepted = a_state(IncidentState.RESOLVED, timeline_accepted=True)
    assert buttons(accepted)[:2] == ["Start review", "Close"]
    assert json.dumps(render(accepted).blocks).count('"Close"') == 1


def test_every_button_of_a_card_is_listened_to() -> None:
    pressed = {
        element["action_id"] if element["type"] == "button" else option["value"].split(":")[0]
        for state in IncidentState
        for roles in ({}, {Role.COMMANDER: "U1"})
        for block in render(a_state(state, roles=roles)).blocks
        for element in block.get("elements", [])
        if element["type"] in {"button", "overflow"}
        for option in element.get("options", [{"value": ""}])
    }
    assert pressed <= set(BUTTONS)


@pytest.mark.parametrize(
    ("minutes", "says"),
    [
        (0, ":stopwatch: *Restore: 41 of 60 min* · 19 min left"),
        (4, ":hourglass: *Restore: 45 of 60 min* · *over 75 % used*, 15 min left"),
        (31, ":rotating_light: *Restore: 72 of 60 min* · *target missed* by 12 min"),
    ],
)
def test_the_restore_clock_turns_at_three_quarters_and_at_the_target(
    minutes: int, says: str
) -> None:
    assert says in text_of(a_card(now=NOW + minutes * MINUTE))


def test_the_restore_clock_stops_and_the_data_clock_runs_on() -> None:
    stamps = {**a_card().stamps, Stamp.RESTORED: NOW}
    later = NOW + 30 * MINUTE
    shown = text_of(a_state(IncidentState.RESTORED, stamps=stamps, now=later))
    assert "Restore: 41 of 60 min* · target met" in shown
    assert "Data: 1 h 11 min* · not safe yet" in shown
    safe = {**stamps, Stamp.DATA_VERIFIED: NOW + 20 * MINUTE}
    shown = text_of(a_state(IncidentState.RESOLVED, stamps=safe, now=later))
    assert "Data: 1 h 1 min* · safe since" in shown


def test_a_long_target_is_read_in_hours() -> None:
    shown = text_of(a_card(mttr_target_minutes=1440))
    assert "Restore: 41 min of 1 d*" in shown


def test_the_card_tells_of_data_repair_budget_decision_tasks_and_changes() -> None:
    window = BadWindow(NOW - 500 * MINUTE, NOW - 260 * MINUTE, estimate=True)
    root = AffectedDataset("demo.main.raw_orders", harms=(Harm.WRONG,))
    view = a_card(
        data=DataFacts(
            (root,),
            3,
            window,
            published=True,
            downstream=7,
            needed_by="Revenue",
            due_at=NOW + 160 * MINUTE,
        ),
        repair=RepairProgress(1, 3, failed=1, open_unit=2, green=3, checks=4),
        decision=Decision(1, "Roll back to v213", "ana", NOW),
        open_tasks=2,
        late_tasks=1,
        changes=("02:10 orders v214",),
        links=("https://x.example/1",),
        next_update=NOW - MINUTE,
        proposed_severity=Severity.SEV2,
        proposed_owner="Orders team",
    )
    shown = text_of(view)
    for words in (
        "`demo.main.raw_orders` (wrong)",
        "(estimate)",
        "Consumers have read bad data",
        "7 downstream, 3 impacted",
        "by Revenue",
        "1 of 3 repair units settled, :x: 1 failed",
        "4 checks: :x: 1 red",
        "5 m *44.0x* · 1 h *31.2x* · 6 h *6.1x* · gone in 2 h 18 min at this pace",
        "*Decided* Roll back to v213",
        "*2 open tasks*, :warning: 1 late",
        "orders v214",
        "<https://x.example/1|x.example/1>",
        "*Update overdue*",
        "The rules say SEV2",
        "lineage says Orders team",
        "○ Repairing",
    ):
        assert words in shown
    said = render(view)
    assert validate_message({"text": said.text, "blocks": said.blocks}) == []


def test_a_budget_that_does_not_burn_shows_no_burn() -> None:
    assert "Burning" not in text_of(a_card(slos=(a_line(burning=()),)))


def test_a_drill_and_a_restricted_incident_are_marked() -> None:
    assert render(a_card(drill=True)).text.startswith("DRILL")
    assert "*Restricted*" in text_of(a_card(restricted=True))


def test_a_merged_incident_points_to_the_one_it_lives_on_in() -> None:
    assert "It lives on in INC-7." in text_of(a_state(IncidentState.MERGED, lives_on_in="INC-7"))


def test_a_card_of_what_is_over_says_when_its_channel_is_archived() -> None:
    shown = text_of(a_state(IncidentState.CLOSED, put_away_at=NOW))
    assert ":file_cabinet: This channel is archived" in shown
    assert "as of" not in shown
