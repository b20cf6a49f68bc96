"""Holding ledgers against their source: every hour once it is over, and each SLO's whole window.

Samples that came late, counts that were lost between buckets: what differs is corrected, each
correction is an audit entry with the old and the new counts. An answer with warnings is no truth.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

from fireline.domain.people import SYSTEM
from fireline.domain.slo.buckets import BucketSeries
from fireline.domain.slo.corrections import HOUR_SECONDS, Correction, corrected
from fireline.domain.slo.definition import CompositeSli, Slo
from fireline.domain.slo.ledger import floor_edge
from fireline.usecases.budget_cache import window_start
from fireline.usecases.fill_past import CHUNK_SECONDS, hour_floor, true_buckets
from fireline.usecases.ledger_ports import PastSource
from fireline.usecases.ports import FetchRequest, Services
from fireline.usecases.stored_ledgers import stored

# The evaluation reads the last three buckets again: an hour is checked when it no longer does.
SETTLED_SECONDS = 1200
HOURS_BACK = 24
GROUP = 100
ROUNDED = 6


class LedgerAudit:
    """Checks ledgers piece by piece.

    Args:
        services: everything a use case may use.
        source: asked for the past.
    """

    def __init__(self, services: Services, source: PastSource) -> None:
        self._s = services
        self._source = source
        self._checked_to: int | None = None
        self._due: list[str] = []
        self._span = (0, 0)

    def check_hours(self, now: datetime) -> bool:
        """The hours that ended since the last check, of some SLOs; says whether more are due.

        The first check after a start reaches back a day.
        """
        until = hour_floor(int(now.timestamp()) - SETTLED_SECONDS)
        slos = self._s.definitions.current().slos
        if not self._due and until != self._checked_to:
            earliest = until - HOURS_BACK * HOUR_SECONDS
            self._span = (max(earliest, self._checked_to or earliest), until)
            self._due = [name for name, slo in slos.items() if self._able(slo)]
            self._checked_to = until
        group = [slos[name] for name in self._due[:GROUP] if name in slos]
        del self._due[:GROUP]
        if group:
            self._check(group, *self._span, now)
        return bool(self._due)

    def check_window(self, now: datetime) -> str | None:
        """The whole window of the SLO that was checked longest ago; gives its name."""
        slos = self._s.definitions.current().slos
        with self._s.store() as uow:
            checked = uow.books.checked()
        able = [slo for slo in slos.values() if self._able(slo)]
        if not able:
            return None
        slo = min(able, key=lambda one: checked.get((one.name, one.revision), 0))
        until = hour_floor(int(now.timestamp()) - SETTLED_SECONDS)
        start = window_start(slo, now)
        while until > start:
            since = max(start, until - CHUNK_SECONDS)
            self._check([slo], since, until, now)
            until = since
        with self._s.store() as uow:
            uow.books.save_checked(slo.name, slo.revision, int(now.timestamp()))
            uow.commit()
        return slo.name

    def _able(self, slo: Slo) -> bool:
        return not isinstance(slo.sli, CompositeSli) and self._source.can_check(slo)

    def _check(self, slos: Sequence[Slo], start: int, until: int, now: datetime) -> None:
        """Ask again for a stretch that the ledger has, and correct what differs."""
        begin = floor_edge(start)
        keys = {slo.name: (slo.name, slo.revision) for slo in slos}
        with self._s.store() as uow:
            spans = uow.ledger.spans(list(keys.values()))
        wanted = [
            FetchRequest(slo, begin, spans[keys[slo.name]][0])
            for slo in slos
            if keys[slo.name] in spans
        ]
        truths = true_buckets(self._source, wanted, until)
        believed = [
            (request.slo, truth.series)
            for request, truth in zip(wanted, truths, strict=True)
            if truth.series is not None and not truth.warnings
        ]
        if believed:
            self._correct(believed, now)

    def _correct(self, believed: Sequence[tuple[Slo, BucketSeries]], now: datetime) -> None:
        with self._s.store() as uow:
            changed: list[tuple[str, Correction]] = []
            for (slo, series), have in zip(believed, stored(uow, believed), strict=True):
                found = corrected(have, series)
                if found is None:
                    continue
                news, told = found
                uow.ledger.write(slo.name, slo.revision, news)
                changed.append((slo.name, told))
            for name, told in changed:
                detail = _detail(told)
                uow.audit.append(now, SYSTEM.id, "ledger_corrected", f"slo:{name}", detail)
            if changed:
                uow.books.changed([name for name, _ in changed], now)
                uow.commit()


def _detail(told: Correction) -> dict[str, object]:
    """The correction as the audit trail keeps it."""
    return {
        "from": datetime.fromtimestamp(told.start, UTC).isoformat(),
        "to": datetime.fromtimestamp(told.end, UTC).isoformat(),
        "buckets": told.buckets,
        "old_good": round(told.old_good, ROUNDED),
        "old_total": round(told.old_total, ROUNDED),
        "new_good": round(told.new_good, ROUNDED),
        "new_total": round(told.new_total, ROUNDED),
    }
