"""The `sli` part of an SLO document."""

import re
from collections.abc import Callable, Iterator, Mapping

from yaml.nodes import MappingNode

from fireline.adapters.files.expressions import Finding, check_ratio, check_value
from fireline.adapters.files.problems import Findings
from fireline.adapters.files.variables import substitute
from fireline.adapters.files.yaml_fields import Fields, Text
from fireline.domain.slo.definition import Absent, RatioSli, Sli, TimeSliceSli
from fireline.domain.slo.wording import parse_range

KINDS = ("ratio", "time_slice")
LATER = ("deadline", "entity_ratio", "latency", "composite")
GOOD = re.compile(r"(<=|>=|==|!=|<|>)\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)")
BUCKET = 300
DAY = 86400
Check = Callable[[str], Iterator[Finding]]


def read_sli(
    fields: Fields, variables: Mapping[str, str], findings: Findings
) -> tuple[Sli, Absent] | None:
    """The SLI and its absence rule, or None when anything in it is wrong."""
    before = findings.errors
    node = fields.mapping("sli")
    if node is None:
        if "sli" not in fields:
            findings.error(
                fields.line, "missing", "`sli` is missing; give it a `ratio` or a `time_slice`."
            )
        return None
    sli = Fields(node, findings, "sli", (*KINDS, "absent", *LATER))
    for later in LATER:
        if later in sli:
            findings.error(
                sli.key_lines[later],
                "unsupported",
                f"`{later}` is not supported yet; use `ratio` or `time_slice`.",
            )
    given = [kind for kind in KINDS if kind in sli]
    if findings.errors > before:
        return None
    if len(given) != 1:
        findings.error(sli.line, "missing", "`sli` needs exactly one of `ratio` and `time_slice`.")
        return None
    kind = given[0]
    body = sli.mapping(kind)
    if body is None:
        return None
    read = _ratio if kind == "ratio" else _time_slice
    found = read(body, variables, findings)
    absent = _absent(sli, kind, findings)
    return (found, absent) if found is not None and absent is not None else None


def _absent(sli: Fields, kind: str, findings: Findings) -> Absent | None:
    text = sli.optional("absent")
    if text is None:
        return Absent.UNKNOWN if kind == "ratio" else Absent.BAD
    if text.value not in set(Absent):
        findings.error(
            text.line, "absent", f"`absent` is `{text.value}`; it must be bad, ignore or unknown."
        )
        return None
    return Absent(text.value)


def _ratio(node: MappingNode, variables: Mapping[str, str], findings: Findings) -> RatioSli | None:
    fields = Fields(node, findings, "ratio", ("good", "bad", "total"))
    total = fields.text("total", example="sum(increase(requests_total[$window]))")
    if ("good" in fields) == ("bad" in fields):
        findings.error(
            fields.line, "missing", "a ratio needs `total` and exactly one of `good` and `bad`."
        )
        return None
    part = "good" if "good" in fields else "bad"
    counted = fields.text(part, example="sum(increase(errors_total[$window]))")
    total_expr = _expression(total, variables, findings, "total", check_ratio)
    part_expr = _expression(counted, variables, findings, part, check_ratio)
    if total_expr is None or part_expr is None:
        return None
    if part == "good":
        return RatioSli(total=total_expr, good=part_expr)
    return RatioSli(total=total_expr, bad=part_expr)


def _time_slice(
    node: MappingNode, variables: Mapping[str, str], findings: Findings
) -> TimeSliceSli | None:
    fields = Fields(node, findings, "time_slice", ("value", "good", "slice"))
    value = fields.text("value", example="max(lag_seconds)")
    good = fields.text("good", example='"<= 120"')
    size = _slice(fields, findings)
    expr = _expression(value, variables, findings, "value", check_value)
    if good is None or expr is None or size is None:
        return None
    match = GOOD.fullmatch(good.value)
    if match is None:
        findings.error(
            good.line,
            "good",
            f'`good` is `{good.value}`; write a comparison with a number, such as "<= 120".',
        )
        return None
    return TimeSliceSli(expr, match[1], float(match[2]), size)


def _slice(fields: Fields, findings: Findings) -> int | None:
    text = fields.optional("slice")
    if text is None:
        return 60
    seconds = parse_range(text.value)
    if seconds is None or not (BUCKET % seconds == 0 or seconds % BUCKET == 0) or seconds > DAY:
        findings.error(
            text.line,
            "slice-alignment",
            f"`slice` is `{text.value}`; it must divide 5m or be a multiple of it, such as 1m, "
            "5m or 1h.",
        )
        return None
    return seconds


def _expression(
    text: Text | None,
    variables: Mapping[str, str],
    findings: Findings,
    field: str,
    check: Check,
) -> str | None:
    """The expression with variables filled in, if it can be used."""
    expr = substitute(text, variables, findings) if text is not None else None
    if text is None or expr is None:
        return None
    before = findings.errors
    for found in check(expr):
        say = findings.error if found.fatal else findings.warning
        say(text.line, found.code, f"`{field}`: {found.message}")
    return expr if findings.errors == before else None
