"""Tables of the budget policy: what people asked for, and which definitions were in force."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Text
from sqlmodel import Field

from fireline.adapters.store.columns import UtcDateTime
from fireline.adapters.store.tables import Row


class WaiverRow(Row, table=True):
    """An exclusion or exception that somebody asked for."""

    __tablename__ = "waiver"
    id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    kind: str
    subject: str = Field(index=True)
    starts_at: datetime = Field(sa_type=UtcDateTime)
    ends_at: datetime = Field(sa_type=UtcDateTime, index=True)
    reason: str = Field(sa_type=Text)
    asked_by: str
    asked_by_name: str
    asked_at: datetime = Field(sa_type=UtcDateTime)
    approver: str
    approver_name: str
    effect: str
    state: str = Field(index=True)
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ended_by: str | None = None
    reminded_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class InForceRow(Row, table=True):
    """A definition as it was when it was last looked at."""

    __tablename__ = "in_force"
    name: str = Field(primary_key=True)
    hash: str
    body: dict[str, Any] = Field(sa_type=JSON(none_as_null=True))
    since: datetime = Field(sa_type=UtcDateTime)
