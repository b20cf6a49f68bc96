"""What whoever declares sees to be wrong, and what that means for the record."""

from collections.abc import Collection
from enum import StrEnum

from fireline.domain.incident.details import Details
from fireline.domain.incident.kinds import Harm, IncidentType


class Symptom(StrEnum):
    """What is wrong, in the words of a declaration; several may be."""

    LATE = "late"
    MISSING = "missing"
    WRONG = "wrong"
    PUBLISHED = "published"
    DUPLICATED = "duplicated"
    EXPOSED = "exposed"
    DOWN = "down"
    UNSURE = "unsure"


_HARMS = {
    Symptom.LATE: Harm.LATE,
    Symptom.MISSING: Harm.MISSING,
    Symptom.WRONG: Harm.WRONG,
    Symptom.PUBLISHED: Harm.WRONG,
    Symptom.DUPLICATED: Harm.DUPLICATED,
    Symptom.EXPOSED: Harm.EXPOSED,
}
_TYPES = {
    Symptom.LATE: IncidentType.FRESHNESS,
    Symptom.MISSING: IncidentType.VOLUME,
    Symptom.WRONG: IncidentType.QUALITY,
    Symptom.PUBLISHED: IncidentType.QUALITY,
    Symptom.DUPLICATED: IncidentType.DUPLICATION,
    Symptom.EXPOSED: IncidentType.ACCESS_EXPOSURE,
    Symptom.DOWN: IncidentType.AVAILABILITY,
}


def harms_of(symptoms: Collection[Symptom]) -> tuple[Harm, ...]:
    """What is wrong with the data; wrong data that was published is wrong data."""
    return tuple(dict.fromkeys(_HARMS[s] for s in Symptom if s in symptoms and s in _HARMS))


def types_of(symptoms: Collection[Symptom]) -> tuple[IncidentType, ...]:
    """The kinds of trouble."""
    return tuple(dict.fromkeys(_TYPES[s] for s in Symptom if s in symptoms and s in _TYPES))


def symptoms_of(details: Details) -> tuple[Symptom, ...]:
    """What was ticked, as the record has it; that nobody was sure is not kept."""
    seen = {symptom for symptom, harm in _HARMS.items() if details.harmed(harm)}
    if not details.published_bad:
        seen.discard(Symptom.PUBLISHED)
    if details.outage:
        seen.add(Symptom.DOWN)
    return tuple(symptom for symptom in Symptom if symptom in seen)
