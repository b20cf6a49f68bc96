"""Alerts that declare their incident by themselves, where the policy says so.

What belongs to an incident already declares nothing; a signal in triage is confirmed when a rule
says that it is an incident.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from fireline.domain.alertmanager.alerts import ExternalGroup
from fireline.domain.errors import InvalidInputError, NotFoundError
from fireline.domain.incident.incident import IncidentState, Severity
from fireline.domain.incident.lifecycle import Verb
from fireline.domain.incident.timeline import Provenance
from fireline.domain.people import SYSTEM, Actor
from fireline.domain.policy.declare_rules import BUILT_IN, LABEL, DeclareRule, rule_for
from fireline.domain.slo.alerting.group import SOURCE, AlertGroup
from fireline.domain.slo.status import AlertKind
from fireline.usecases.alert_attachment import follow_incident
from fireline.usecases.declaration import Declare
from fireline.usecases.declare_incident import declare_within
from fireline.usecases.incident_steps import Ask, step_in
from fireline.usecases.ports import Services, UnitOfWork

RULE = Actor(SYSTEM.id, "a rule of the policy")
BURNS = (AlertKind.BURN, AlertKind.DEADLINE_AT_RISK)
BURN, ALERTMANAGER = "burn", "alertmanager"


def rules_of(s: Services) -> tuple[DeclareRule, ...]:
    """The team's rules, then those that the switch turns on."""
    rules = s.policy.incidents
    return (*rules.declares, *(BUILT_IN if rules.declare_from_alerts else ()))


def declare_burning(s: Services, uow: UnitOfWork, groups: Iterable[AlertGroup]) -> None:
    """Declare what new and grown alerts of ours ask for, the worst first.

    One incident may explain the others, so each is looked at again before it declares.
    """
    rules = rules_of(s)
    if not rules:
        return
    for one in sorted(groups, key=lambda g: (g.paged_at is None, g.tier, g.opened_at, g.id)):
        group = uow.alerts.get(one.id)
        if group is None or not group.open or group.kind not in BURNS:
            continue
        episodes = uow.episodes.in_group(group.id)
        slos = list(dict.fromkeys(e.slo for e in episodes if not e.slo.startswith(SOURCE)))
        if group.incident_id is None:
            after = follow_incident(s, uow, group, slos, s.clock.now())
            if after != group:
                uow.alerts.save(after)
            group = after
        rule = rule_for(rules, _burn_facts(s, group, slos), _times(s, uow, slos))
        if rule is not None:
            _apply(s, uow, rule, group.incident_id, Declare("", RULE, episode_id=group.id))


def declare_from_group(s: Services, uow: UnitOfWork, group: ExternalGroup) -> None:
    """Declare what a group of Alertmanager's asks for."""
    rules = rules_of(s)
    if not rules or not group.open:
        return
    lately = s.clock.now() - s.policy.incidents.correlation.window
    times = sum(1 for alert in group.alerts if alert.starts_at >= lately)
    rule = rule_for(rules, _group_facts(s, group), max(1, times))
    if rule is not None:
        _apply(s, uow, rule, group.incident_id, Declare("", RULE, external_group=group.id))


def _apply(
    s: Services, uow: UnitOfWork, rule: DeclareRule, incident_id: int | None, command: Declare
) -> None:
    """Declare it, or confirm the signal that it belongs to."""
    if incident_id is None:
        _declare(s, uow, rule, command)
        return
    uow.lock()
    incident = uow.incidents.get(incident_id)
    if incident is not None and incident.state is IncidentState.TRIAGE and not rule.quiet:
        step_in(s, uow, incident, Ask(Verb.INVESTIGATE, f"rule: {rule.when}"), SYSTEM)


def _declare(s: Services, uow: UnitOfWork, rule: DeclareRule, command: Declare) -> None:
    """Declare it; what cannot be declared is written down and never stops the alert itself."""
    asked = replace(
        command,
        severity=Severity(rule.severity) if rule.severity else None,
        quiet=rule.quiet,
        restricted=rule.restricted,
        provenance=Provenance(source="rule", detail=rule.when),
    )
    try:
        declare_within(s, uow, asked)
    except (InvalidInputError, NotFoundError) as error:  # raised before anything is written
        detail: dict[str, object] = {"rule": rule.when, "error": str(error)}
        uow.audit.append(s.clock.now(), SYSTEM.id, "rule.refused", str(asked.dedupe_key), detail)


def _burn_facts(s: Services, group: AlertGroup, slos: list[str]) -> Mapping[str, object]:
    known = s.definitions.current().slos
    slo = known.get(slos[0]) if slos else None
    labels = slo.labels if slo is not None else {}
    return {
        "source": BURN,
        "severity": group.severity.value,
        "tier": group.tier,
        "slo": slos[0] if slos else None,
        "service": slo.service if slo is not None else None,
        "alertname": group.kind.value,
        "alerts": len(slos),
        **{LABEL + name: value for name, value in labels.items()},
    }


def _group_facts(s: Services, group: ExternalGroup) -> Mapping[str, object]:
    slo = s.definitions.current().slos.get(group.slo or "")
    labels = {**_shared(group), **group.common_labels, **group.labels}
    return {
        "source": ALERTMANAGER,
        "severity": labels.get("severity"),
        "tier": slo.tier if slo is not None else None,
        "slo": group.slo,
        "service": slo.service if slo is not None else labels.get("service"),
        "alertname": labels.get("alertname"),
        "alerts": len(group.firing),
        **{LABEL + name: value for name, value in labels.items()},
    }


def _shared(group: ExternalGroup) -> dict[str, str]:
    """The labels that all alerts of the group have alike."""
    pairs = [set(alert.labels.items()) for alert in group.alerts]
    return dict(set.intersection(*pairs)) if pairs else {}


def _times(s: Services, uow: UnitOfWork, slos: list[str]) -> int:
    """How often any of the SLOs alerted lately, this time included."""
    since = s.clock.now() - s.policy.incidents.correlation.window
    return max((len(uow.episodes.of(slo, since)) for slo in slos[:5]), default=1)
