"""The past of a composite SLO: made of the pasts of its parts, as the running bot makes it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

import numpy as np
from typing_extensions import override

from fireline.domain.backtest.replay import Edges, Past
from fireline.domain.backtest.screen import LOOSE, Mask
from fireline.domain.policy.burn_pairs import plan_pairs
from fireline.domain.policy.policy import Policy
from fireline.domain.slo.definition import CompositeSli, Method, Slo
from fireline.domain.slo.reading import Reading
from fireline.usecases.composites import composite_reading


@dataclass(frozen=True)
class JoinedPast(Past):
    """A past whose readings are joined from those of its parts."""

    parts: Mapping[str, Past] = field(default_factory=dict)

    @override
    def reading(self, edge: int) -> Reading:
        """What the bot would have known when the bucket that ends at `edge` had closed."""
        readings = {name: past.reading(edge) for name, past in self.parts.items()}
        at = datetime.fromtimestamp(edge, UTC)
        return composite_reading(self.slo, readings, at, self.exclusions)

    @override
    def worth(self, policy: Policy, edges: Edges) -> Mask | None:
        """At which of the instants the weighted burn of the parts may exceed a factor."""
        sli = self.slo.sli
        if not isinstance(sli, CompositeSli) or sli.method is not Method.OCCURRENCES:
            return None
        screens = [
            (self.parts[part.slo].screen(edges), self.parts[part.slo].slo, part.weight)
            for part in sli.parts
        ]
        found = np.zeros(len(edges), np.bool_)
        for pair in plan_pairs(self.slo, policy.pairs):
            above = np.ones(len(edges), np.bool_)
            for seconds in (pair.long_seconds, pair.short_seconds):
                burn = np.zeros(len(edges))
                for screen, slo, weight in screens:
                    if screen is None or slo.budget_fraction <= 0:
                        return None
                    burn += weight * screen.most_burn(seconds, slo.budget_fraction)
                above &= burn * (1 + LOOSE) > pair.factor
            found |= above
        return found


def joined_past(slo: Slo, parts: Mapping[str, Past]) -> JoinedPast:
    """The composite's past over the same stretch as its parts'."""
    first = next(iter(parts.values()))
    begun = [past.history_start for past in parts.values()]
    # Its own buckets are never read; they only say since when there is history.
    oldest = max((start for start in begun if start is not None), default=first.series.start)
    series = first.series
    for past in parts.values():
        if past.history_start == oldest:
            series = past.series
    return JoinedPast(slo, series, first.scrape_interval, (), parts)
