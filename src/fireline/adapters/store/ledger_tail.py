"""The newest buckets of all ledgers: one row holds one bucket of 256 of them.

So a bucket that closes for ten thousand SLOs writes forty small rows instead of ten thousand days.
Whole days are folded into the rows of their ledgers later.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy import BigInteger, LargeBinary, UniqueConstraint, delete, func, select
from sqlmodel import Field

from fireline.adapters.store.ledger_days import DAY_SECONDS, MISSING, PER_DAY
from fireline.adapters.store.tables import Row
from fireline.adapters.store.transaction import Transaction, table_of
from fireline.domain.slo.buckets import BUCKET_SECONDS, BucketSeries, Counts, Flags

PAGE = 256
# No bucket has all flags at once: this one is not in the tail.
ABSENT = 255
AT_ONCE = 400
COUNTER = "ledger"

Key = tuple[str, str]


class LedgerSlotRow(Row, table=True):
    """The place of a ledger in the tail: page `number // 256`, lane `number % 256`."""

    __tablename__ = "ledger_slot"
    __table_args__ = (UniqueConstraint("number", name="uq_ledger_slot_number"),)
    slo: str = Field(primary_key=True)
    revision: str = Field(primary_key=True)
    number: int


class LedgerTailRow(Row, table=True):
    """One bucket of 256 ledgers: little-endian float64 counts, one byte of flags each."""

    __tablename__ = "ledger_tail"
    page: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    start: int = Field(
        primary_key=True,
        index=True,
        sa_type=BigInteger,
        sa_column_kwargs={"autoincrement": False},
    )
    good: bytes = Field(sa_type=LargeBinary)
    total: bytes = Field(sa_type=LargeBinary)
    flags: bytes = Field(sa_type=LargeBinary)


class Slots:
    """Places once given out, for the whole process; they never change."""

    def __init__(self) -> None:
        self.known: dict[Key, int] = {}


@dataclass(slots=True)
class Lanes:
    """One bucket of a page."""

    good: Counts
    total: Counts
    flags: Flags


class Tail:
    """The tail within one transaction."""

    def __init__(self, tx: Transaction, slots: Slots) -> None:
        self._tx = tx
        self._slots = slots
        self._new: dict[Key, int] = {}
        self._c = table_of(LedgerTailRow).c

    def committed(self) -> None:
        """Told after a commit."""
        self._slots.known.update(self._new)
        self._new.clear()

    def places(self, keys: Iterable[Key]) -> dict[Key, int]:
        """The places of those ledgers that have one."""
        wanted = list(keys)
        found = {key: self._place(key) for key in wanted}
        unknown = sorted({slo for (slo, _), place in found.items() if place is None})
        c = table_of(LedgerSlotRow).c
        for first in range(0, len(unknown), AT_ONCE):
            query = select(c.slo, c.revision, c.number).where(
                c.slo.in_(unknown[first : first + AT_ONCE])
            )
            for slo, revision, number in self._tx.session.connection().execute(query):
                self._slots.known[slo, revision] = number
        return {key: n for key in wanted if (n := self._place(key)) is not None}

    def _place(self, key: Key) -> int | None:
        found = self._slots.known.get(key)
        return found if found is not None else self._new.get(key)

    def _seated(self, keys: Sequence[Key]) -> dict[Key, int]:
        """The places of these ledgers; new ones get one."""
        found = self.places(keys)
        new = [key for key in keys if key not in found]
        if new:
            self._tx.lock()
            found |= self.places(new)
            new = [key for key in new if key not in found]
            numbers = self._tx.next_numbers(COUNTER, len(new))
            rows = [
                {"slo": slo, "revision": revision, "number": number - 1}
                for (slo, revision), number in zip(new, numbers, strict=True)
            ]
            self._tx.upsert(LedgerSlotRow, rows)
            given = {key: number - 1 for key, number in zip(new, numbers, strict=True)}
            self._new |= given
            found |= given
        return found

    def write(self, written: dict[Key, list[BucketSeries]]) -> None:
        """Lay new buckets over those of the tail."""
        places = self._seated(list(written))
        cells: defaultdict[tuple[int, int], list[tuple[int, float, float, int]]] = defaultdict(list)
        for key, pieces in written.items():
            page, lane = divmod(places[key], PAGE)
            for series in pieces:
                good, total, flags = (
                    series.good.tolist(),
                    series.total.tolist(),
                    series.flags.tolist(),
                )
                for n, cell in enumerate(zip(good, total, flags, strict=True)):
                    cells[page, series.start + n * BUCKET_SECONDS].append((lane, *cell))
        self._tx.lock()
        rows = self._rows(cells.keys())
        for where, found in cells.items():
            lanes = rows.setdefault(where, _no_lanes())
            index = [cell[0] for cell in found]
            lanes.good[index] = [cell[1] for cell in found]
            lanes.total[index] = [cell[2] for cell in found]
            lanes.flags[index] = [cell[3] for cell in found]
        self._save({where: rows[where] for where in cells})

    def blank(self, keys: Sequence[Key], start: int, end: int) -> None:
        """Take ledgers out of a stretch of the tail, because it is stored elsewhere."""
        by_page: defaultdict[int, list[int]] = defaultdict(list)
        for number in self.places(keys).values():
            by_page[number // PAGE].append(number % PAGE)
        changed = {}
        for page, lanes in by_page.items():
            for at, row in self.page(page, start, end):
                if (row.flags[lanes] != ABSENT).any():
                    row.flags[lanes] = ABSENT
                    changed[page, at] = row
        self._save(changed)

    def page(self, page: int, start: int, end: int) -> Iterator[tuple[int, Lanes]]:
        """The buckets of a page within `[start, end)`."""
        c = self._c
        query = select(c.start, c.good, c.total, c.flags).where(
            c.page == page, c.start >= start, c.start < end
        )
        for at, *arrays in self._tx.session.connection().execute(query).all():
            yield at, _lanes(*arrays)

    def one(self, key: Key, start: int, end: int) -> Iterator[tuple[int, float, float, int]]:
        """Start, good, total and flags of one ledger's buckets within `[start, end)`."""
        place = self.places([key]).get(key)
        if place is None:
            return
        page, lane = divmod(place, PAGE)
        c = self._c
        flag = func.substr(c.flags, lane + 1, 1, type_=LargeBinary)
        good, total = (
            func.substr(b, lane * 8 + 1, 8, type_=LargeBinary) for b in (c.good, c.total)
        )
        query = select(c.start, good, total, flag).where(
            c.page == page, c.start >= start, c.start < end
        )
        for at, *cells in self._tx.session.connection().execute(query):
            if bytes(cells[2])[0] != ABSENT:
                counts = np.frombuffer(bytes(cells[0]) + bytes(cells[1]), "<f8").tolist()
                yield at, counts[0], counts[1], bytes(cells[2])[0]

    def spans(self, keys: Sequence[Key]) -> dict[Key, tuple[int, int]]:
        """Start of the first and end of the last bucket with data in the tail."""
        places = self.places(keys)
        flags: dict[int, list[tuple[int, Flags]]] = {}
        c = self._c
        for page in {number // PAGE for number in places.values()}:
            query = select(c.start, c.flags).where(c.page == page).order_by(c.start)
            rows = self._tx.session.connection().execute(query)
            flags[page] = [(at, np.frombuffer(data, np.uint8)) for at, data in rows]
        found = {}
        for key, number in places.items():
            page, lane = divmod(number, PAGE)
            known = [at for at, row in flags[page] if not row[lane] & MISSING]
            if known:
                found[key] = known[0], known[-1] + BUCKET_SECONDS
        return found

    def oldest_day(self, before: int) -> tuple[int, int] | None:
        """Page and day of the oldest bucket that began before an instant."""
        c = self._c
        query = select(c.page, c.start).where(c.start < before).order_by(c.start, c.page).limit(1)
        found = self._tx.session.connection().execute(query).first()
        return None if found is None else (found[0], found[1] // DAY_SECONDS)

    def keys(self, page: int) -> dict[int, Key]:
        """The ledgers of a page, by lane."""
        c = table_of(LedgerSlotRow).c
        query = select(c.number, c.slo, c.revision).where(
            c.number >= page * PAGE, c.number < (page + 1) * PAGE
        )
        rows = self._tx.session.connection().execute(query)
        return {number % PAGE: (slo, revision) for number, slo, revision in rows}

    def day(self, page: int, number: int) -> Lanes:
        """One day of a page, by bucket and lane."""
        good, total = np.zeros((2, PER_DAY, PAGE))
        found = Lanes(good, total, np.full((PER_DAY, PAGE), ABSENT, np.uint8))
        start = number * DAY_SECONDS
        for at, row in self.page(page, start, start + DAY_SECONDS):
            index = (at - start) // BUCKET_SECONDS
            found.good[index], found.total[index], found.flags[index] = (
                row.good,
                row.total,
                row.flags,
            )
        return found

    def drop(self, page: int, number: int) -> None:
        """Forget one day of a page, which is stored elsewhere now."""
        c, start = self._c, number * DAY_SECONDS
        self._tx.session.connection().execute(
            delete(LedgerTailRow).where(
                c.page == page, c.start >= start, c.start < start + DAY_SECONDS
            )
        )

    def _rows(self, wanted: Iterable[tuple[int, int]]) -> dict[tuple[int, int], Lanes]:
        by_start: defaultdict[int, list[int]] = defaultdict(list)
        for page, start in wanted:
            by_start[start].append(page)
        c = self._c
        found = {}
        for start, pages in by_start.items():
            query = select(c.page, c.good, c.total, c.flags).where(
                c.start == start, c.page.in_(pages)
            )
            for page, *arrays in self._tx.session.connection().execute(query):
                found[page, start] = _lanes(*arrays)
        return found

    def _save(self, rows: dict[tuple[int, int], Lanes]) -> None:
        values = [
            {
                "page": page,
                "start": start,
                "good": lanes.good.astype("<f8", copy=False).tobytes(),
                "total": lanes.total.astype("<f8", copy=False).tobytes(),
                "flags": lanes.flags.tobytes(),
            }
            for (page, start), lanes in rows.items()
        ]
        self._tx.upsert(LedgerTailRow, values)


def _no_lanes() -> Lanes:
    return Lanes(np.zeros(PAGE), np.zeros(PAGE), np.full(PAGE, ABSENT, np.uint8))


def _lanes(good: bytes, total: bytes, flags: bytes) -> Lanes:
    return Lanes(
        np.frombuffer(good, "<f8").copy(),
        np.frombuffer(total, "<f8").copy(),
        np.frombuffer(flags, np.uint8).copy(),
    )
