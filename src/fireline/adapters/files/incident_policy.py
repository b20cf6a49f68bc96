"""The policy's chapters on incidents: severity, who is told when, closing, postmortems."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import timedelta

from yaml.nodes import MappingNode

from fireline.adapters.files.alert_policy import TIER_KEYS, alias, moment_after
from fireline.adapters.files.call_policy import KEYS as CALLS
from fireline.adapters.files.call_policy import call_rules
from fireline.adapters.files.correlation_policy import CORRELATION, correlation_rules
from fireline.adapters.files.declare_policy import KEY as DECLARE
from fireline.adapters.files.declare_policy import declare_rules
from fireline.adapters.files.notice_policy import KEY as NOTICES
from fireline.adapters.files.notice_policy import notice_texts
from fireline.adapters.files.policy_fields import items, span
from fireline.adapters.files.problems import Findings
from fireline.adapters.files.room_policy import KEYS as ROOM_KEYS
from fireline.adapters.files.room_policy import channel_rules, role_rules
from fireline.adapters.files.verify_policy import KEY as VERIFY
from fireline.adapters.files.verify_policy import verify_rules
from fireline.adapters.files.yaml_fields import Fields, Text
from fireline.domain.errors import InvalidInputError
from fireline.domain.policy.expressions import unknown_names
from fireline.domain.policy.incident_rules import (
    ESCALATION_FACTS,
    POSTMORTEM_FACTS,
    SEVERITY_FACTS,
    Comms,
    EscalationStep,
    IncidentRules,
    SeverityRule,
)

KEYS = (*ROOM_KEYS, DECLARE, NOTICES, VERIFY, "severity", "escalation", "incidents", "postmortem")
LEVELS = {"sev1": 1, "sev2": 2, "sev3": 3, "sev4": 4}
SEVERITY_KEYS = ("base_by_tier", "raise", "lower", "comms")
RULE_KEYS = ("when", "by", "to", "because")
COMMS_KEYS = ("update_every", "repairing_every", "postmortem_due", "commander_required")
STEP_KEYS = ("after", "from", "when", "notify", "message", "restricted", "channel_only")
CLOCKS = ("declared", "impact")
SPANS = ("reopen_cooldown", "sustain", "reopen_closed_within", "commander_chase", "triage_timeout")
DECLARES = "declare_from_alerts"
WEIGHTS = "data_downtime_weights"
MOST_WEIGHT = 100
LEAST_REASON = "reopen_reason_min_chars"
EXPOSURE_KEYS = ("restricted_when", "security", "exposure_readers")
POSTMORTEM_KEYS = ("severities", "any_of")
MOST_LEVELS = 3
LONGEST_REASON = 500
NEVER = "never"


def incident_rules(fields: Fields, findings: Findings) -> IncidentRules:
    """The rules; what is not said stays as shipped."""
    rules = replace(
        IncidentRules(),
        roles=role_rules(fields, findings),
        channels=channel_rules(fields, findings),
    )
    rules = _with_severity(rules, fields, findings)
    rules = _with_escalation(rules, fields, findings)
    rules = _with_closing(rules, fields, findings)
    rules = replace(rules, declares=declare_rules(fields, findings))
    rules = replace(rules, notices=notice_texts(rules.notices, fields, findings))
    rules = replace(rules, verify=verify_rules(fields, findings))
    return _with_postmortem(rules, fields, findings)


def _with_severity(rules: IncidentRules, fields: Fields, findings: Findings) -> IncidentRules:
    node: MappingNode | None = fields.mapping("severity")
    if node is None:
        return rules
    given = Fields(node, findings, "severity", SEVERITY_KEYS)
    base = dict(rules.base_by_tier)
    for tier, text in given.pairs("base_by_tier").items():
        level = _level(text, findings)
        if tier not in map(str, base):
            findings.error(text.line, "tier", f"the tier `{tier}` must be 0, 1 or 2.")
        elif level is not None:
            base[int(tier)] = level
    rules = replace(rules, base_by_tier=base, comms=_comms(rules.comms, given, findings))
    if "raise" in given:
        rules = replace(rules, raises=_severity_rules(given, "raise", findings))
    if "lower" in given:
        rules = replace(rules, lowers=_severity_rules(given, "lower", findings))
    return rules


def _severity_rules(given: Fields, key: str, findings: Findings) -> tuple[SeverityRule, ...]:
    found = []
    for item in items(given, key, RULE_KEYS, findings):
        when = _condition(item.text("when", example="tier == 0"), SEVERITY_FACTS, findings)
        because = item.text("because", example="tier-0 outage")
        by, to = item.optional("by"), item.optional("to")
        if (by is None) == (to is None):
            message = "give either `by`, how many levels, or `to`, a level."
            findings.error(item.line, "rule", message)
            continue
        level = _level(to, findings) if to is not None else None
        steps = _number(by, 1, MOST_LEVELS, findings) if by is not None else 0
        if when is None or because is None or steps is None or (to is not None and level is None):
            continue
        found.append(SeverityRule(when, because.value, steps, level))
    return tuple(found)


def _comms(shipped: Mapping[int, Comms], given: Fields, findings: Findings) -> Mapping[int, Comms]:
    node = given.mapping("comms")
    if node is None:
        return shipped
    levels = Fields(node, findings, "comms", tuple(LEVELS))
    found = dict(shipped)
    for name, level in LEVELS.items():
        inner = levels.mapping(name)
        if inner is not None:
            item = Fields(inner, findings, name, COMMS_KEYS)
            found[level] = _cadence(shipped[level], item, findings)
    return found


def _cadence(comms: Comms, item: Fields, findings: Findings) -> Comms:
    """One severity's; a postmortem that is due `never` is asked for without a date."""
    for key in ("update_every", "repairing_every"):
        seconds = span(item.optional(key), findings)
        if seconds is not None:
            comms = replace(comms, **{key: timedelta(seconds=seconds)})  # type: ignore[arg-type]
    due = item.optional("postmortem_due")
    if due is not None and due.value == NEVER:
        comms = replace(comms, postmortem_due=None)
    elif (seconds := span(due, findings)) is not None:
        comms = replace(comms, postmortem_due=timedelta(seconds=seconds))
    required = _flag(item, "commander_required", findings, given=comms.commander_required)
    return replace(comms, commander_required=required)


