"""Durations, severity and the worked example of the incident guide."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fireline.domain.errors import InvalidInputError
from fireline.domain.incident.durations import minutes, spell
from fireline.domain.incident.incident import Severity, Stamp
from fireline.domain.incident.metrics import against_target, durations, elapsed
from fireline.domain.incident.severity import (
    Assessment,
    Burn,
    SeverityFacts,
    burn_of,
    change,
    judge,
)
from fireline.domain.policy.incident_rules import IncidentRules
from fireline.domain.slo.status import BurnSeverity
from tests.builders import an_incident, night, the_worked_incident


def judged(tier: int, burn: Burn, slo: str | None) -> Assessment:
    """By the shipped rules, with nothing known but these."""
    return judge(SeverityFacts(tier, burn, slo), IncidentRules())


def test_the_worked_example() -> None:
    known = durations(the_worked_incident())
    assert known.ttd == timedelta(minutes=25)
    assert known.tta == timedelta(minutes=4)
    assert known.ttm == timedelta(minutes=54)
    assert known.mttr == timedelta(minutes=68)
    assert known.ttdr == timedelta(hours=4, minutes=40)
    assert against_target(timedelta(minutes=68), 60) == "target 60 min, missed by 8 min"


def test_mttr_counts_from_detection_when_the_impact_is_not_recorded() -> None:
    stamps = {Stamp.DETECTED: night("02:10"), Stamp.RESTORED: night("02:48")}
    known = durations(an_incident(stamps=stamps))
    assert known.mttr == timedelta(minutes=38)
    assert known.ttd is None


def test_an_open_incident_has_no_mttr_but_an_elapsed_time() -> None:
    incident = an_incident()
    assert durations(incident).mttr is None
    assert elapsed(incident, night("03:00")) == timedelta(minutes=50)


def test_a_finished_incident_never_ends_now() -> None:
    assert elapsed(the_worked_incident(), night("23:00")) == timedelta(minutes=68)


@pytest.mark.parametrize(
    ("span", "said"),
    [
        (timedelta(days=2, hours=3, minutes=5), "2 d 3 h 5 min"),
        (timedelta(minutes=68), "68 min"),
        (timedelta(hours=4, minutes=40), "4 h 40 min"),
        (timedelta(hours=4), "4 h"),
        (timedelta(seconds=45), "45 s"),
        (timedelta(days=1, minutes=1), "1 d 1 min"),
        (0, "0 s"),
    ],
)
def test_durations_are_said_in_total(span: timedelta | float, said: str) -> None:
    assert spell(span) == said


@given(st.timedeltas(min_value=timedelta(hours=2), max_value=timedelta(days=90)))
def test_what_is_said_adds_up_to_the_whole_minutes(span: timedelta) -> None:
    parts = spell(span).split()
    factor = {"d": 1440, "h": 60, "min": 1}
    total = sum(int(n) * factor[unit] for n, unit in zip(parts[::2], parts[1::2], strict=True))
    assert total == int(span.total_seconds() // 60)
    assert int(minutes(span) or 0) == total


@pytest.mark.parametrize(
    ("tier", "burns"), [(0, (2, 2, 1, 1)), (1, (3, 3, 2, 2)), (2, (4, 4, 3, 3))]
)
def test_the_base_matrix(tier: int, burns: tuple[int, ...]) -> None:
    assert tuple(int(judged(tier, burn, "x").severity) for burn in Burn) == burns


def test_the_reason_names_tier_burn_and_slo() -> None:
    found = judged(0, burn_of(BurnSeverity.PAGE), "debezium-cdc-lag")
    assert found.reason == "SEV1: tier-0 page-level burn of debezium-cdc-lag"
    assert judged(1, Burn.NONE, None).reason == "SEV3: no SLO linked, taken as tier 1"


def test_an_override_remembers_what_was_computed_however_often_it_changes() -> None:
    incident = an_incident(severity=Severity.SEV2, computed_severity=Severity.SEV2)
    once = change(incident, Severity.SEV1, "ana", "board report due")
    assert once.severity_reason == "computed SEV2, set SEV1 by ana: board report due"
    twice = change(once, Severity.SEV3, "ben", "report can wait")
    assert twice.severity_reason == "computed SEV2, set SEV3 by ben: report can wait"


def test_a_changed_severity_needs_a_reason() -> None:
    with pytest.raises(InvalidInputError, match="needs its reason"):
        change(an_incident(), Severity.SEV4, "ana", "  ")
