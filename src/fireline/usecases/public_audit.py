"""The audit trail for those outside: who did what when stays, of restricted incidents not more."""

import re
from dataclasses import replace

from fireline.domain.audit import AuditEntry
from fireline.usecases.ports import UnitOfWork

WITHHELD = {"withheld": "restricted incident"}
NUMBERS = re.compile(r"\d+")


def public_audit(uow: UnitOfWork) -> list[AuditEntry]:
    """All entries, oldest first, without the details that belong to restricted incidents.

    Hashes stay as they were recorded, over the whole entries.
    """
    restricted = {incident.id for incident in uow.incidents.all() if incident.restricted}
    if not restricted:
        return uow.audit.all()
    items = {item.ref for item in uow.actions.all() if item.incident_id in restricted}
    return [
        replace(entry, detail=WITHHELD)
        if entry.subject in items or _about(entry) & restricted
        else entry
        for entry in uow.audit.all()
    ]


def _about(entry: AuditEntry) -> set[int]:
    """Numbers of the incidents that an entry may tell of; of a flow, all numbers in its id."""
    told = str(entry.detail.get("incident") or "")
    named = f"{entry.subject} {told}" if entry.subject.startswith(("INC-", "flow:")) else told
    return {int(number) for number in NUMBERS.findall(named)}
