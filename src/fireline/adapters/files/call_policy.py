"""The policy's words on who is let in by severity, and whom a drill may call."""

from collections.abc import Mapping
from dataclasses import replace

from fireline.adapters.files.alert_policy import alias
from fireline.adapters.files.problems import Findings
from fireline.adapters.files.yaml_fields import Fields
from fireline.domain.policy.incident_rules import IncidentRules

INVITE, DRILL = "invite", "drill"
KEYS = (INVITE, DRILL)
LEVELS = {"sev1": 1, "sev2": 2, "sev3": 3, "sev4": 4}
DRILL_KEYS = ("page",)


def call_rules(rules: IncidentRules, given: Fields, findings: Findings) -> IncidentRules:
    """The rules with what is said; what is not stays as shipped."""
    invited = given.mapping(INVITE)
    if invited is not None:
        levels = Fields(invited, findings, INVITE, tuple(LEVELS))
        named: Mapping[int, tuple[str, ...]] = {
            level: _aliases(levels, name) for name, level in LEVELS.items() if name in levels
        }
        rules = replace(rules, invite={**rules.invite, **named})
    drill = given.mapping(DRILL)
    if drill is not None:
        fields = Fields(drill, findings, DRILL, DRILL_KEYS)
        rules = replace(rules, drill_page=_aliases(fields, DRILL_KEYS[0]))
    return rules


def _aliases(fields: Fields, key: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(alias(text.value) for text in fields.texts(key)))
