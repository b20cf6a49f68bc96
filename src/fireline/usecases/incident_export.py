"""The whole record of an incident as one JSON-ready document."""

from typing import TypedDict

from fireline.domain.errors import NotFoundError
from fireline.domain.incident.downtime import data_downtime
from fireline.domain.incident.exposure import outside_words, public_view
from fireline.domain.incident.incident import Incident
from fireline.domain.incident.timeline import TimelineEntry
from fireline.domain.postmortem.action import ActionItem
from fireline.usecases.ports import UnitOfWork


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
    supporters: list[str]
    retracted: bool
    deleted: bool
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


def as_document(uow: UnitOfWork, record: Incident, *, timeline: bool) -> IncidentDocument:
    """The record as anybody may see it; with timeline, actions and newest draft when asked for.

    Of a restricted incident there is none of these.
    """
    incident = public_view(record)
    timeline = timeline and not incident.restricted
    repair = incident.repair
    latest = uow.postmortems.latest(incident.id) if timeline else None
    return {
        "id": incident.ref,
        "title": outside_words(incident, "its commander")
        if incident.restricted
        else incident.title,
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
        "repair": None
        if repair is None
        else {"damaged": repair.damaged, "checked_by": repair.checked_by, "how": repair.how},
        "data_downtime": _downtime(incident),
        "budget_cost": dict(incident.budget_cost),
        "raw_budget_cost": dict(incident.raw_budget_cost),
        "timeline": [_entry(e) for e in uow.timeline.entries(incident.id)] if timeline else [],
        "actions": [_action(a) for a in uow.actions.all() if a.incident_id == incident.id]
        if timeline
        else [],
        "postmortem": latest.markdown if latest else None,
    }


def _downtime(incident: Incident) -> dict[str, float] | None:
    found = data_downtime(incident)
    if found is None:
        return None
    return {"dataset_hours": round(found.hours, 2), "datasets": found.datasets}


def _entry(entry: TimelineEntry) -> EntryDocument:
    return {
        "seq": entry.seq,
        "kind": entry.kind.value,
        "occurred_at": entry.occurred_at.isoformat(),
        "recorded_at": entry.recorded_at.isoformat(),
        "actor": entry.actor_name,
        "text": entry.text,
        "source": entry.provenance.source,
        "permalink": entry.provenance.permalink,
        "supporters": list(entry.supporters),
        "retracted": entry.retracted,
        "deleted": entry.deleted,
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