def _with_escalation(rules: IncidentRules, fields: Fields, findings: Findings) -> IncidentRules:
    node: MappingNode | None = fields.mapping("escalation")
    if node is None:
        return rules
    tiers = Fields(node, findings, "escalation", tuple(TIER_KEYS))
    given = {
        tier: tuple(
            step
            for item in items(tiers, key, STEP_KEYS, findings)
            if (step := _step(item, findings)) is not None
        )
        for key, tier in TIER_KEYS.items()
        if key in tiers
    }
    return replace(rules, escalation={**rules.escalation, **given})


def _step(item: Fields, findings: Findings) -> EscalationStep | None:
    after = moment_after(item.text("after", example="15m"), findings)
    notify = tuple(alias(t.value) for t in item.texts("notify"))
    if not notify:
        findings.error(item.line, "missing", "`notify` names nobody, such as [@on-call].")
    clock = item.optional("from")
    if clock is not None and clock.value not in CLOCKS:
        message = f"`from` is `{clock.value}`; it must be declared or impact."
        findings.error(clock.line, "from", message)
        return None
    when, message_text = item.optional("when"), item.optional("message")
    condition = _condition(when, ESCALATION_FACTS, findings) if when is not None else None
    if after is None or not notify or (when is not None and condition is None):
        return None
    return EscalationStep(
        after,
        notify,
        clock.value if clock is not None else CLOCKS[0],
        condition,
        message_text.value if message_text is not None else "",
        restricted=_flag(item, "restricted", findings, given=False),
        channel_only=_flag(item, "channel_only", findings, given=False),
    )


