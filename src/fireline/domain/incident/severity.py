"""How bad: computed from tier, burn and kind of harm, always with its reason; a human may override.

The rules are the policy's: a base by tier, then everything that raises and lowers it, added up and
clamped once at the end.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from fireline.domain.errors import InvalidInputError
from fireline.domain.incident.incident import Incident, Severity
from fireline.domain.policy.expressions import Facts, holds
from fireline.domain.policy.incident_rules import IncidentRules, SeverityRule
from fireline.domain.slo.status import BurnSeverity

DEFAULT_TIER = 1
BURN_RULES = ("outage", "slo_burn")


class Burn(StrEnum):
    """How fast a linked SLO's budget goes."""

    NONE = "no burn"
    TICKET = "ticket-level burn"
    PAGE = "page-level burn"
    OUTAGE = "full outage"


_BURN_FACT = {Burn.TICKET: "ticket", Burn.PAGE: "page", Burn.OUTAGE: "page"}


@dataclass(frozen=True, slots=True)
class Assessment:
    """A severity and why."""

    severity: Severity
    reason: str


@dataclass(frozen=True, slots=True)
class SeverityFacts:
    """What the rules are judged by; what nobody knows is None and never lowers anything.

    `minutes_to_deadline` is until the nearest tier-0 consumer is due.
    """

    tier: int
    burn: Burn = Burn.NONE
    slo: str | None = None
    exposure_suspected: bool = False
    wrong_published: bool = False
    external_consumer: bool = False
    exposures: int | None = None
    tier0_exposures: int | None = None
    minutes_to_deadline: float | None = None

    def as_facts(self) -> Facts:
        """By the names that policies use."""
        return {
            "tier": self.tier,
            "outage": self.burn is Burn.OUTAGE,
            "slo_burn": _BURN_FACT.get(self.burn, "none"),
            "data_exposure_suspected": self.exposure_suspected,
            "wrong_data_published": self.wrong_published,
            "external_or_regulatory_consumer": self.external_consumer,
            "blast.exposures": self.exposures,
            "blast.tier0_exposures": self.tier0_exposures,
            "minutes_to_nearest_deadline": self.minutes_to_deadline,
        }


def burn_of(severity: BurnSeverity | None) -> Burn:
    """The burn level of an episode or of a status' worst firing pair."""
    if severity is None:
        return Burn.NONE
    return Burn.PAGE if severity is BurnSeverity.PAGE else Burn.TICKET


def judge(facts: SeverityFacts, rules: IncidentRules) -> Assessment:
    """The severity the rules give, with the reason the card prints."""
    known = facts.as_facts()
    base = rules.base_by_tier[facts.tier]
    raised = [rule for rule in rules.raises if holds(rule.when, known)]
    outright = [rule.to for rule in raised if rule.to is not None]
    lowered = [] if outright else [rule for rule in rules.lowers if holds(rule.when, known)]
    level = base - sum(rule.by for rule in raised) + sum(rule.by for rule in lowered)
    severity = Severity(max(1, min(4, level, *outright)))
    because = [_cause(facts), *(rule.because for rule in (*raised, *lowered) if not _burns(rule))]
    return Assessment(severity, f"{severity.label}: {'; '.join(because)}")


def _cause(facts: SeverityFacts) -> str:
    if facts.slo is None:
        down = f"{facts.burn.value}; " if facts.burn is Burn.OUTAGE else ""
        return f"{down}no SLO linked, taken as tier {facts.tier}"
    of = f" of {facts.slo}" if facts.burn is not Burn.NONE else ""
    return f"tier-{facts.tier} {facts.burn.value}{of}"


def _burns(rule: SeverityRule) -> bool:
    """Whether the rule is about the burn, which the cause names already."""
    return any(name in rule.when for name in BURN_RULES)


def overridden(computed: Assessment, severity: Severity, by: str, reason: str) -> Assessment:
    """The severity a person set, remembering what the rules said."""
    text = f"computed {computed.severity.label}, set {severity.label} by {by}: {reason}"
    return Assessment(severity, text)


def change(incident: Incident, severity: Severity, by: str, reason: str) -> Incident:
    """The incident with a severity set by a person, which survives every recalculation.

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
        incident,
        severity=severity,
        severity_reason=fresh.reason,
        computed_severity=base,
        details=replace(incident.details, severity_override=f"{by}: {why}"),
    )


def recomputed(incident: Incident, found: Assessment, *, exposure: bool) -> Incident:
    """The incident after new facts: an override stays, exposure alone raises past it.

    Args:
        incident: as it is.
        found: what the rules say now.
        exposure: whether data may have been seen by the wrong people.
    """
    override = incident.details.severity_override
    fresh = replace(incident, computed_severity=found.severity)
    if override is not None and not (exposure and found.severity < incident.severity):
        by, _, why = override.partition(": ")
        kept = overridden(found, incident.severity, by, why)
        return replace(fresh, severity_reason=kept.reason)
    return replace(
        fresh,
        severity=found.severity,
        severity_reason=found.reason,
        details=replace(fresh.details, severity_override=None),
    )


def automatic(incident: Incident, found: Assessment) -> Incident:
    """The incident with the computed severity, any override dropped."""
    return replace(
        incident,
        severity=found.severity,
        severity_reason=found.reason,
        computed_severity=found.severity,
        details=replace(incident.details, severity_override=None),
    )
