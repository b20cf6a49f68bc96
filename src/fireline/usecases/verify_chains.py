"""Proving that nobody changed the record: every hash of the audit trail and of all timelines."""

from dataclasses import dataclass

from fireline.domain.audit import first_broken
from fireline.domain.incident.chain import first_broken_entry
from fireline.usecases.ports import UnitOfWork


@dataclass(frozen=True, slots=True)
class Verification:
    """How many entries were checked, and one sentence per broken chain."""

    checked: int
    problems: tuple[str, ...]


def verify_chains(uow: UnitOfWork) -> Verification:
    """Walk every chain; a broken one is named with the first entry that does not hold."""
    audit = uow.audit.all()
    checked = len(audit)
    problems = []
    broken = first_broken(audit)
    if broken is not None:
        problems.append(f"audit trail: entry {broken} was changed after it was written")
    for incident in uow.incidents.all():
        entries = uow.timeline.chain(incident.id)
        checked += len(entries)
        at = first_broken_entry(incident.ref, entries)
        if at is not None:
            problems.append(f"{incident.ref} timeline: entry {at} was changed after it was written")
    return Verification(checked, tuple(problems))
