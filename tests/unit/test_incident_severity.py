"""Severity from tier, burn and kind of harm: the table, its reasons, overrides, conditions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fireline.domain.errors import InvalidInputError
from fireline.domain.incident.incident import Severity
from fireline.domain.incident.severity import (
    Burn,
    SeverityFacts,
    automatic,
    change,
    judge,
    recomputed,
)
from fireline.domain.policy.expressions import holds, names, unknown_names
from fireline.domain.policy.incident_rules import (
    DEFAULT_ESCALATION,
    ESCALATION_FACTS,
    SEVERITY_FACTS,
    IncidentRules,
)
from tests.builders import an_incident

RULES = IncidentRules()


@pytest.mark.parametrize(
    ("facts", "severity"),
    [
        (SeverityFacts(0, Burn.PAGE, exposures=1, minutes_to_deadline=160), 1),
        (SeverityFacts(0, Burn.TICKET), 2),
        (SeverityFacts(1, Burn.PAGE, exposures=3), 2),
        (SeverityFacts(1, Burn.NONE, exposures=0), 4),
        (
            SeverityFacts(
                1,
                Burn.TICKET,
                wrong_published=True,
                exposures=1,
                tier0_exposures=1,
                minutes_to_deadline=90,
            ),
            1,
        ),
        (SeverityFacts(2, Burn.PAGE, exposures=0), 4),
        (SeverityFacts(2, Burn.NONE, exposures=12), 3),
        (SeverityFacts(2, exposure_suspected=True, exposures=0), 1),
    ],
)
def test_the_table_of_the_incident_guide(facts: SeverityFacts, severity: int) -> None:
    found = judge(facts, RULES)
    assert found.severity == severity
    assert found.reason.startswith(f"SEV{severity}: ")


@pytest.mark.parametrize(("tier", "row"), [(0, (2, 2, 1, 1)), (1, (3, 3, 2, 2)), (2, (4, 4, 3, 3))])
def test_the_matrix_by_tier_and_burn(tier: int, row: tuple[int, ...]) -> None:
    burns = (Burn.NONE, Burn.TICKET, Burn.PAGE, Burn.OUTAGE)
    assert (
        tuple(int(judge(SeverityFacts(tier, burn, "x"), RULES).severity) for burn in burns) == row
    )


def test_the_reason_names_the_burn_and_every_modifier() -> None:
    facts = SeverityFacts(1, Burn.TICKET, "orders", wrong_published=True, exposures=12)
    reason = judge(facts, RULES).reason
    assert reason == (
        "SEV1: tier-1 ticket-level burn of orders; 10 or more consumers downstream; "
        "wrong numbers were seen by a consumer"
    )


def test_what_nobody_knows_lowers_nothing() -> None:
    assert judge(SeverityFacts(1, Burn.NONE, exposures=None), RULES).severity == 3


def test_an_override_survives_new_facts_and_exposure_raises_past_it() -> None:
    set_by_hand = change(an_incident(), Severity.SEV3, "ana", "only staging")
    calm = judge(SeverityFacts(1, Burn.PAGE, "x"), RULES)
    kept = recomputed(set_by_hand, calm, exposure=False)
    assert kept.severity is Severity.SEV3
    assert kept.severity_reason == "computed SEV2, set SEV3 by ana: only staging"
    worst = judge(SeverityFacts(1, exposure_suspected=True), RULES)
    raised = recomputed(set_by_hand, worst, exposure=True)
    assert raised.severity is Severity.SEV1
    assert raised.details.severity_override is None
    assert automatic(set_by_hand, calm).severity is Severity.SEV2


@pytest.mark.parametrize(
    "text",
    ["__import__('os')", "tier.__class__()", "[1]", "tier + 1", "lambda: 1", "", "a if b else c"],
)
def test_a_condition_holds_no_code(text: str) -> None:
    with pytest.raises(InvalidInputError, match=r"condition|only names"):
        holds(text, {})


def test_conditions_know_dotted_names_and_are_false_of_the_unknown() -> None:
    assert holds("blast.exposures >= 10 and not calm", {"blast.exposures": 10, "calm": False})
    assert not holds("minutes < 120", {"minutes": None})
    assert not holds("minutes < 120", {"minutes": "soon"})
    assert names("a.b == 1 and c") == ("c", "a.b") or names("a.b == 1 and c") == ("a.b", "c")
    assert unknown_names("tier == 0 and colour == 'red'", SEVERITY_FACTS) == ("colour",)


def test_the_shipped_rules_ask_only_for_facts_there_are() -> None:
    for rule in (*RULES.raises, *RULES.lowers):
        assert unknown_names(rule.when, SEVERITY_FACTS) == ()
    for steps in DEFAULT_ESCALATION.values():
        for step in steps:
            assert step.when is None or unknown_names(step.when, ESCALATION_FACTS) == ()


@given(st.text(max_size=40))
def test_any_text_is_judged_or_refused_with_a_sentence(text: str) -> None:
    try:
        found = holds(text, {"tier": 0})
    except InvalidInputError:
        return
    assert found in {True, False}
