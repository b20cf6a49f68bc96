"""Every transition of the state table, allowed and refused, and what no sequence brings about."""

from dataclasses import replace
from datetime import timedelta

import pytest

from fireline.domain.errors import IllegalTransitionError
from fireline.domain.incident.details import Check, Notice, RepairUnit
from fireline.domain.incident.incident import (
    Incident,
    IncidentState,
    Severity,
    Stamp,
)
from fireline.domain.incident.kinds import NoticeKind
from fireline.domain.incident.lifecycle import (
    Closing,
    Move,
    Verb,
    advance,
    available_transitions,
)
from tests.builders import an_incident, night
from tests.unit.incident_moves import ALLOWED, BURNS, NOW, S, asked, codes, ready


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
