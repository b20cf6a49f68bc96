"""Which definitions and which policy are in force: every change of them is in the audit trail.

Files change in git; what the bot worked by, and since when, is a fact of its own. It is compared
with what was in force before, in the store, so that a change is written down once, also over
restarts and by several replicas.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any

from fireline.domain.audit import canonical_json
from fireline.domain.people import SYSTEM
from fireline.domain.slo.definition import Slo
from fireline.usecases.incident_costs import book
from fireline.usecases.policy_ports import InForce
from fireline.usecases.ports import Services, UnitOfWork

SLO, MAINTENANCE = "slo:", "maintenance:"
LEFT_OUT = ("source", "title", "description")
HASH = 16
LOOK_BACK = timedelta(days=92)
Body = dict[str, object]


class DefinitionWatch:
    """Compares what is in force with what was, whenever files have changed.

    Args:
        services: everything a use case may use.
    """

    def __init__(self, services: Services) -> None:
        self._s = services
        self._last: tuple[object, ...] | None = None

    def check(self, at: datetime) -> int:
        """Write down what changed since the last time; gives how many entries that took."""
        catalogue = self._s.definitions.current()
        plan = self._s.maintenance.current()
        granted = self._s.exceptions.current()
        seen = (dict(catalogue.slos), catalogue.problems, plan, granted, self._s.policy)
        if seen == self._last:
            return 0
        found: dict[str, Body] = {"policy": body_of(self._s.policy)}
        found |= {SLO + name: body_of(slo) for name, slo in catalogue.slos.items()}
        found |= {MAINTENANCE + entry.name: body_of(entry) for entry in plan.entries}
        for given in granted.exceptions:
            found[f"exception:{given.service}:{given.until.isoformat()}"] = body_of(given)
        # What stands in a file that cannot be read now was not taken out of force by anybody.
        unread = bool(catalogue.problems or plan.problems or granted.problems)
        with self._s.store() as uow:
            uow.lock()
            written = self._compare(uow, found, at, unread=unread)
            uow.commit()
        self._last = seen
        return written

    def _compare(
        self, uow: UnitOfWork, found: Mapping[str, Body], at: datetime, *, unread: bool
    ) -> int:
        known = uow.in_force.all()
        news = [InForce(n, hash_of(body), body, at) for n, body in sorted(found.items())]
        before = {name: old.hash for name, old in known.items()}
        changed = [new for new in news if before.get(new.name) != new.hash]
        gone = [] if unread else sorted(known.keys() - found.keys())
        uow.in_force.save(changed)
        uow.in_force.forget(gone)
        if not known:
            whole = hash_of({new.name: new.hash for new in news})
            detail: Body = {"count": len(news), "hash": whole}
            uow.audit.append(at, SYSTEM.id, "definitions.first_seen", "definitions", detail)
            return 1
        for new in changed:
            _record(uow, known.get(new.name), new, at)
        for name in gone:
            detail = {"old_hash": known[name].hash, "old": dict(known[name].body)}
            uow.audit.append(at, SYSTEM.id, "definition.removed", name, detail)
        if any(name.startswith(MAINTENANCE) for name in (*gone, *(c.name for c in changed))):
            _book_again(self._s, uow, at)
        return len(changed) + len(gone)


def _record(uow: UnitOfWork, old: InForce | None, new: InForce, at: datetime) -> None:
    """One entry with what is different, old and new."""
    if old is None:
        added: Body = {"new_hash": new.hash, "new": dict(new.body)}
        uow.audit.append(at, SYSTEM.id, "definition.added", new.name, added)
        return
    keys = sorted(old.body.keys() | new.body.keys())
    different = {
        key: {"old": old.body.get(key), "new": new.body.get(key)}
        for key in keys
        if old.body.get(key) != new.body.get(key)
    }
    detail: Body = {"old_hash": old.hash, "new_hash": new.hash, "changed": different}
    uow.audit.append(at, SYSTEM.id, "definition.changed", new.name, detail)


def _book_again(s: Services, uow: UnitOfWork, at: datetime) -> None:
    """Other maintenance means other costs of the incidents that touch it."""
    for incident in uow.incidents.between(at - LOOK_BACK, at):
        if incident.budget_cost:
            book(s, uow, incident, at)


def hash_of(body: Mapping[str, object]) -> str:
    """A short hash of plain values."""
    return hashlib.sha256(canonical_json(body).encode()).hexdigest()[:HASH]


def body_of(record: object) -> Body:
    """A definition as plain JSON values, without where it stands and without prose."""
    body = plain(record)
    kept: Body = {key: value for key, value in body.items() if key not in LEFT_OUT}
    if isinstance(record, Slo):
        kept["revision"] = record.revision
    return kept


def plain(value: Any) -> Any:
    """Any part of a definition as plain JSON values; parts of several kinds name theirs."""
    if is_dataclass(value):
        inner = {field.name: plain(getattr(value, field.name)) for field in fields(value)}
        return {"kind": type(value).__name__, **inner}
    if isinstance(value, Mapping):
        return {str(plain(key)): plain(item) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [plain(item) for item in value]
    return _scalar(value)


def _scalar(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    return str(value) if isinstance(value, Decimal) else value
