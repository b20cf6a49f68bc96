"""What people tell an incident: its data, its kind, its window, the SLOs it concerns."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from fireline.domain.errors import InvalidInputError, NotFoundError
from fireline.domain.incident.details import AffectedDataset, BadWindow
from fireline.domain.incident.incident import Incident
from fireline.domain.incident.kinds import DatasetRole, Harm, IncidentType

LONGEST_KEY = 200
MOST_DATASETS = 500


def dataset_key(text: str) -> str:
    """The canonical key: lower case, quotes stripped.

    Raises:
        InvalidInputError: nothing is left, or it is too long.
    """
    key = text.replace('"', "").replace("`", "").strip().lower()
    if not key or len(key) > LONGEST_KEY or any(character.isspace() for character in key):
        message = f"“{text}” names no dataset; write it like `warehouse.sales.orders`."
        raise InvalidInputError(message, "dataset")
    return key


def with_dataset(
    incident: Incident,
    key: str,
    harms: Iterable[Harm] = (),
    role: DatasetRole = DatasetRole.ROOT,
    why: str = "",
) -> Incident:
    """The incident with the dataset, or with more harms of one it has.

    Raises:
        InvalidInputError: it has as many as an incident may name.
    """
    known = {dataset.key: dataset for dataset in incident.details.affected}
    before = known.get(key)
    if before is None and len(known) >= MOST_DATASETS:
        raise InvalidInputError(f"An incident names at most {MOST_DATASETS} datasets.", "dataset")
    held = before.harms if before else ()
    after = before or AffectedDataset(key, role)
    known[key] = replace(after, harms=tuple(dict.fromkeys((*held, *harms))), why=after.why or why)
    return _with(incident, tuple(known.values()))


def with_quarantine(incident: Incident, key: str, *, kept_away: bool) -> Incident:
    """The incident in which a dataset is kept from its consumers, or is not any more.

    Raises:
        NotFoundError: it does not name it.
    """
    known = {dataset.key: dataset for dataset in incident.details.affected}
    if key not in known:
        named = ", ".join(list(known)[:10]) or "none"
        raise NotFoundError(f"{incident.ref} names no dataset {key}; it names {named}.")
    known[key] = replace(known[key], quarantined=kept_away)
    return _with(incident, tuple(known.values()))


def without_dataset(incident: Incident, key: str) -> Incident:
    """The incident without the dataset.

    Raises:
        NotFoundError: it does not name it.
    """
    left = tuple(d for d in incident.details.affected if d.key != key)
    if len(left) == len(incident.details.affected):
        known = ", ".join(d.key for d in incident.details.affected[:10]) or "none"
        raise NotFoundError(f"{incident.ref} names no dataset {key}; it names {known}.")
    return _with(incident, left)


def _with(incident: Incident, affected: tuple[AffectedDataset, ...]) -> Incident:
    return replace(
        incident,
        datasets=tuple(d.key for d in affected),
        details=replace(incident.details, affected=affected),
    )


def with_type(incident: Incident, kind: IncidentType) -> Incident:
    """The incident of one more kind."""
    types = tuple(dict.fromkeys((*incident.details.types, kind)))
    return replace(incident, details=replace(incident.details, types=types))


def without_type(incident: Incident, kind: IncidentType) -> Incident:
    """The incident without that kind."""
    types = tuple(k for k in incident.details.types if k is not kind)
    return replace(incident, details=replace(incident.details, types=types))


def with_window(incident: Incident, start: datetime, end: datetime, *, estimate: bool) -> Incident:
    """The incident with the event time of its damaged data.

    Raises:
        InvalidInputError: it ends before it begins.
    """
    if end <= start:
        message = (
            f"The window ends {end:%Y-%m-%d %H:%M} before it begins {start:%Y-%m-%d %H:%M} UTC."
        )
        raise InvalidInputError(message, "window")
    window = BadWindow(start, end, estimate)
    return replace(incident, details=replace(incident.details, bad_window=window))


def with_slo(incident: Incident, name: str) -> Incident:
    """The incident that also concerns this SLO."""
    return replace(incident, slos=tuple(dict.fromkeys((*incident.slos, name))))


def without_slo(incident: Incident, name: str) -> Incident:
    """The incident that does not concern this SLO.

    Raises:
        NotFoundError: it never did.
    """
    if name not in incident.slos:
        known = ", ".join(incident.slos) or "none"
        raise NotFoundError(f"{incident.ref} is not linked to {name}; it is linked to {known}.")
    return replace(incident, slos=tuple(slo for slo in incident.slos if slo != name))
