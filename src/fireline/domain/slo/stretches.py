"""A stretch of the past that a ledger still lacks, and how far the filling of it has come."""

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Stretch:
    """What lies before the first evaluation, or before one after a long silence.

    All in epoch seconds. It is filled from its newest end: hours are there since `hours_from`,
    buckets since `detail_from`; both begin at `end` and go down to `start`.
    """

    slo: str
    revision: str
    start: int
    end: int
    hours_from: int
    detail_from: int

    @classmethod
    def whole(cls, slo: str, revision: str, start: int, end: int) -> "Stretch":
        """One of which nothing is there yet."""
        return cls(slo, revision, start, end, hours_from=end, detail_from=end)

    @property
    def lacks_hours(self) -> bool:
        """Whether hours would tell anything that is not known better."""
        return self.start < min(self.hours_from, self.detail_from)

    @property
    def filled(self) -> bool:
        """Whether all of it was asked for."""
        return self.detail_from <= self.start

    def with_hours(self, since: int) -> "Stretch":
        """Its hours are there since then."""
        return replace(self, hours_from=max(self.start, min(self.hours_from, since)))

    def with_detail(self, since: int) -> "Stretch":
        """Its buckets are there since then."""
        return replace(self, detail_from=max(self.start, min(self.detail_from, since)))
