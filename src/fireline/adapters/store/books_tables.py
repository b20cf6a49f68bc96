"""Tables about the keeping of ledgers."""

from datetime import datetime

from sqlalchemy import BigInteger
from sqlmodel import Field

from fireline.adapters.store.columns import UtcDateTime
from fireline.adapters.store.tables import Row


class LedgerStretchRow(Row, table=True):
    """A stretch of the past and how far it is filled; kept when filled, so as not to ask again."""

    __tablename__ = "ledger_stretch"
    slo: str = Field(primary_key=True)
    revision: str = Field(primary_key=True)
    end: int = Field(primary_key=True, sa_type=BigInteger)
    start: int = Field(sa_type=BigInteger)
    hours_from: int = Field(sa_type=BigInteger)
    detail_from: int = Field(sa_type=BigInteger)


class LedgerChangeRow(Row, table=True):
    """A ledger was changed by something else than the evaluation."""

    __tablename__ = "ledger_change"
    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    slo: str
    at: datetime = Field(sa_type=UtcDateTime, index=True)


class LedgerCheckRow(Row, table=True):
    """When a ledger was last held against its source, in epoch seconds."""

    __tablename__ = "ledger_check"
    slo: str = Field(primary_key=True)
    revision: str = Field(primary_key=True)
    at: int = Field(sa_type=BigInteger)
