"""The policy's chapter `declare`: which alerts declare their incident by themselves."""

from fireline.adapters.files.policy_fields import items
from fireline.adapters.files.problems import Findings
from fireline.adapters.files.yaml_fields import Fields, Text
from fireline.domain.errors import InvalidInputError
from fireline.domain.policy.declare_rules import DECLARE_FACTS, DeclareRule, lacking

KEY = "declare"
RULE_KEYS = ("when", "as", "min_occurrences", "severity", "restricted")
STATES = ("investigating", "triage")
LEVELS = {"sev1": 1, "sev2": 2, "sev3": 3, "sev4": 4}
MOST = 1000


def declare_rules(fields: Fields, findings: Findings) -> tuple[DeclareRule, ...]:
    """The rules in their order; the first that holds counts."""
    found = (_rule(item, findings) for item in items(fields, KEY, RULE_KEYS, findings))
    return tuple(rule for rule in found if rule is not None)


def _rule(item: Fields, findings: Findings) -> DeclareRule | None:
    when = _condition(item.text("when", example="labels.severity == 'critical'"), findings)
    state = item.text("as", example="investigating")
    if state is not None and state.value not in STATES:
        message = f"`as` is `{state.value}`; it must be investigating or triage."
        findings.error(state.line, "as", message)
        return None
    least, level = item.optional("min_occurrences"), item.optional("severity")
    if level is not None and level.value not in LEVELS:
        message = f"`{level.value}` is no severity; write sev1 to sev4."
        findings.error(level.line, "severity", message)
    restricted = item.optional("restricted")
    if restricted is not None and restricted.value not in {"true", "false"}:
        message = f"`restricted` is `{restricted.value}`; it must be true or false."
        findings.error(restricted.line, "flag", message)
    if when is None or state is None:
        return None
    return DeclareRule(
        when,
        quiet=state.value == "triage",
        min_occurrences=_count(least, findings),
        severity=LEVELS.get(level.value) if level is not None else None,
        restricted=restricted is not None and restricted.value == "true",
    )


def _condition(text: Text | None, findings: Findings) -> str | None:
    if text is None:
        return None
    try:
        odd = lacking(text.value)
    except InvalidInputError as error:
        findings.error(text.line, "when", str(error))
        return None
    if odd:
        known = ", ".join(DECLARE_FACTS)
        message = f"`{odd[0]}` is no fact here; known are {known}, and labels.NAME."
        findings.error(text.line, "when", message)
        return None
    return text.value


def _count(text: Text | None, findings: Findings) -> int:
    if text is None:
        return 1
    if text.value.isdecimal() and 1 <= int(text.value) <= MOST:
        return int(text.value)
    message = f"`{text.value}` must be a whole number from 1 to {MOST}."
    findings.error(text.line, "number", message)
    return 1
