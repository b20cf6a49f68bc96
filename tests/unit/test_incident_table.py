"""Every transition of the state table, allowed and refused, and what no sequence brings about."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fireline.domain.errors import IllegalTransitionError, InvalidInputError
from fireline.domain.incident.closing import gates
from fireline.domain.incident.details import (
    AffectedDataset,
    Answer,
    BadWindow,
    Check,
    Decision,
    DecisionKind,
    DetectedBy,
    Harm,
    Notice,
    NoticeKind,
    RepairUnit,
    UnitStatus,
)
from fireline.domain.incident.incident import (
    Incident,
    IncidentState,
    RepairDecision,
    Role,
    Severity,
    Stamp,
)
from fireline.domain.incident.lifecycle import (
    Asker,
    Burning,
    Closing,
    Move,
    Verb,
    advance,
    available_transitions,
    refusals,
)
from fireline.domain.incident.stamps import check_order
from tests.builders import ANA, BEN, an_incident, night

NOW = night("06:00")
CHECKED = RepairDecision(damaged=False, checked_by="ana", how="row counts match")
BURNS = (Burning("orders", 300, 2.0),)
S = IncidentState
WORKED_ON = (S.TRIAGE, S.INVESTIGATING, S.MITIGATING, S.RESTORED, S.REPAIRING)
ALLOWED = {
    Verb.INVESTIGATE: (S.TRIAGE,),
    Verb.MITIGATE: (S.TRIAGE, S.INVESTIGATING),
    Verb.RESTORE: (S.TRIAGE, S.INVESTIGATING, S.MITIGATING),
    Verb.REPAIR: (S.RESTORED,),
    Verb.RESOLVE: (S.RESTORED, S.REPAIRING),
    Verb.REVIEW: (S.RESOLVED,),
    Verb.CLOSE: (S.RESOLVED, S.REVIEWING),
    Verb.REOPEN: (S.RESTORED, S.REPAIRING, S.RESOLVED, S.REVIEWING, S.CLOSED),
    Verb.DECLINE: (S.TRIAGE, S.INVESTIGATING),
    Verb.MERGE: WORKED_ON,
    Verb.CANCEL: (S.TRIAGE, S.INVESTIGATING, S.MITIGATING),
}
DAMAGED = (AffectedDataset("db.s.orders", harms=(Harm.WRONG,)),)
WINDOW = BadWindow(night("00:00"), night("02:00"))


def ready(state: IncidentState, **details: object) -> Incident:
    """An incident in that state which knows everything that any guard asks for."""
    stamps = {
        Stamp.IMPACT_STARTED: night("01:40"),
        Stamp.DETECTED: night("02:05"),
        Stamp.DECLARED: night("02:10"),
        Stamp.ACKNOWLEDGED: night("02:10"),
        Stamp.IDENTIFIED: night("02:20"),
    }
    later = {
        S.RESTORED: {Stamp.MITIGATED: night("02:48"), Stamp.RESTORED: night("02:48")},
        S.RESOLVED: {Stamp.DATA_VERIFIED: night("04:00"), Stamp.RESOLVED: night("05:00")},
        S.CLOSED: {Stamp.CLOSED: night("05:30")},
    }
    order = list(S)
    for reached, more in later.items():
        if order.index(state) >= order.index(reached) and state in order[:8]:
            stamps |= more
    incident = an_incident(state=state, stamps=stamps)
    known = replace(
        incident.details,
        affected=DAMAGED,
        bad_window=WINDOW,
        timeline_accepted_at=night("05:10"),
        caused_by_change=Answer.NO,
        detected_by=DetectedBy.ALERT,
        runbook_answer="right",
    )
    if state is S.REPAIRING:
        unit = RepairUnit(1, "db.s.orders", "2026-11-22", status=UnitStatus.VERIFIED)
        check = Check(
            "orders",
            "slo",
            green=True,
            detail="0.2x",
            at=night("05:59"),
            green_since=night("05:30"),
        )
        known = replace(known, units=(unit,), checks=(check,))
    return replace(incident, details=replace(known, **details))  # type: ignore[arg-type]


def asked(verb: Verb, **changes: object) -> Move:
    """The verb with everything it needs."""
    usual: dict[str, object] = {
        "verb": verb,
        "at": NOW,
        "now": NOW,
        "decision": CHECKED if verb is Verb.RESOLVE else None,
        "reason": "it came back again",
        "choice": {Verb.REOPEN: "service", Verb.DECLINE: "expected"}.get(verb, ""),
        "target": an_incident(7) if verb is Verb.MERGE else None,
    }
    return Move(**{**usual, **changes})  # type: ignore[arg-type]


def codes(incident: Incident, move: Move) -> tuple[str, ...]:
    return tuple(refusal.code for refusal in refusals(incident, move))


@pytest.mark.parametrize("state", list(S))
@pytest.mark.parametrize("verb", list(Verb))
def test_each_verb_leads_somewhere_from_exactly_the_states_of_the_table(
    verb: Verb, state: IncidentState
) -> None:
    incident = ready(state)
    found = codes(incident, asked(verb))
    if state in ALLOWED[verb]:
        assert found == ()
        moved = advance(incident, asked(verb))
        assert moved.steps[0].source is state
        assert moved.steps[-1].target is moved.incident.state
    else:
        assert {"WRONG_STATE", "NOT_RESTORED"} & set(found)
    assert (verb in available_transitions(incident)) == (state in ALLOWED[verb])


def test_a_refusal_names_every_reason_and_the_command_that_mends_it() -> None:
    incident = replace(ready(S.RESTORED), details=an_incident().details)
    with pytest.raises(IllegalTransitionError) as refused:
        advance(incident, asked(Verb.REPAIR))
    assert refused.value.codes == ("NO_BAD_WINDOW",)
    for words in ("/incident dataset add", "/incident window", "/incident repair"):
        assert words in str(refused.value)


@pytest.mark.parametrize(
    ("incident", "move", "code", "fix"),
    [
        (
            replace(ready(S.INVESTIGATING), roles={}),
            asked(Verb.MITIGATE),
            "NO_COMMANDER",
            "/incident claim commander",
        ),
        (ready(S.MITIGATING), asked(Verb.RESTORE, burning=BURNS), "STILL_BURNING", "override:"),
        (ready(S.MITIGATING), asked(Verb.RESTORE, firing=("up",)), "ALERT_FIRING", "override:"),
        (ready(S.RESTORED, bad_window=None), asked(Verb.REPAIR), "NO_BAD_WINDOW", "window"),
        (ready(S.RESTORED), asked(Verb.RESOLVE, decision=None), "REPAIR_UNDECIDED", "no-damage"),
        (
            ready(S.RESTORED, checks=(Check("t", "dbt", green=False, detail="3 rows", at=NOW),)),
            asked(Verb.RESOLVE),
            "VERIFY_RED",
            "/incident verify",
        ),
        (
            ready(S.REPAIRING, units=(RepairUnit(1, "o", "w"),)),
            asked(Verb.RESOLVE, decision=None),
            "UNITS_OPEN",
            "/incident unit done",
        ),
        (
            ready(S.REPAIRING, units=()),
            asked(Verb.RESOLVE, decision=None),
            "UNITS_OPEN",
            "unit add",
        ),
        (
            ready(
                S.REPAIRING,
                checks=(Check("c", "slo", green=True, detail="", at=NOW, green_since=NOW),),
            ),
            asked(Verb.RESOLVE),
            "SUSTAIN",
            "wait 15 min more",
        ),
        (
            ready(S.REPAIRING, checks=()),
            asked(Verb.RESOLVE, decision=None),
            "SUSTAIN",
            "/incident verify",
        ),
        (
            ready(S.REPAIRING, published_bad=True),
            asked(Verb.RESOLVE),
            "NO_CORRECTION",
            "/incident notify correction",
        ),
        (
            ready(
                S.REPAIRING,
                notices=(Notice("board", NoticeKind.DO_NOT_USE, NOW, "ana", tier=0),),
            ),
            asked(Verb.RESOLVE),
            "CONSUMERS_OPEN",
            "override:",
        ),
        (ready(S.REPAIRING), asked(Verb.RESOLVE, burning=BURNS), "STILL_BURNING", "override:"),
        (
            ready(S.RESOLVED, timeline_accepted_at=None),
            asked(Verb.REVIEW),
            "TIMELINE_OPEN",
            "/incident accept all",
        ),
        (
            ready(S.RESOLVED),
            asked(Verb.CLOSE, closing=Closing(postmortem_required=True)),
            "PM_REQUIRED",
            "/incident review",
        ),
        (
            ready(S.CLOSED),
            asked(Verb.REOPEN, reason="short"),
            "REASON_SHORT",
            "/incident reopen",
        ),
        (ready(S.CLOSED), asked(Verb.REOPEN, choice=""), "REOPEN_KIND", "reopen data"),
        (
            ready(S.CLOSED),
            asked(Verb.REOPEN, at=NOW + timedelta(days=31), now=NOW + timedelta(days=31)),
            "TOO_OLD",
            "/incident declare",
        ),
        (ready(S.TRIAGE), asked(Verb.DECLINE, choice="boring"), "DECLINE_CODE", "false_alarm"),
        (ready(S.TRIAGE), asked(Verb.CANCEL, reason=" "), "REASON_SHORT", "/incident cancel"),
        (
            ready(S.TRIAGE, units=(RepairUnit(1, "o", "w"),)),
            asked(Verb.CANCEL),
            "UNITS_EXIST",
            "/incident restore",
        ),
        (ready(S.TRIAGE), asked(Verb.MERGE, target=None), "MERGE_TARGET", "/incident list"),
        (
            ready(S.TRIAGE),
            asked(Verb.MERGE, target=an_incident(7, state=S.MERGED, merged_into=9)),
            "MERGE_TARGET",
            "/incident list",
        ),
        (
            ready(S.TRIAGE),
            asked(Verb.MERGE, target=an_incident(7, parent_id=142)),
            "MERGE_TARGET",
            "the other way round",
        ),
    ],
)
def test_each_guard_refuses_with_its_code_and_the_way_out(
    incident: Incident, move: Move, code: str, fix: str
) -> None:
    with pytest.raises(IllegalTransitionError) as refused:
        advance(incident, move)
    assert code in refused.value.codes
    assert fix in str(refused.value)


@pytest.mark.parametrize("stamp", [Stamp.IMPACT_STARTED, Stamp.IDENTIFIED])
def test_a_review_needs_its_instants(stamp: Stamp) -> None:
    incident = ready(S.RESOLVED)
    stamps = {s: at for s, at in incident.stamps.items() if s is not stamp}
    assert codes(replace(incident, stamps=stamps), asked(Verb.REVIEW)) == ("TIMESTAMP_MISSING",)
    if stamp is Stamp.IDENTIFIED:
        minor = replace(incident, stamps=stamps, severity=Severity.SEV3)
        assert codes(minor, asked(Verb.REVIEW)) == ()


def test_overridable_guards_yield_to_a_reason_and_are_remembered_others_do_not() -> None:
    moved = advance(
        ready(S.MITIGATING),
        asked(Verb.RESTORE, burning=BURNS, firing=("up",), override="lag drains"),
    )
    assert [refusal.code for refusal in moved.forced] == ["STILL_BURNING", "ALERT_FIRING"]
    undecided = asked(Verb.RESOLVE, decision=None, override="trust me")
    assert codes(ready(S.RESTORED), undecided) == ("REPAIR_UNDECIDED",)


def test_a_repair_is_verified_from_the_begin_of_the_green_stretch() -> None:
    moved = advance(ready(S.REPAIRING), asked(Verb.RESOLVE, decision=None)).incident
    assert moved.at(Stamp.DATA_VERIFIED) == night("05:30")
    assert moved.repair is not None
    assert moved.repair.damaged


def test_who_may_do_what() -> None:
    outsider = Asker("U9", responder=False)
    other, commander = Asker(BEN.id), Asker(ANA.id)
    assert codes(ready(S.TRIAGE), asked(Verb.INVESTIGATE, asker=outsider)) == ("FORBIDDEN",)
    assert codes(ready(S.TRIAGE), asked(Verb.INVESTIGATE, asker=other)) == ()
    for verb, state in (
        (Verb.RESTORE, S.MITIGATING),
        (Verb.CLOSE, S.REVIEWING),
        (Verb.MERGE, S.TRIAGE),
        (Verb.CANCEL, S.TRIAGE),
        (Verb.DECLINE, S.INVESTIGATING),
        (Verb.REPAIR, S.RESTORED),
    ):
        assert codes(ready(state), asked(verb, asker=other)) == ("FORBIDDEN",)
        assert codes(ready(state), asked(verb, asker=commander)) == ()
        nobody = replace(ready(state), roles={})
        assert codes(nobody, asked(verb, asker=other)) == ()
    assert codes(ready(S.TRIAGE), asked(Verb.DECLINE, asker=other)) == ()
    owned = replace(ready(S.RESTORED), roles={Role.COMMANDER: ANA.id, Role.DATA_OWNER: BEN.id})
    assert codes(owned, asked(Verb.REPAIR, asker=other)) == ()


def test_reopening_soon_is_the_same_impact_and_takes_the_end_back() -> None:
    soon = night("03:30")
    moved = advance(
        ready(S.RESTORED), asked(Verb.REOPEN, at=soon, now=soon, asker=Asker(BEN.id))
    ).incident
    assert moved.state is S.INVESTIGATING
    assert moved.at(Stamp.RESTORED) is None
    assert moved.at(Stamp.REOPENED) == soon
    (entry,) = moved.details.reopened
    assert entry.same_impact
    assert entry.restored_at == night("02:48")
    later = advance(ready(S.RESOLVED), asked(Verb.REOPEN, choice="data")).incident
    assert later.state is S.REPAIRING
    assert later.at(Stamp.RESTORED) == night("02:48")
    assert later.at(Stamp.RESOLVED) is None
    assert not later.details.reopened[0].same_impact


@pytest.mark.parametrize(
    ("changes", "closing", "restricted", "code"),
    [
        ({}, Closing(postmortem_required=True), False, "PM_UNPUBLISHED"),
        ({}, Closing(actions_unowned=("ACT-3",)), False, "ACTIONS_UNOWNED"),
        ({"runbook_answer": None}, Closing(), False, "RUNBOOK_UNASKED"),
        (
            {
                "decisions": (
                    Decision(1, "key", "ana", night("03:00"), DecisionKind.TEMPORARY_ACCESS),
                )
            },
            Closing(),
            False,
            "TEMP_ACCESS_OPEN",
        ),
        (
            {"notices": (Notice("board", NoticeKind.DO_NOT_USE, NOW, "ana"),)},
            Closing(),
            False,
            "NOTICES_OPEN",
        ),
        ({}, Closing(), True, "NO_SECURITY_SIGNOFF"),
        ({"caused_by_change": None}, Closing(), False, "CHANGE_UNANSWERED"),
        ({"detected_by": None}, Closing(), False, "CHANGE_UNANSWERED"),
    ],
)
def test_each_closing_gate_holds_the_incident_open(
    changes: dict[str, object], closing: Closing, *, restricted: bool, code: str
) -> None:
    incident = replace(ready(S.REVIEWING, **changes), restricted=restricted)
    assert [gate.code for gate in gates(incident, closing, NOW)] == [code]
    assert codes(incident, asked(Verb.CLOSE, closing=closing)) == (code,)


MOVES = st.builds(
    lambda verb, minutes, burns, reason, decided, choice, other: asked(
        verb,
        at=NOW + timedelta(minutes=minutes),
        now=NOW + timedelta(minutes=600),
        burning=BURNS if burns else (),
        override=reason,
        decision=CHECKED if decided else None,
        choice=choice,
        target=an_incident(7) if other else None,
    ),
    st.sampled_from(Verb),
    st.integers(-300, 600),
    st.booleans(),
    st.sampled_from([None, "", "we know better"]),
    st.booleans(),
    st.sampled_from(["", "service", "data", "expected"]),
    st.booleans(),
)
REQUIRED = {
    S.INVESTIGATING: {Stamp.DETECTED, Stamp.DECLARED, Stamp.ACKNOWLEDGED},
    S.MITIGATING: {Stamp.ACKNOWLEDGED},
    S.RESTORED: {Stamp.MITIGATED, Stamp.RESTORED},
    S.REPAIRING: {Stamp.MITIGATED, Stamp.RESTORED},
    S.RESOLVED: {Stamp.RESTORED, Stamp.DATA_VERIFIED, Stamp.RESOLVED},
    S.REVIEWING: {Stamp.IMPACT_STARTED, Stamp.RESTORED, Stamp.RESOLVED},
    S.CLOSED: {Stamp.RESTORED, Stamp.RESOLVED, Stamp.CLOSED},
}


@given(moves=st.lists(MOVES, max_size=14), knows=st.booleans())
def test_no_sequence_of_commands_reaches_a_state_without_its_facts(
    moves: list[Move], *, knows: bool
) -> None:
    incident = an_incident(state=S.TRIAGE)
    stamps = dict(incident.stamps)
    del stamps[Stamp.ACKNOWLEDGED]
    details = ready(S.TRIAGE).details if knows else incident.details
    incident = replace(incident, stamps=stamps, details=details)
    for move in moves:
        codes_ = {refusal.code for refusal in refusals(incident, move)}
        wrong = bool(codes_ & {"WRONG_STATE", "NOT_RESTORED"})
        assert (move.verb in available_transitions(incident)) == (not wrong)
        try:
            moved = advance(incident, move)
        except (IllegalTransitionError, InvalidInputError):
            continue
        assert moved.steps[0].source is incident.state
        assert not moved.steps[-1].implied
        incident = moved.incident
        check_order(incident.stamps)
        assert REQUIRED.get(incident.state, set()) <= incident.stamps.keys()
        over = incident.state in {S.RESOLVED, S.REVIEWING, S.CLOSED}
        assert (incident.repair is not None) == over
        assert (incident.merged_into is not None) == (incident.state is S.MERGED)
        if incident.state is S.CLOSED:
            assert not list(gates(incident, move.closing, move.now))
