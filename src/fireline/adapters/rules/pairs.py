"""The pairs of windows that get an alert."""

from fireline.domain.policy.burn_pairs import PlannedPair, plan_pairs
from fireline.domain.policy.policy import Policy
from fireline.domain.slo.definition import Slo


def distinct_pairs(slo: Slo, policy: Policy) -> tuple[PlannedPair, ...]:
    """The planned pairs, of like ones only the most sensitive: it fires whenever the others do.

    Two pairs become alike when both could never fire at this objective and were replaced.
    """
    kept: dict[tuple[str, int, int], PlannedPair] = {}
    for pair in plan_pairs(slo, policy.pairs):
        key = (pair.severity.value, pair.long_seconds, pair.short_seconds)
        if key not in kept or pair.share < kept[key].share:
            kept[key] = pair
    return tuple(kept.values())
