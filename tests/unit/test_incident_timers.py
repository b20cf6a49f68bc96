"""What an incident's clock asks for, and when; every timer fires once."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fireline.domain.incident.details import Decision, Reopening
from fireline.domain.incident.incident import Incident, IncidentState, Role, Severity, Stamp
from fireline.domain.incident.kinds import DecisionKind
from fireline.domain.incident.timers import due_timers, update_due
from fireline.domain.policy.incident_rules import IncidentRules
from tests.builders import ANA, an_incident, night

RULES = IncidentRules()
DECLARED = night("02:10")


def keys(incident: Incident, now: datetime) -> list[str]:
    found = due_timers(incident, RULES, now, target_minutes=60)
    return [timer.key.split(":")[0] for timer in found]


def fired(incident: Incident, times: list[datetime]) -> list[str]:
    """Everything that fires over these looks, each key once."""
    seen: dict[str, None] = {}
    for now in times:
        for timer in due_timers(incident, RULES, now, target_minutes=60):
            seen[timer.key] = None
    return list(seen)


@pytest.mark.parametrize(("severity", "minutes"), [(1, 30), (2, 60), (3, 240), (4, 1440)])
def test_the_cadence_of_updates_follows_the_severity(severity: int, minutes: int) -> None:
    incident = an_incident(severity=Severity(severity))
    assert update_due(incident, RULES) == DECLARED + timedelta(minutes=minutes)


def test_a_page_level_burn_and_a_restore_change_the_cadence() -> None:
    minor = an_incident(severity=Severity.SEV2)
    assert update_due(minor, RULES, burning=True) == DECLARED + timedelta(minutes=30)
    stamps = {**minor.stamps, Stamp.RESTORED: night("03:00"), Stamp.MITIGATED: night("03:00")}
    calm = replace(minor, state=IncidentState.RESTORED, stamps=stamps)
    assert update_due(calm, RULES, burning=True) == DECLARED + timedelta(hours=4)


def test_an_update_resets_the_clock_and_nobody_is_nagged_a_minute_later() -> None:
    incident = an_incident()
    late = DECLARED + timedelta(minutes=31)
    assert "update" in keys(incident, late)
    said = replace(incident, details=replace(incident.details, last_update_at=late))
    assert "update" not in keys(said, late + timedelta(minutes=1))


def test_ten_minutes_late_calls_the_commander_and_each_cadence_again() -> None:
    incident = an_incident()
    at = [DECLARED + timedelta(minutes=m) for m in (29, 30, 39, 40, 59, 60, 70, 600)]
    counts = [keys(incident, now).count("update") for now in at]
    late = [keys(incident, now).count("update-late") for now in at]
    assert counts == [0, 1, 1, 1, 1, 1, 1, 1]
    assert late == [0, 0, 0, 1, 1, 0, 1, 0]
    updates = [k for k in fired(incident, at) if k.startswith("update:")]
    assert len(updates) == 3


def test_saturday_night_is_no_excuse_and_a_third_cycle_still_comes() -> None:
    saturday = datetime.fromisoformat("2026-11-28T03:00:00+00:00")
    stamps = dict.fromkeys((Stamp.DECLARED, Stamp.DETECTED, Stamp.ACKNOWLEDGED), saturday)
    incident = an_incident(stamps=stamps)
    looks = [saturday + timedelta(minutes=m) for m in range(100)]
    due = [k for k in fired(incident, looks) if k.startswith("update:")]
    assert len(due) == 3


def test_a_severe_incident_without_commander_is_asked_about_every_five_minutes() -> None:
    nobody = an_incident(roles={})
    assert "commander" not in keys(nobody, DECLARED + timedelta(minutes=4))
    looks = [DECLARED + timedelta(minutes=m) for m in range(16)]
    assert len([k for k in fired(nobody, looks) if k.startswith("commander:")]) == 3
    assert "commander" not in keys(an_incident(), DECLARED + timedelta(minutes=9))
    minor = an_incident(roles={}, severity=Severity.SEV3)
    assert "commander" not in keys(minor, DECLARED + timedelta(minutes=9))


def test_escalation_is_judged_when_it_fires() -> None:
    stamps = {Stamp.DECLARED: DECLARED, Stamp.DETECTED: DECLARED}
    unseen = an_incident(stamps=stamps)
    now = DECLARED + timedelta(minutes=6)
    asked = [t for t in due_timers(unseen, RULES, now, target_minutes=60) if "escal" in t.key]
    assert asked[-1].notify == ("@oncall-data-platform-secondary",)
    seen = an_incident(stamps={**stamps, Stamp.ACKNOWLEDGED: DECLARED})
    later = [t for t in due_timers(seen, RULES, now, target_minutes=60) if "escal" in t.key]
    assert all("secondary" not in name for t in later for name in t.notify)


def test_service_that_breaks_again_calls_anew_and_data_that_does_does_not() -> None:
    week = DECLARED + timedelta(days=7)
    service = Reopening(week, "service", "the lag came back", "ana", same_impact=False)
    for kind, called in (("service", 2), ("data", 0)):
        again = replace(service, kind=kind)
        incident = an_incident()
        incident = replace(incident, details=replace(incident.details, reopened=(again,)))
        found = due_timers(incident, RULES, week, target_minutes=60)
        assert len([t for t in found if t.key.startswith("escalate:declared")]) == called


def test_exposure_calls_security_at_once_and_restricted() -> None:
    found = due_timers(an_incident(restricted=True), RULES, DECLARED, target_minutes=60)
    (security,) = [t for t in found if "@security-oncall" in t.notify]
    assert security.restricted


def test_the_time_to_restore_warns_at_three_quarters_and_at_the_end() -> None:
    incident = an_incident()
    assert "mttr" not in keys(incident, DECLARED + timedelta(minutes=44))
    assert keys(incident, DECLARED + timedelta(minutes=45)).count("mttr") == 1
    # Once it is missed, "15 min left" would be untrue: only that is said.
    assert keys(incident, DECLARED + timedelta(minutes=60)).count("mttr") == 1
    moved = replace(incident, stamps={**incident.stamps, Stamp.IMPACT_STARTED: night("01:10")})
    assert keys(moved, DECLARED).count("mttr") == 1


def test_temporary_access_is_asked_about_when_it_ends_and_hourly() -> None:
    decision = Decision(
        1, "key", "ana", DECLARED, DecisionKind.TEMPORARY_ACCESS, expires_at=night("03:00")
    )
    incident = an_incident()
    incident = replace(incident, details=replace(incident.details, decisions=(decision,)))
    looks = [night("02:59"), night("03:00"), night("03:30"), night("04:00"), night("05:10")]
    assert len([k for k in fired(incident, looks) if k.startswith("expired:")]) == 3
    revoked = replace(decision, revoked_at=night("03:05"))
    done = replace(incident, details=replace(incident.details, decisions=(revoked,)))
    assert "expired" not in keys(done, night("04:00"))


@given(
    minutes=st.lists(st.integers(0, 3000), max_size=30),
    severity=st.sampled_from(Severity),
    led=st.booleans(),
)
def test_no_timer_is_due_before_its_time_and_none_has_two_keys(
    minutes: list[int], severity: Severity, *, led: bool
) -> None:
    incident = an_incident(severity=severity, roles={Role.COMMANDER: ANA.id} if led else {})
    for minute in sorted(minutes):
        now = DECLARED + timedelta(minutes=minute)
        found = due_timers(incident, RULES, now, target_minutes=60)
        assert all(timer.at <= now for timer in found)
        assert len({timer.key for timer in found}) == len(found)


def test_nobody_waits_for_an_update_on_what_is_only_recorded() -> None:
    incident = an_incident()
    stamps = {**incident.stamps, Stamp.RESTORED: DECLARED}
    back = replace(incident, state=IncidentState.RESTORED, stamps=stamps)
    past = replace(back, details=replace(back.details, past=True))
    assert update_due(back, RULES) is not None
    assert update_due(past, RULES) is None
