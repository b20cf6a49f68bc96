"""The whole record of an incident as one JSON-ready document."""

import json
from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from enum import StrEnum
from typing import TypedDict

from fireline.domain.errors import NotFoundError
from fireline.domain.incident.details import Decision, LinkedAlert, LinkedChange, Task
from fireline.domain.incident.downtime import data_downtime
from fireline.domain.incident.exposure import outside_words, public_view
from fireline.domain.incident.incident import Incident
from fireline.domain.incident.timeline import TimelineEntry
from fireline.domain.incident.timeline_text import ERASED, current, deleted, people, remarks
from fireline.domain.postmortem.action import ActionItem
from fireline.usecases.capture_ports import KeptFile
from fireline.usecases.ports import Documents, UnitOfWork


class ExportFormat(StrEnum):
    """How a record is written."""

    JSON = "json"
    MARKDOWN = "md"


class EntryDocument(TypedDict):
    """One timeline entry; times are RFC 3339 UTC."""

    seq: int
    kind: str
    occurred_at: str
    recorded_at: str
    actor: str
    text: str
    source: str
    permalink: str | None
    remarks: list[str]
    supporters: list[str]
    retracted: bool
    deleted: bool
    stands: bool
    version: int
    visibility: str
    supersedes: int | None
    review: str
    review_reason: str | None
    content_hash: str
    prev_hash: str
    hash: str


class IncidentDocument(TypedDict):
    """One incident; costs are shares of each SLO's budget, raw ones where they differ.

    `data_downtime` has `dataset_hours` and the number of `datasets`, once the data is verified.
    """

    id: str
    title: str
    restricted: bool
    state: str
    severity: str
    severity_reason: str
    tier: int
    service: str | None
    slos: list[str]
    datasets: list[str]
    roles: dict[str, str]
    stamps: dict[str, str]
    repair: dict[str, object] | None
    data_downtime: dict[str, float] | None
    budget_cost: dict[str, float]
    raw_budget_cost: dict[str, float]
    timeline: list[EntryDocument]
    decisions: list[dict[str, object]]
    tasks: list[dict[str, object]]
    alerts: list[dict[str, object]]
    changes: list[dict[str, object]]
    links: list[str]
    files: list[dict[str, object]]
    actions: list[dict[str, object]]
    postmortem: str | None


def find_incident(uow: UnitOfWork, written: str) -> Incident:
    """The incident of `INC-3` or `3`.

    Raises:
        NotFoundError: there is none; says what the ids look like.
    """
    digits = written.strip().upper().removeprefix("INC-")
    incident = uow.incidents.get(int(digits)) if digits.isdecimal() else None
    if incident is None:
        message = f"There is no incident {written}. Ids look like INC-3; `list` shows them."
        raise NotFoundError(message)
    return incident


def as_document(
    uow: UnitOfWork, record: Incident, *, timeline: bool, inside: bool = False
) -> IncidentDocument:
    """The record as anybody may see it; with timeline, actions and newest draft when asked for.

    Of a restricted incident there is none of these, unless it is for the `inside` of its channel.
    """
    incident = record if inside else public_view(record)
    withheld = incident.restricted and not inside
    timeline = timeline and not withheld
    latest = uow.postmortems.latest(incident.id) if timeline else None
    return {
        "id": incident.ref,
        "title": outside_words(incident, "its commander") if withheld else incident.title,
        "restricted": incident.restricted,
        "state": incident.state.value,
        "severity": incident.severity.label,
        "severity_reason": incident.severity_reason,
        "tier": incident.tier,
        "service": incident.service,
        "slos": list(incident.slos),
        "datasets": list(incident.datasets),
        "roles": {role.value: user for role, user in incident.roles.items()},
        "stamps": {stamp.value: at.isoformat() for stamp, at in incident.stamps.items()},
        "repair": _repair(incident),
        "data_downtime": _downtime(incident),
        "budget_cost": dict(incident.budget_cost),
        "raw_budget_cost": dict(incident.raw_budget_cost),
        "timeline": _entries(uow.timeline.entries(incident.id)) if timeline else [],
        "decisions": [_plain(d) for d in incident.details.decisions] if timeline else [],
        "tasks": [_plain(t) for t in incident.details.tasks] if timeline else [],
        "alerts": [_plain(a) for a in incident.details.alerts] if timeline else [],
        "changes": [_plain(c) for c in incident.details.changes] if timeline else [],
        "links": list(incident.details.links) if timeline else [],
        "files": [_plain(f) for f in uow.kept_files.of(incident.id)] if timeline else [],
        "actions": [_action(a) for a in uow.actions.all() if a.incident_id == incident.id]
        if timeline
        else [],
        "postmortem": latest.markdown if latest else None,
    }


