"""The tables of Alertmanager's alerts and of silences; see `tables` for the house rules."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Text
from sqlmodel import Field

from fireline.adapters.store.columns import UtcDateTime
from fireline.adapters.store.tables import Row

_JSON = JSON(none_as_null=True)


class ExternalGroupRow(Row, table=True):
    """One of Alertmanager's groups; `open_key` is empty once all its alerts have ended.

    Both keys are digests of `key`, which may be too long for an index.
    """

    __tablename__ = "external_group"
    id: str = Field(primary_key=True)
    key: str = Field(sa_type=Text)
    key_digest: str = Field(index=True)
    open_key: str | None = Field(default=None, unique=True)
    receiver: str
    channel: str
    told_at: datetime = Field(sa_type=UtcDateTime, index=True)
    labels: dict[str, str] = Field(sa_type=_JSON)
    common_labels: dict[str, str] = Field(sa_type=_JSON)
    common_annotations: dict[str, str] = Field(sa_type=_JSON)
    source_url: str = Field(sa_type=Text)
    left_out: int = 0
    slo: str | None = Field(default=None, index=True)
    alert_id: str | None = Field(default=None, index=True)
    incident_id: int | None = None
    acknowledged_by: str | None = None
    acknowledged_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime, index=True)


class ExternalAlertRow(Row, table=True):
    """One alert of a group."""

    __tablename__ = "external_alert"
    group_id: str = Field(primary_key=True, foreign_key="external_group.id")
    fingerprint: str = Field(primary_key=True)
    starts_at: datetime = Field(primary_key=True, sa_type=UtcDateTime)
    labels: dict[str, str] = Field(sa_type=_JSON)
    annotations: dict[str, str] = Field(sa_type=_JSON)
    source_url: str = Field(sa_type=Text)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ended_by: str | None = None
    silenced_by: list[str] = Field(sa_type=_JSON)
    inhibited: bool = False
    absent: int = 0


class AlertPollRow(Row, table=True):
    """How asking Alertmanager goes: one row."""

    __tablename__ = "alert_poll"
    name: str = Field(primary_key=True)
    answered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    failing_since: datetime | None = Field(default=None, sa_type=UtcDateTime)
    failures: int = 0
    error: str = Field(default="", sa_type=Text)


class SilenceRequestRow(Row, table=True):
    """A silence that somebody asked for."""

    __tablename__ = "silence_request"
    id: str = Field(primary_key=True)
    matchers: list[Any] = Field(sa_type=_JSON)
    ends_at: datetime = Field(sa_type=UtcDateTime)
    asked_at: datetime = Field(sa_type=UtcDateTime)
    asked_by: str
    asked_by_name: str
    reason: str = Field(sa_type=Text)
    channel: str
    incident_id: int | None = Field(default=None, index=True)
    state: str
    tried: bool = False
    silence_id: str | None = Field(default=None, index=True)
    error: str = Field(default="", sa_type=Text)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class SilenceEndingRow(Row, table=True):
    """A wish to end a silence before its time."""

    __tablename__ = "silence_ending"
    id: str = Field(primary_key=True)
    silence_id: str
    asked_at: datetime = Field(sa_type=UtcDateTime)
    asked_by: str
    asked_by_name: str
    reason: str = Field(sa_type=Text)
    tell: str
    state: str
    error: str = Field(default="", sa_type=Text)
