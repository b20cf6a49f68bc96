"""Sheets of evaluations: one row holds the figures of two thousand SLOs as arrays."""

import json
import zlib
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from weakref import WeakKeyDictionary

import numpy as np
from sqlalchemy import LargeBinary, delete, func, select
from sqlmodel import Field

from fireline.adapters.store.columns import UtcDateTime
from fireline.adapters.store.tables import Row
from fireline.adapters.store.transaction import Transaction, table_of
from fireline.domain.slo.sheet import Figure, SheetMember, SheetMembers, SheetPair, StatusSheet
from fireline.domain.slo.status import BurnSeverity, SloStatus

REMEMBERED = 64


class StatusSheetRow(Row, table=True):
    """One sheet: who stands in which column (`digest` is its hash), and everybody's figures."""

    __tablename__ = "slo_status_sheet"
    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    at: datetime = Field(sa_type=UtcDateTime)
    digest: str
    members: bytes = Field(sa_type=LargeBinary)
    figures: bytes = Field(sa_type=LargeBinary)


class KnownMembers:
    """Who stands where, as last written or read; it seldom changes."""

    def __init__(self) -> None:
        self._packed: WeakKeyDictionary[SheetMembers, tuple[str, bytes]] = WeakKeyDictionary()
        self._by_digest: dict[str, SheetMembers] = {}

    def packed(self, members: SheetMembers) -> tuple[str, bytes]:
        """Digest and bytes."""
        found = self._packed.get(members)
        if found is None:
            data = _members_bytes(members)
            found = sha256(data).hexdigest()[:16], data
            self._packed[members] = found
            self._keep(found[0], members)
        return found

    def get(self, digest: str) -> SheetMembers | None:
        """Those with this digest, if they were seen before."""
        return self._by_digest.get(digest)

    def unpacked(self, digest: str, data: bytes) -> SheetMembers:
        """From bytes."""
        members = _members_from(data)
        self._keep(digest, members)
        return members

    def _keep(self, digest: str, members: SheetMembers) -> None:
        while len(self._by_digest) >= REMEMBERED:
            self._by_digest.pop(next(iter(self._by_digest)))
        self._by_digest[digest] = members


class SqlSheets:
    """The sheets within one transaction."""

    def __init__(self, tx: Transaction, known: KnownMembers) -> None:
        self._tx = tx
        self._known = known
        self._c = table_of(StatusSheetRow).c

    def write(self, sheets: Sequence[StatusSheet]) -> None:
        """Keep these as the only ones."""
        rows = []
        for number, sheet in enumerate(sheets):
            digest, members = self._known.packed(sheet.members)
            rows.append(
                {
                    "number": number,
                    "at": sheet.at,
                    "digest": digest,
                    "members": members,
                    "figures": _figures_bytes(sheet),
                }
            )
        self._tx.upsert(StatusSheetRow, rows)
        self._tx.lock()
        surplus = delete(StatusSheetRow).where(self._c.number >= len(rows))
        self._tx.session.connection().execute(surplus)

    def stamp(self) -> tuple[int, datetime | None]:
        """Changes when anybody writes other sheets."""
        query = select(func.count(), func.max(self._c.at)).select_from(StatusSheetRow)
        count, newest = self._tx.session.connection().execute(query).one()
        return count, newest

    def all(self) -> Iterator[SloStatus]:
        """Every evaluation on a sheet."""
        for number in self._numbers():
            yield from self._sheet(number).statuses()

    def some(self, slos: Collection[str]) -> Iterator[SloStatus]:
        """Those of these SLOs that are on a sheet."""
        if not slos:
            return
        for number, members in self._numbers().items():
            asked = [slo for slo in slos if slo in members.where]
            if asked:
                sheet = self._sheet(number)
                yield from (s for s in map(sheet.get, asked) if s is not None)

    def _numbers(self) -> dict[int, SheetMembers]:
        """All sheets with their members; those not seen before are read."""
        connection = self._tx.session.connection()
        query = select(self._c.number, self._c.digest).order_by(self._c.number)
        found = {}
        for number, digest in connection.execute(query).all():
            members = self._known.get(digest)
            if members is None:
                data = select(self._c.digest, self._c.members).where(self._c.number == number)
                members = self._known.unpacked(*connection.execute(data).one())
            found[number] = members
        return found

    def _sheet(self, number: int) -> StatusSheet:
        c = self._c
        query = select(c.at, c.digest, c.members, c.figures).where(c.number == number)
        at, digest, data, figures = self._tx.session.connection().execute(query).one()
        members = self._known.get(digest) or self._known.unpacked(digest, data)
        return _sheet_from(at, members, figures)


def _members_bytes(members: SheetMembers) -> bytes:
    columns = [
        None if m is None else [m.slo, str(m.objective), m.window_seconds, m.unit, m.plan]
        for m in members.columns
    ]
    plans = [
        [[p.severity.value, p.long_seconds, p.short_seconds, p.factor] for p in plan]
        for plan in members.plans
    ]
    text = json.dumps({"columns": columns, "plans": plans, "windows": members.windows})
    return zlib.compress(text.encode(), 1)


def _members_from(data: bytes) -> SheetMembers:
    body = json.loads(zlib.decompress(data))
    return SheetMembers(
        columns=tuple(
            None if c is None else SheetMember(c[0], Decimal(c[1]), *c[2:]) for c in body["columns"]
        ),
        plans=tuple(
            tuple(SheetPair(BurnSeverity(p[0]), *p[1:]) for p in plan) for plan in body["plans"]
        ),
        windows=tuple(body["windows"]),
    )


def _figures_bytes(sheet: StatusSheet) -> bytes:
    return b"".join(
        (
            sheet.calm.astype(np.uint8).tobytes(),
            sheet.figures.astype("<f8", copy=False).tobytes(),
            sheet.burns.astype("<f4", copy=False).tobytes(),
        )
    )


def _sheet_from(at: datetime, members: SheetMembers, data: bytes) -> StatusSheet:
    size = len(members.columns)
    figures = size + len(Figure) * size * 8
    return StatusSheet(
        at=at,
        members=members,
        calm=np.frombuffer(data[:size], np.uint8).astype(np.bool_),
        figures=np.frombuffer(data[size:figures], "<f8").reshape(len(Figure), size),
        burns=np.frombuffer(data[figures:], "<f4").reshape(len(members.windows), 2, size),
    )
