"""How bad: computed from tier and burn, always with its reason; a human may set another."""

from dataclasses import dataclass, replace
from enum import StrEnum

from fireline.domain.errors import InvalidInputError
from fireline.domain.incident.incident import Incident, Severity
from fireline.domain.slo.status import BurnSeverity


class Burn(StrEnum):
    """How fast a linked SLO's budget goes."""

    NONE = "no burn"
    TICKET = "ticket-level burn"
    PAGE = "page-level burn"
    OUTAGE = "full outage"


DEFAULT_TIER = 1

MATRIX = {
    0: {Burn.NONE: 2, Burn.TICKET: 2, Burn.PAGE: 1, Burn.OUTAGE: 1},
    1: {Burn.NONE: 3, Burn.TICKET: 3, Burn.PAGE: 2, Burn.OUTAGE: 2},
    2: {Burn.NONE: 4, Burn.TICKET: 4, Burn.PAGE: 3, Burn.OUTAGE: 3},
}


@dataclass(frozen=True, slots=True)
class Assessment:
    """A severity and why."""

    severity: Severity
    reason: str


def burn_of(severity: BurnSeverity | None) -> Burn:
    """The burn level of an episode or of a status' worst firing pair."""
    if severity is None:
        return Burn.NONE
    return Burn.PAGE if severity is BurnSeverity.PAGE else Burn.TICKET


def assess(tier: int, burn: Burn, slo: str | None = None) -> Assessment:
    """The severity the rules give, with the reason the card prints."""
    severity = Severity(MATRIX[tier][burn])
    of = f" of {slo}" if slo and burn is not Burn.NONE else ""
    cause = f"tier-{tier} {burn.value}{of}"
    if slo is None:
        cause = f"no SLO linked, taken as tier {tier}"
    return Assessment(severity, f"{severity.label}: {cause}")


def overridden(computed: Assessment, severity: Severity, by: str, reason: str) -> Assessment:
    """The severity a person set, remembering what the rules said."""
    text = f"computed {computed.severity.label}, set {severity.label} by {by}: {reason}"
    return Assessment(severity, text)


def change(incident: Incident, severity: Severity, by: str, reason: str) -> Incident:
    """The incident with a severity set by a person.

    Raises:
        InvalidInputError: no reason was given.
    """
    why = " ".join(reason.split())
    if not why:
        message = "A changed severity needs its reason: `/incident severity 1-4 REASON`."
        raise InvalidInputError(message, field="reason")
    base = incident.computed_severity or incident.severity
    fresh = overridden(Assessment(base, ""), severity, by, why)
    return replace(
        incident, severity=severity, severity_reason=fresh.reason, computed_severity=base
    )
