"""When an alert declares its incident by itself."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from fireline.domain.policy.expressions import holds, names

LABEL = "labels."
# What a rule may ask for, besides any label as `labels.NAME`.
DECLARE_FACTS = ("source", "severity", "tier", "slo", "service", "alertname", "alerts")


@dataclass(frozen=True, slots=True)
class DeclareRule:
    """`when` is judged of the alert; a `quiet` rule makes a signal for triage.

    It waits until the alert came `min_occurrences` times within the correlation's window.
    """

    when: str
    quiet: bool = False
    min_occurrences: int = 1
    severity: int | None = None
    restricted: bool = False


# What `declare_from_alerts` switches on.
BUILT_IN = (
    DeclareRule("source == 'burn' and severity == 'page'"),
    DeclareRule("source == 'burn' and severity == 'ticket'", quiet=True),
)


def lacking(when: str) -> tuple[str, ...]:
    """Names in the condition that are neither facts nor labels."""
    return tuple(n for n in names(when) if n not in DECLARE_FACTS and not n.startswith(LABEL))


def rule_for(
    rules: Iterable[DeclareRule], facts: Mapping[str, object], occurrences: int
) -> DeclareRule | None:
    """The first rule that holds; None also where it came too seldom for that one."""
    found = next((rule for rule in rules if holds(rule.when, facts)), None)
    return found if found is not None and occurrences >= found.min_occurrences else None
