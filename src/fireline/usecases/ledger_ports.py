"""What keeping the ledger true needs of the source, beside what the evaluation asks."""

from collections.abc import Sequence
from typing import Protocol

from fireline.domain.slo.definition import Slo
from fireline.usecases.ports import FetchRequest, FetchResult, SliSource


class PastSource(SliSource, Protocol):
    """The source on connections of its own, so that no evaluation waits for its long answers."""

    def hours(self, requests: Sequence[FetchRequest], until: int) -> list[FetchResult]:
        """Hours from each request's start (epoch, multiple of 3600) to `until`, as coarse buckets.

        No series and no error for an SLO of a kind that has no hours.
        """
        ...

    def can_check(self, slo: Slo) -> bool:
        """Whether asking again can tell the truth; what rules recorded stays as they did."""
        ...

    def exact(self, slo: Slo) -> bool:
        """Whether its five-minute buckets are true as they are asked for."""
        ...
