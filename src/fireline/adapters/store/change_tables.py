"""The table of changes to production; see `tables` for the house rules."""

from datetime import datetime

from sqlalchemy import JSON, Text
from sqlmodel import Field

from fireline.adapters.store.columns import UtcDateTime
from fireline.adapters.store.tables import Row

_JSON = JSON(none_as_null=True)


class ProductionChangeRow(Row, table=True):
    """One change as it was last told."""

    __tablename__ = "production_change"
    id: str = Field(primary_key=True)
    title: str = Field(sa_type=Text)
    at: datetime = Field(sa_type=UtcDateTime, index=True)
    kind: str
    service: str
    datasets: list[str] = Field(sa_type=_JSON)
    author: str
    url: str = Field(sa_type=Text)
    received_at: datetime = Field(sa_type=UtcDateTime, index=True)
