"""Whether the policy asks for a postmortem of an incident."""

from fireline.domain.incident.incident import Incident
from fireline.domain.incident.kinds import Harm
from fireline.domain.policy.expressions import holds
from fireline.domain.policy.incident_rules import IncidentRules


def postmortem_required(incident: Incident, rules: IncidentRules) -> bool:
    """By severity, or by any of the policy's conditions; never of a drill."""
    if incident.drill:
        return False
    if int(incident.severity) in rules.postmortem_severities:
        return True
    cost = max(incident.budget_cost.values(), default=0.0)
    details = incident.details
    facts = {
        "tier": incident.tier,
        "severity": int(incident.severity),
        "budget_cost_pct": 100 * cost,
        "data_exposure_suspected": incident.restricted or details.harmed(Harm.EXPOSED),
        "wrong_data_published": details.published_bad and details.harmed(Harm.WRONG),
    }
    return any(holds(condition, facts) for condition in rules.postmortem_any_of)
