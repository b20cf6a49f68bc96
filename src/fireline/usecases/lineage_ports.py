"""What the use cases of lineage need from the store, as Protocols."""

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol

from fireline.domain.lineage.graph import Graph
from fireline.domain.lineage.runs import RunResult


class Lineages(Protocol):
    """Lineages by where they come from, and the last result of each run."""

    def save(self, source: str, graph: Graph, at: datetime) -> bool:
        """Keep it in place of the last one of this source; False when it says the same."""
        ...

    def graph(self) -> Graph:
        """All of them as one."""
        ...

    def forget_before(self, at: datetime, prefix: str) -> int:
        """Forget lineages of sources that begin so and were not told since; gives how many."""
        ...

    def save_runs(self, runs: Iterable[RunResult]) -> None: ...
    def runs(self, datasets: Iterable[str]) -> list[RunResult]:
        """The last results that belong to these datasets."""
        ...

    def last_runs(self, ids: Iterable[str]) -> list[RunResult]:
        """The last results with these ids."""
        ...
