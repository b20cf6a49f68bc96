"""Rows from domain records, and back."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, fields
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from operator import attrgetter
from typing import Any

from pydantic import TypeAdapter

from fireline.adapters.store.tables import (
    ActionRow,
    AlertGroupRow,
    EpisodeRow,
    IncidentRow,
    PostedMessageRow,
    RawMessageRow,
    TimelineRow,
)
from fireline.domain.incident.details import Details
from fireline.domain.incident.incident import (
    Incident,
    IncidentState,
    RepairDecision,
    Role,
    Severity,
    Stamp,
)
from fireline.domain.incident.timeline import EntryKind, Provenance, Review, TimelineEntry
from fireline.domain.postmortem.action import ActionItem, ActionState
from fireline.domain.slo.alerting.group import AlertGroup, Mark
from fireline.domain.slo.status import (
    AlertKind,
    BudgetState,
    BurnSeverity,
    DataState,
    Episode,
    PairReading,
    SloStatus,
    WindowBurn,
)
from fireline.usecases.capture_ports import FileRef, RawVersion
from fireline.usecases.ports import PostedMessage, RawMessage

Values = dict[str, Any]

_DETAILS = TypeAdapter(Details)
_VERSIONS = TypeAdapter(tuple[RawVersion, ...])
_FILES = TypeAdapter(tuple[FileRef, ...])


def _shallow(record: Any) -> Values:
    """The fields as they are; `asdict` would copy every map inside."""
    names, read = _fields(record.__class__)
    return dict(zip(names, read(record), strict=True))


@cache
def _fields(kind: type[Any]) -> tuple[tuple[str, ...], Callable[[Any], tuple[Any, ...]]]:
    """The names of a record's fields, and what reads all of them at once."""
    names = tuple(field.name for field in fields(kind))
    return names, attrgetter(*names)