def _with_closing(rules: IncidentRules, fields: Fields, findings: Findings) -> IncidentRules:
    node: MappingNode | None = fields.mapping("incidents")
    if node is None:
        return rules
    known = (*SPANS, LEAST_REASON, DECLARES, WEIGHTS, *CORRELATION, *EXPOSURE_KEYS, *CALLS)
    given = Fields(node, findings, "incidents", known)
    rules = _with_exposure(rules, given, findings)
    rules = replace(rules, downtime_weights=_weights(rules.downtime_weights, given, findings))
    rules = replace(rules, correlation=correlation_rules(rules.correlation, given, findings))
    rules = call_rules(rules, given, findings)
    for key in SPANS:
        seconds = span(given.optional(key), findings)
        if seconds is not None:
            rules = replace(rules, **{key: timedelta(seconds=seconds)})  # type: ignore[arg-type]
    declares = _flag(given, DECLARES, findings, given=rules.declare_from_alerts)
    rules = replace(rules, declare_from_alerts=declares)
    least = given.optional(LEAST_REASON)
    count = _number(least, 1, LONGEST_REASON, findings) if least is not None else None
    return rules if count is None else replace(rules, reopen_reason_min_chars=count)


def _weights(
    shipped: Mapping[int, float], given: Fields, findings: Findings
) -> Mapping[int, float]:
    """How much an hour of a dataset counts, by its tier."""
    found = dict(shipped)
    for tier, text in given.pairs(WEIGHTS).items():
        number = _number(text, 0, MOST_WEIGHT, findings)
        if tier not in map(str, shipped):
            findings.error(text.line, "tier", f"the tier `{tier}` must be 0, 1 or 2.")
        elif number is not None:
            found[int(tier)] = number
    return found


def _with_exposure(rules: IncidentRules, given: Fields, findings: Findings) -> IncidentRules:
    """When an incident becomes restricted, who is security, and who may read it at once."""
    if "restricted_when" in given:
        texts = given.texts("restricted_when")
        known = [_condition(text, SEVERITY_FACTS, findings) for text in texts]
        kept = tuple(text for text in known if text is not None)
        rules = replace(rules, restricted_when=kept)
    if "security" in given:
        aliases = tuple(text.value for text in given.texts("security"))
        rules = replace(rules, security=aliases)
    if "exposure_readers" in given:
        aliases = tuple(text.value for text in given.texts("exposure_readers"))
        rules = replace(rules, exposure_readers=aliases)
    return rules


def _with_postmortem(rules: IncidentRules, fields: Fields, findings: Findings) -> IncidentRules:
    node: MappingNode | None = fields.mapping("postmortem")
    if node is None:
        return rules
    given = Fields(node, findings, "postmortem", POSTMORTEM_KEYS)
    if "severities" in given:
        levels = [_level(text, findings) for text in given.texts("severities")]
        known = tuple(level for level in levels if level is not None)
        rules = replace(rules, postmortem_severities=known)
    if "any_of" in given:
        texts = [_condition(text, POSTMORTEM_FACTS, findings) for text in given.texts("any_of")]
        rules = replace(rules, postmortem_any_of=tuple(text for text in texts if text is not None))
    return rules


def _condition(text: Text | None, known: Collection[str], findings: Findings) -> str | None:
    """A condition of known facts only; one that can never hold would be found out too late."""
    if text is None:
        return None
    try:
        odd = unknown_names(text.value, known)
    except InvalidInputError as error:
        findings.error(text.line, "when", str(error))
        return None
    if odd:
        message = f"`{odd[0]}` is no fact here; known are {', '.join(known)}."
        findings.error(text.line, "when", message)
        return None
    return text.value


def _level(text: Text, findings: Findings) -> int | None:
    level = LEVELS.get(text.value.lower())
    if level is None:
        findings.error(text.line, "severity", f"`{text.value}` is no severity; write sev1 to sev4.")
    return level


def _number(text: Text, least: int, most: int, findings: Findings) -> int | None:
    if text.value.isdecimal() and least <= int(text.value) <= most:
        return int(text.value)
    findings.error(
        text.line, "number", f"`{text.value}` must be a whole number from {least} to {most}."
    )
    return None


def _flag(item: Fields, key: str, findings: Findings, *, given: bool) -> bool:
    text = item.optional(key)
    if text is None:
        return given
    if text.value not in {"true", "false"}:
        findings.error(text.line, "flag", f"`{key}` is `{text.value}`; it must be true or false.")
    return text.value == "true"
