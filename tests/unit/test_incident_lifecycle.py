"""The state machine by example and by property."""

from datetime import timedelta

import pytest

from fireline.domain.errors import IllegalTransitionError, InvalidInputError
from fireline.domain.incident.incident import IncidentState, RepairDecision, Stamp
from fireline.domain.incident.lifecycle import (
    Burning,
    Move,
    Verb,
    advance,
    refusals,
)
from fireline.domain.incident.stamps import check_order, with_stamp
from tests.builders import an_incident, night

LATER = night("03:00")
CHECKED = RepairDecision(damaged=False, checked_by="ana", how="row counts match")
BURNS = (Burning("debezium-cdc-lag", 300, 14.25), Burning("debezium-cdc-lag", 3600, 6.1))


def move(verb: Verb, **changes: object) -> Move:
    given_ = {"verb": verb, "at": LATER, "now": LATER, **changes}
    return Move(**given_)  # type: ignore[arg-type]


def test_restore_from_triage_records_three_transitions_of_which_two_are_implied() -> None:
    moved = advance(an_incident(state=IncidentState.TRIAGE), move(Verb.RESTORE))
    assert [(s.target.value, s.implied) for s in moved.steps] == [
        ("investigating", True),
        ("mitigating", True),
        ("restored", False),
    ]


def test_nothing_past_restored_is_implied() -> None:
    with pytest.raises(IllegalTransitionError) as refused:
        advance(an_incident(), move(Verb.RESOLVE, decision=CHECKED))
    assert refused.value.codes == ("NOT_RESTORED",)
    assert "`/incident restore WHAT_FIXED_IT` first" in str(refused.value)


def test_a_refusal_names_every_failed_guard_at_once() -> None:
    with pytest.raises(IllegalTransitionError) as refused:
        advance(an_incident(), move(Verb.RESOLVE))
    assert refused.value.codes == ("NOT_RESTORED", "REPAIR_UNDECIDED")


def test_restore_while_burning_is_refused_with_the_rates_seen() -> None:
    with pytest.raises(IllegalTransitionError) as refused:
        advance(an_incident(), move(Verb.RESTORE, burning=BURNS))
    assert refused.value.codes == ("STILL_BURNING",)
    text = str(refused.value)
    assert "debezium-cdc-lag still burns 14.2x over 5 min, 6.1x over 60 min" in text
    assert "override:" in text


def test_restore_while_burning_goes_through_with_a_reason() -> None:
    moved = advance(an_incident(), move(Verb.RESTORE, burning=BURNS, override="lag drains"))
    assert moved.incident.state is IncidentState.RESTORED


def test_a_blank_override_is_no_reason() -> None:
    assert refusals(an_incident(), move(Verb.RESTORE, burning=BURNS, override="  "))


@pytest.mark.parametrize(
    "decision",
    [
        None,
        RepairDecision(damaged=False, checked_by="", how="looked"),
        RepairDecision(damaged=True, checked_by="ana", how=" "),
    ],
)
def test_resolve_always_needs_an_explicit_decision(decision: RepairDecision | None) -> None:
    restored = advance(an_incident(), move(Verb.RESTORE)).incident
    with pytest.raises(IllegalTransitionError) as refused:
        advance(restored, move(Verb.RESOLVE, decision=decision))
    assert refused.value.codes == ("REPAIR_UNDECIDED",)


def test_mitigated_defaults_to_restored() -> None:
    restored = advance(an_incident(), move(Verb.RESTORE, at=night("02:48"))).incident
    assert restored.at(Stamp.MITIGATED) == restored.at(Stamp.RESTORED) == night("02:48")


def test_a_restore_before_the_impact_is_refused_naming_both_values() -> None:
    stamps = {
        s: night("03:10")
        for s in (Stamp.IMPACT_STARTED, Stamp.DETECTED, Stamp.DECLARED, Stamp.ACKNOWLEDGED)
    }
    asked = move(Verb.RESTORE, at=night("02:48"), now=night("03:30"))
    with pytest.raises(InvalidInputError, match="restored 02:48 is before impact_started 03:10"):
        advance(an_incident(stamps=stamps), asked)


def test_a_future_time_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="has not come yet"):
        advance(an_incident(), move(Verb.RESTORE, at=LATER + timedelta(minutes=1)))


def test_an_edit_across_days_names_both_days() -> None:
    moved = advance(an_incident(), move(Verb.RESTORE)).incident
    with pytest.raises(
        InvalidInputError, match="restored 2026-11-22 03:00 is before impact_started 2026-11-23"
    ):
        with_stamp(moved, Stamp.IMPACT_STARTED, night("24:10"))


def test_service_restored_before_the_clock_starts_is_refused() -> None:
    stamps = {Stamp.DETECTED: night("02:05"), Stamp.DECLARED: night("02:10")}
    early = an_incident(stamps=stamps)
    with pytest.raises(InvalidInputError, match="restored 01:00 is before detected 02:05"):
        advance(early, move(Verb.RESTORE, at=night("01:00")))
    known = with_stamp(early, Stamp.IMPACT_STARTED, night("00:30"))
    moved = advance(known, move(Verb.RESTORE, at=night("01:00")))
    assert moved.incident.state is IncidentState.RESTORED


def test_acknowledged_before_any_signal_is_refused() -> None:
    stamps = {
        Stamp.ALERT_FIRED: night("02:05"),
        Stamp.DECLARED: night("02:10"),
        Stamp.ACKNOWLEDGED: night("02:04"),
    }
    with pytest.raises(InvalidInputError, match="acknowledged 02:04 is before alert_fired 02:05"):
        check_order(stamps)


def test_a_naive_time_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="time zone"):
        check_order({Stamp.DECLARED: night("02:10").replace(tzinfo=None)})


def test_a_verb_that_leads_nowhere_from_here_says_where_it_stands() -> None:
    with pytest.raises(IllegalTransitionError, match="it is repairing"):
        advance(an_incident(state=IncidentState.REPAIRING), move(Verb.CLOSE))


def test_a_finished_incident_says_that_there_is_nothing_to_do() -> None:
    with pytest.raises(IllegalTransitionError, match="it is already resolved") as refused:
        advance(an_incident(state=IncidentState.RESOLVED), move(Verb.MITIGATE))
    assert refused.value.codes == ("WRONG_STATE",)
