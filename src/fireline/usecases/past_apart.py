"""The past of ledgers as the evaluation sees it: others fill it, and say when something changed."""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta

from fireline.domain.slo.corrections import HOUR_SECONDS
from fireline.domain.slo.definition import Slo
from fireline.domain.slo.stretches import Stretch
from fireline.usecases.mend_ledger import FLOW, QUEUE
from fireline.usecases.ports import FetchRequest, FlowCall, Services, UnitOfWork

# Asked for at once: enough for all burn windows that page.
LIVE = timedelta(hours=6)
# For so long a new SLO shows no budget while its past is on its way.
WAIT = timedelta(minutes=10)
# After a longer pause another replica may have evaluated meanwhile.
ABSENCE = timedelta(minutes=10)


class PastApart:
    """What one evaluation has to know of the filling and correcting that others do.

    Args:
        services: everything a use case may use.
    """

    def __init__(self, services: Services) -> None:
        self._s = services
        self._seen: int | None = None
        self._last: datetime | None = None
        self._waiting: dict[str, datetime] = {}

    def outdated(self, uow: UnitOfWork, slos: Mapping[str, Slo], at: datetime) -> list[Slo]:
        """Whose ledgers in memory are no longer those of the store."""
        newest, changed = uow.books.changes(self._seen or 0)
        first, self._seen = self._seen is None, newest
        absent = self._last is not None and at - self._last > ABSENCE
        self._last = at
        for name in changed:
            self._waiting.pop(name, None)
        if first:
            return []
        return [slo for name, slo in slos.items() if absent or name in changed]

    def handed_over(self, uow: UnitOfWork, slos: Sequence[Slo]) -> Iterator[tuple[str, int]]:
        """Up to where somebody else fills the ledgers of these, or did."""
        ends = uow.books.ends() if slos else {}
        for slo in slos:
            end = ends.get((slo.name, slo.revision))
            if end is not None:
                yield slo.name, end

    def waiting(self, at: datetime) -> AbstractSet[str]:
        """New SLOs whose past is on its way."""
        return {name for name, since in self._waiting.items() if at - since < WAIT}

    def hand_over(self, requests: Sequence[FetchRequest], at: datetime) -> int:
        """Have what was to be asked for filled by others; gives from when on to ask oneself."""
        live = int((at - LIVE).timestamp()) // HOUR_SECONDS * HOUR_SECONDS
        with self._s.store() as uow:
            uow.books.plan(
                Stretch.whole(r.slo.name, r.slo.revision, r.start, live) for r in requests
            )
            call_id = f"{FLOW}:{live}:{self._s.ids.sortable()}"
            uow.start(FlowCall(FLOW, (), call_id, QUEUE, QUEUE))
            uow.commit()
        self._waiting.update((r.slo.name, at) for r in requests if r.since is None)
        return live
