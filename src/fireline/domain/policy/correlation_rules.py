"""The team's rules for what belongs together: how near, how far down, how often."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class SignalRules:
    """When a signal counts, and from when on it flaps: so many changes of state in a while."""

    min_occurrences: int = 1
    flap_transitions: int = 4
    flap_within: timedelta = 30 * MINUTE


@dataclass(frozen=True, slots=True)
class CorrelationRules:
    """What attaches to an incident, and what is only proposed.

    Incidents that ended within `window` still take what follows from them; lineage is followed
    `max_depth` edges; changes of the last `recent_changes` before an incident are shown with it.
    `alerts` have rules of their own, by the name of SLO, alert or dbt test.
    """

    window: timedelta = 30 * MINUTE
    max_depth: int = 6
    usual: SignalRules = SignalRules()
    alerts: Mapping[str, SignalRules] = field(default_factory=dict)
    recent_changes: timedelta = 120 * MINUTE

    def of(self, *names: str) -> SignalRules:
        """The rules of the first of these names that has its own, else the usual ones."""
        return next((self.alerts[name] for name in names if name in self.alerts), self.usual)