def text_of(moment: datetime) -> str:
    """A time as JSON keeps it."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def status_values(status: SloStatus) -> Values:
    """Columns of `slo_status`."""
    body = _shallow(status)
    body["burns"] = [_shallow(burn) for burn in status.burns]
    body["pairs"] = [_shallow(pair) for pair in status.pairs]
    body["at"] = text_of(status.at)
    body["objective"] = str(status.objective)
    body["newest_sample"] = status.newest_sample and text_of(status.newest_sample)
    if status.period is not None:
        body["period"] = [text_of(edge) for edge in status.period]
    if status.next_deadline is not None:
        body["next_deadline"] = text_of(status.next_deadline)
    return {
        "slo": status.slo,
        "at": status.at,
        "data_state": status.data_state.value,
        "budget_state": status.budget_state.value,
        "body": body,
    }


def status_from(body: Mapping[str, Any]) -> SloStatus:
    """The evaluation as it was saved."""
    newest = body["newest_sample"]
    period, deadline = body.get("period"), body.get("next_deadline")
    return SloStatus(
        **{
            **body,
            "at": datetime.fromisoformat(body["at"]),
            "data_state": DataState(body["data_state"]),
            "budget_state": BudgetState(body["budget_state"]),
            "objective": Decimal(body["objective"]),
            "burns": tuple(WindowBurn(**burn) for burn in body["burns"]),
            "pairs": tuple(
                PairReading(**{**pair, "severity": BurnSeverity(pair["severity"])})
                for pair in body["pairs"]
            ),
            "newest_sample": datetime.fromisoformat(newest) if newest else None,
            "period": tuple(map(datetime.fromisoformat, period)) if period else None,
            "next_deadline": datetime.fromisoformat(deadline) if deadline else None,
        }
    )


def episode_values(episode: Episode) -> Values:
    """Columns of `episode`."""
    values = _shallow(episode)
    values["severity"] = episode.severity.value
    values["kind"] = episode.kind.value
    values["open_key"] = f"{episode.kind.value}:{episode.slo}" if episode.open else None
    return values


def episode_from(row: EpisodeRow) -> Episode:
    """The episode of a row."""
    values = row.model_dump(exclude={"open_key"})
    kinds = {"severity": BurnSeverity(row.severity), "kind": AlertKind(row.kind)}
    return Episode(**{**values, **kinds})


def group_values(group: AlertGroup) -> Values:
    """Columns of `alert_group`."""
    return {
        **_shallow(group),
        "kind": group.kind.value,
        "severity": group.severity.value,
        "keys": list(group.keys),
        "mark": group.mark and group.mark.value,
    }


def group_from(row: AlertGroupRow) -> AlertGroup:
    """The alert of a row."""
    return AlertGroup(
        **{
            **row.model_dump(),
            "kind": AlertKind(row.kind),
            "severity": BurnSeverity(row.severity),
            "keys": tuple(row.keys),
            "mark": row.mark and Mark(row.mark),
        }
    )


def incident_values(incident: Incident) -> Values:
    """Columns of `incident`, without its version."""
    values = _shallow(incident)
    del values["version"]
    repair = incident.repair
    return {
        **values,
        "state": incident.state.value,
        "open": incident.open,
        "severity": int(incident.severity),
        "computed_severity": incident.computed_severity and int(incident.computed_severity),
        "declared_at": incident.at(Stamp.DECLARED),
        "ended_at": None if incident.open else incident.at(Stamp.RESOLVED),
        "open_dedupe_key": incident.dedupe_key if incident.open else None,
        "stamps": {stamp.value: text_of(at) for stamp, at in incident.stamps.items()},
        "slos": list(incident.slos),
        "datasets": list(incident.datasets),
        "roles": {role.value: user for role, user in incident.roles.items()},
        "repair": asdict(repair) if repair else None,
        "budget_cost": dict(incident.budget_cost),
        "raw_budget_cost": dict(incident.raw_budget_cost),
        "details": _DETAILS.dump_python(incident.details, mode="json", exclude_defaults=True),
    }


def incident_from(row: IncidentRow) -> Incident:
    """The incident of a row."""
    values = row.model_dump(exclude={"open", "declared_at", "ended_at", "open_dedupe_key"})
    return Incident(
        **{
            **values,
            "state": IncidentState(row.state),
            "severity": Severity(row.severity),
            "computed_severity": row.computed_severity and Severity(row.computed_severity),
            "stamps": {Stamp(k): datetime.fromisoformat(v) for k, v in row.stamps.items()},
            "slos": tuple(row.slos),
            "datasets": tuple(row.datasets),
            "roles": {Role(k): v for k, v in row.roles.items()},
            "repair": RepairDecision(**row.repair) if row.repair else None,
            "details": _DETAILS.validate_python(row.details),
        }
    )


def timeline_values(entry: TimelineEntry) -> Values:
    """Columns of `timeline_entry`; the text has a table of its own."""
    values = _shallow(entry)
    del values["text"]
    values |= _shallow(values.pop("provenance"))
    return {
        **values,
        "kind": entry.kind.value,
        "review": entry.review.value,
        "supporters": list(entry.supporters),
    }


_PROVENANCE = ("source", "channel", "ts", "thread_ts", "permalink", "detail")


def timeline_from(row: TimelineRow, text: str) -> TimelineEntry:
    """The entry of a row and its text."""
    values = row.model_dump(exclude=set(_PROVENANCE))
    return TimelineEntry(
        **{
            **values,
            "text": text,
            "kind": EntryKind(row.kind),
            "supporters": tuple(row.supporters),
            "review": Review(row.review),
            "provenance": Provenance(**{name: getattr(row, name) for name in _PROVENANCE}),
        }
    )


def action_values(item: ActionItem) -> Values:
    """Columns of `action_item`."""
    return {**_shallow(item), "state": item.state.value, "reminded": list(item.reminded)}


def action_from(row: ActionRow) -> ActionItem:
    """The action item of a row."""
    values = row.model_dump()
    return ActionItem(
        **{**values, "state": ActionState(row.state), "reminded": tuple(row.reminded)}
    )


def posted_from(row: PostedMessageRow) -> PostedMessage:
    """What is remembered of a message of ours."""
    return PostedMessage(**row.model_dump())


def raw_values(message: RawMessage) -> Values:
    """Columns of `raw_message`."""
    return {
        **_shallow(message),
        "versions": _VERSIONS.dump_python(message.versions, mode="json"),
        "files": _FILES.dump_python(message.files, mode="json"),
    }


def posted_values(message: PostedMessage) -> Values:
    """Columns of `posted_message`."""
    return _shallow(message)


def raw_from(row: RawMessageRow) -> RawMessage:
    """A kept message of an incident channel."""
    return RawMessage(
        **{
            **row.model_dump(),
            "versions": _VERSIONS.validate_python(row.versions),
            "files": _FILES.validate_python(row.files),
        }
    )
