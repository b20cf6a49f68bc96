"""The part of the policy on incidents that says what belongs together."""

from dataclasses import replace
from datetime import timedelta

from yaml.nodes import MappingNode

from fireline.adapters.files.policy_fields import span
from fireline.adapters.files.problems import Findings
from fireline.adapters.files.yaml_fields import Fields, Text
from fireline.domain.policy.correlation_rules import CorrelationRules, SignalRules

CORRELATION = ("correlation", "recent_changes")
KEYS = ("window", "max_depth", "min_occurrences", "flap", "alerts")
SIGNAL_KEYS = ("min_occurrences", "flap")
FLAP_KEYS = ("transitions", "within")
MOST_DEPTH, MOST_TIMES, MOST_NAMED = 20, 100, 1000


def correlation_rules(
    rules: CorrelationRules, incidents: Fields, findings: Findings
) -> CorrelationRules:
    """The rules; `incidents` is the chapter they stand in, and what is not said stays."""
    recent = span(incidents.optional("recent_changes"), findings)
    if recent is not None:
        rules = replace(rules, recent_changes=timedelta(seconds=recent))
    node: MappingNode | None = incidents.mapping("correlation")
    if node is None:
        return rules
    given = Fields(node, findings, "correlation", KEYS)
    window = span(given.optional("window"), findings)
    if window is not None:
        rules = replace(rules, window=timedelta(seconds=window))
    depth = _number(given.optional("max_depth"), 1, MOST_DEPTH, findings)
    if depth is not None:
        rules = replace(rules, max_depth=depth)
    rules = replace(rules, usual=_signal(rules.usual, given, findings))
    return _with_alerts(rules, given, findings)


def _with_alerts(rules: CorrelationRules, given: Fields, findings: Findings) -> CorrelationRules:
    """Rules of single alerts; what one does not say is as usual."""
    node: MappingNode | None = given.mapping("alerts")
    if node is None:
        return rules
    names = [str(key.value) for key, _ in node.value][:MOST_NAMED]
    own = Fields(node, findings, "alerts", tuple(names))
    found = {}
    for name in names:
        inner: MappingNode | None = own.mapping(name)
        if inner is not None:
            fields = Fields(inner, findings, name, SIGNAL_KEYS)
            found[name] = _signal(rules.usual, fields, findings)
    return replace(rules, alerts=found)


def _signal(rules: SignalRules, given: Fields, findings: Findings) -> SignalRules:
    least = _number(given.optional("min_occurrences"), 1, MOST_TIMES, findings)
    if least is not None:
        rules = replace(rules, min_occurrences=least)
    node: MappingNode | None = given.mapping("flap")
    if node is None:
        return rules
    flap = Fields(node, findings, "flap", FLAP_KEYS)
    times = _number(flap.optional("transitions"), 2, MOST_TIMES, findings)
    within = span(flap.optional("within"), findings)
    if times is not None:
        rules = replace(rules, flap_transitions=times)
    if within is not None:
        rules = replace(rules, flap_within=timedelta(seconds=within))
    return rules


def _number(text: Text | None, least: int, most: int, findings: Findings) -> int | None:
    if text is None:
        return None
    if text.value.isdecimal() and least <= int(text.value) <= most:
        return int(text.value)
    message = f"`{text.value}` must be a whole number from {least} to {most}."
    findings.error(text.line, "number", message)
    return None
