"""How long the ledger keeps its buckets, and how long their hours."""

from collections.abc import Iterable
from dataclasses import dataclass

from fireline.domain.slo.definition import Slo

DAY = 86_400
REVIEW = 8 * DAY


@dataclass(frozen=True, slots=True)
class Retention:
    """Days of five-minute buckets, and days of hours.

    `restricted_days` is after how many days a restricted incident that is over loses its words;
    without a number it keeps them.
    """

    detail_days: int = 100
    kept_days: int = 760
    restricted_days: int | None = None

    def detail_from(self, now: int, slos: Iterable[Slo]) -> int:
        """From when on (epoch seconds) buckets stay: never less than any SLO's windows need.

        A week and a day more, for the review looks back at budgets as they stood then.
        """
        needed = min((slo.needed_from(now) for slo in slos), default=now) - REVIEW
        return min(now - self.detail_days * DAY, needed)

    def kept_from(self, now: int, slos: Iterable[Slo]) -> int:
        """From when on anything stays."""
        return min(now - self.kept_days * DAY, self.detail_from(now, slos))