def _repair(incident: Incident) -> dict[str, object] | None:
    repair = incident.repair
    if repair is None:
        return None
    return {"damaged": repair.damaged, "checked_by": repair.checked_by, "how": repair.how}


def _downtime(incident: Incident) -> dict[str, float] | None:
    found = data_downtime(incident)
    if found is None:
        return None
    return {"dataset_hours": round(found.hours, 2), "datasets": found.datasets}


def _entries(entries: Iterable[TimelineEntry]) -> list[EntryDocument]:
    kept = list(entries)
    stand = {entry.seq for entry in current(kept)}
    versions: dict[int, int] = {}
    for entry in sorted(kept, key=lambda e: e.seq):
        versions[entry.seq] = versions.get(entry.supersedes or 0, 0) + 1
    return [_entry(e, versions[e.seq], stands=e.seq in stand) for e in kept]


def _visibility(entry: TimelineEntry) -> str:
    """Who reads the text: `all`, `commander` of a deleted message, `nobody` once erased."""
    if entry.erased:
        return "nobody"
    return "commander" if entry.deleted else "all"


def _plain(record: Decision | Task | KeptFile | LinkedAlert | LinkedChange) -> dict[str, object]:
    """The fields as JSON has them; what says nothing is left out."""
    return {
        name: _json(value) for name, value in asdict(record).items() if value not in (None, "", ())
    }


def _json(value: object) -> object:
    if isinstance(value, tuple):
        return [_json(one) for one in value]
    return value.isoformat() if isinstance(value, datetime) else value


def _entry(entry: TimelineEntry, version: int, *, stands: bool) -> EntryDocument:
    """One entry; a deleted message's text is for the commander alone, so not in here."""
    return {
        "seq": entry.seq,
        "kind": entry.kind.value,
        "occurred_at": entry.occurred_at.isoformat(),
        "recorded_at": entry.recorded_at.isoformat(),
        "actor": entry.actor_name,
        "text": deleted(entry) if entry.deleted else entry.text or ERASED,
        "source": entry.provenance.source,
        "permalink": entry.provenance.permalink,
        "remarks": remarks(entry),
        "supporters": list(people(entry)),
        "retracted": entry.retracted,
        "deleted": entry.deleted,
        "stands": stands,
        "version": version,
        "visibility": _visibility(entry),
        "supersedes": entry.supersedes,
        "review": entry.review.value,
        "review_reason": entry.review_reason,
        "content_hash": entry.content_hash,
        "prev_hash": entry.prev_hash,
        "hash": entry.hash,
    }


def _action(item: ActionItem) -> dict[str, object]:
    return {
        "id": item.ref,
        "text": item.text,
        "state": item.state.value,
        "owner": item.owner_name,
        "due": item.due.isoformat(),
        "evidence": item.evidence,
    }


def written(document: IncidentDocument, form: ExportFormat, documents: Documents) -> str:
    """The record as a text, the same wherever it is asked for."""
    if form is ExportFormat.JSON:
        return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
    return documents.incident({**document})
