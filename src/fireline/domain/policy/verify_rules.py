"""Queries by which a team wants repaired data checked, whatever runbook an incident follows."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from fnmatch import fnmatchcase


@dataclass(frozen=True, slots=True)
class VerifyRule:
    """One query for datasets of these names or patterns; see `incident.checking.Query`."""

    datasets: tuple[str, ...]
    promql: str
    compare: str
    value: float
    lasts: timedelta = timedelta(0)
    absent_bad: bool = True

    def fits(self, names: Iterable[str]) -> bool:
        """Whether it is for any of these datasets; a pattern may leave out the first parts."""
        return any(
            fnmatchcase(name, pattern) or fnmatchcase(name, f"*.{pattern}")
            for name in names
            for pattern in self.datasets
        )
