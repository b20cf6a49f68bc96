"""Taking a part of an incident out, to be an incident of its own."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from fireline.domain.errors import InvalidInputError, NotFoundError
from fireline.domain.incident.attachments import alert_named
from fireline.domain.incident.details import AffectedDataset, LinkedAlert, RepairUnit
from fireline.domain.incident.incident import Incident
from fireline.domain.incident.kinds import DatasetRole
from fireline.domain.incident.knowledge import dataset_key


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a person names to be taken out, as typed."""

    slos: tuple[str, ...] = ()
    datasets: tuple[str, ...] = ()
    alerts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """What goes: alerts with what only they brought, SLOs, data and its repair units."""

    slos: tuple[str, ...]
    affected: tuple[AffectedDataset, ...]
    alerts: tuple[LinkedAlert, ...]
    units: tuple[RepairUnit, ...]

    @property
    def words(self) -> str:
        """What goes, in words."""
        parts = [f"alert {one.title}" for one in self.alerts]
        parts += [f"SLO {name}" for name in self.slos]
        parts += [f"data {one.key}" for one in self.affected]
        more = len(parts) - MOST_WORDS
        return ", ".join(parts[:MOST_WORDS]) + (f" and {more} more" if more > 0 else "")


MOST_WORDS = 8


def split_off(incident: Incident, wanted: Wanted) -> tuple[Incident, Part]:
    """The incident without the part, and the part.

    Raises:
        NotFoundError: something is named that the incident does not have.
        InvalidInputError: nothing is named, or everything.
    """
    if not (wanted.slos or wanted.datasets or wanted.alerts):
        message = "Say what goes: `/incident split TITLE slo:X dataset:Y alert:Z`."
        raise InvalidInputError(message, "slos")
    part = _part(incident, wanted)
    left = _without(incident, part)
    if not (left.slos or left.details.affected or left.details.alerts):
        message = f"Then nothing is left of {incident.ref}. To give it another name: `rename`."
        raise InvalidInputError(message, "slos")
    return left, part


def _part(incident: Incident, wanted: Wanted) -> Part:
    details = incident.details
    alerts = tuple(dict.fromkeys(alert_named(incident, name) for name in wanted.alerts))
    stay = [one for one in details.alerts if one not in alerts]
    held_slos = {name for one in stay for name in one.slos}
    held_data = {key for one in stay for key in one.datasets}
    named_slos = [_slo(incident, name) for name in wanted.slos]
    brought_slos = [n for one in alerts for n in one.slos if n not in held_slos]
    brought_data = [k for one in alerts for k in one.datasets if k not in held_data]
    keys = set(brought_data) | {_dataset(incident, name) for name in wanted.datasets}
    affected = tuple(one for one in details.affected if one.key in keys)
    return Part(
        slos=tuple(dict.fromkeys((*named_slos, *brought_slos))),
        affected=_rooted(affected),
        alerts=alerts,
        units=tuple(unit for unit in details.units if unit.dataset in keys),
    )


def _rooted(affected: tuple[AffectedDataset, ...]) -> tuple[AffectedDataset, ...]:
    """An incident of its own begins at all its data, as long as nobody says more."""
    if any(one.role is DatasetRole.ROOT for one in affected):
        return affected
    return tuple(replace(one, role=DatasetRole.ROOT) for one in affected)


def _slo(incident: Incident, name: str) -> str:
    if name not in incident.slos:
        known = ", ".join(incident.slos[:10]) or "none"
        message = f"{incident.ref} is not linked to {name}; it is linked to {known}."
        raise NotFoundError(message)
    return name


def _dataset(incident: Incident, name: str) -> str:
    key = dataset_key(name)
    if all(one.key != key for one in incident.details.affected):
        known = ", ".join(one.key for one in incident.details.affected[:10]) or "none"
        message = f"{incident.ref} names no dataset {key}; it names {known}."
        raise NotFoundError(message)
    return key


def _without(incident: Incident, part: Part) -> Incident:
    """What is left; the signals that went do not come back by themselves."""
    details = incident.details
    gone = {one.key for one in part.affected}
    affected = tuple(one for one in details.affected if one.key not in gone)
    detached = (*details.detached, *(one.key for one in part.alerts))
    left = replace(
        details,
        affected=affected,
        alerts=tuple(one for one in details.alerts if one not in part.alerts),
        units=tuple(unit for unit in details.units if unit not in part.units),
        detached=tuple(dict.fromkeys(detached)),
    )
    return replace(
        incident,
        slos=_rest(incident.slos, part.slos),
        datasets=tuple(one.key for one in affected),
        details=left,
    )


def _rest(names: Iterable[str], gone: Iterable[str]) -> tuple[str, ...]:
    taken = set(gone)
    return tuple(name for name in names if name not in taken)
