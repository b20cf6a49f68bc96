"""Who may do what, reopening, the closing gates, and what no sequence of commands brings about."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fireline.domain.errors import IllegalTransitionError, InvalidInputError
from fireline.domain.incident.closing import gates
from fireline.domain.incident.details import Decision, Notice
from fireline.domain.incident.incident import (
    Role,
    Stamp,
)
from fireline.domain.incident.kinds import DecisionKind, NoticeKind
from fireline.domain.incident.lifecycle import (
    Asker,
    Closing,
    Move,
    Verb,
    advance,
    available_transitions,
    refusals,
)
from fireline.domain.incident.stamps import check_order
from tests.builders import ANA, BEN, an_incident, night
from tests.unit.incident_moves import BURNS, CHECKED, NOW, S, asked, codes, ready


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


Wish = tuple[Verb, int, bool, str | None, bool, str, bool]
# Plain values, of which the moves are made: whole moves would be too large to print.
WISHES = st.tuples(
    st.sampled_from(Verb),
    st.integers(-300, 600),
    st.booleans(),
    st.sampled_from([None, "", "we know better"]),
    st.booleans(),
    st.sampled_from(["", "service", "data", "expected"]),
    st.booleans(),
)


def wished(wish: Wish) -> Move:
    verb, minutes, burns, reason, decided, choice, other = wish
    return asked(
        verb,
        at=NOW + timedelta(minutes=minutes),
        now=NOW + timedelta(minutes=600),
        burning=BURNS if burns else (),
        override=reason,
        decision=CHECKED if decided else None,
        choice=choice,
        target=an_incident(7) if other else None,
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


@given(wishes=st.lists(WISHES, max_size=14), knows=st.booleans())
def test_no_sequence_of_commands_reaches_a_state_without_its_facts(
    wishes: list[Wish], *, knows: bool
) -> None:
    incident = an_incident(state=S.TRIAGE)
    stamps = dict(incident.stamps)
    del stamps[Stamp.ACKNOWLEDGED]
    details = ready(S.TRIAGE).details if knows else incident.details
    incident = replace(incident, stamps=stamps, details=details)
    for move in map(wished, wishes):
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
