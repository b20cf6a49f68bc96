"""The policy's chapter on how repaired data is checked."""

from collections.abc import Iterator
from datetime import timedelta

from fireline.adapters.files.expressions import check_value
from fireline.adapters.files.policy_fields import items, span
from fireline.adapters.files.problems import Findings
from fireline.adapters.files.yaml_fields import Fields
from fireline.domain.incident.checking import comparison
from fireline.domain.lineage.graph import canonical
from fireline.domain.policy.verify_rules import VerifyRule

KEY = "verify"
KEYS = ("datasets", "promql", "good", "for", "absent")
ABSENT = ("bad", "ignore")


def verify_rules(fields: Fields, findings: Findings) -> tuple[VerifyRule, ...]:
    """The queries that can be asked; each that cannot is a finding."""
    return tuple(_rules(fields, findings))


def _rules(fields: Fields, findings: Findings) -> Iterator[VerifyRule]:
    for item in items(fields, KEY, KEYS, findings):
        before = findings.errors
        names = tuple(canonical(text.value) for text in item.texts("datasets"))
        promql, good = item.text("promql", example="max(lag)"), item.text("good", example='"<= 60"')
        lasts, absent = span(item.optional("for"), findings), item.optional("absent")
        if not names:
            findings.error(item.line, "missing", "`datasets` names none, such as [raw_orders].")
        compared = comparison(good.value) if good is not None else None
        if good is not None and compared is None:
            message = f'`good` is `{good.value}`; write a comparison such as "<= 60".'
            findings.error(good.line, "good", message)
        if absent is not None and absent.value not in ABSENT:
            message = f"`absent` is `{absent.value}`; it must be bad or ignore."
            findings.error(absent.line, "absent", message)
        for found in check_value(promql.value) if promql is not None else ():
            if promql is not None and found.fatal:
                findings.error(promql.line, found.code, found.message)
        if findings.errors == before and promql is not None and compared is not None:
            bad = absent is None or absent.value == ABSENT[0]
            seconds = timedelta(seconds=lasts or 0)
            yield VerifyRule(names, promql.value, *compared, seconds, bad)
