"""The tables of lineage and runs; see `tables` for the house rules."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Text
from sqlmodel import Field

from fireline.adapters.store.columns import UtcDateTime
from fireline.adapters.store.tables import Row

_JSON = JSON(none_as_null=True)


class LineageRow(Row, table=True):
    """One lineage as it was last told, slim; `digest` changes with what it says."""

    __tablename__ = "lineage"
    source: str = Field(primary_key=True)
    digest: str
    made_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    received_at: datetime = Field(sa_type=UtcDateTime, index=True)
    body: dict[str, Any] = Field(sa_type=_JSON)


class LineageRunRow(Row, table=True):
    """The last result of a test, a model or a source's freshness."""

    __tablename__ = "lineage_run"
    id: str = Field(primary_key=True)
    dataset: str | None = Field(default=None, index=True)
    status: str
    at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    message: str = Field(sa_type=Text)
    failures: int | None = None
    loaded_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    failed: int = 0
    repair: str = Field(default="")
