"""One objective of an SLO, or several over one SLI: percent, window, tier."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from yaml.nodes import MappingNode, SequenceNode

from fireline.adapters.files import values
from fireline.adapters.files.problems import Findings
from fireline.adapters.files.windows import Window, read_window
from fireline.adapters.files.yaml_fields import Fields, line_of

KEYS = ("objective", "suffix", "title", "tier", "window", "zero_tolerance")
TIERS = ("0", "1", "2")
SUFFIX = re.compile(r"[a-z0-9][a-z0-9-]{0,30}")
EXAMPLE = "`objectives: [{suffix: strict, objective: 99.9}, {suffix: easy, objective: 99}]`"


@dataclass(frozen=True, slots=True)
class Objective:
    """What several objectives of one SLI may differ in; `suffix` is empty for a single one."""

    percent: Decimal
    window: Window
    tier: int
    zero_tolerance: bool
    suffix: str
    title: str | None
    line: int
    lines: Mapping[str, int]


def read_objectives(fields: Fields, findings: Findings) -> list[Objective]:
    """The objectives; each that is wrong is a finding, and none is given then."""
    before = findings.errors
    if "objectives" not in fields:
        found = [_objective(fields, fields, findings)]
    else:
        found = _several(fields, findings)
    good = [one for one in found if one is not None]
    suffixes = [one.suffix for one in good]
    for one in good:
        if suffixes.count(one.suffix) > 1:
            message = f"two objectives are called `{one.suffix}`; give each a `suffix` of its own."
            findings.error(one.line, "duplicate", message)
            break
    return [] if findings.errors > before else good


def _several(fields: Fields, findings: Findings) -> list[Objective | None]:
    node = fields.node("objectives")
    for key in ("objective", "zero_tolerance"):
        if key in fields:
            message = f"`{key}` belongs into each item of `objectives` here; move it there."
            findings.error(fields.key_lines[key], key, message)
    if not isinstance(node, SequenceNode) or not node.value:
        message = f"`objectives` must be a list, such as {EXAMPLE}."
        findings.error(fields.key_lines["objectives"], "type", message)
        return []
    found: list[Objective | None] = []
    for item in node.value:
        if not isinstance(item, MappingNode):
            message = f"an objective here is a mapping, such as {EXAMPLE}."
            findings.error(line_of(item), "type", message)
            continue
        own = Fields(item, findings, "objective", KEYS)
        found.append(_objective(own, fields, findings))
    return found


def _objective(own: Fields, shared: Fields, findings: Findings) -> Objective | None:
    """One objective; tier and window may be said for all of them."""
    zero = values.switch(own, "zero_tolerance", findings)
    percent = _percent(own, findings, zero=zero)
    window = read_window(own if "window" in own else shared, findings)
    tier = _tier(own if "tier" in own else shared, findings)
    several = own is not shared
    suffix = _suffix(own, percent, findings) if several else ""
    title = own.optional("title") if several else None
    if percent is None or window is None or tier is None or suffix is None:
        return None
    shown = title.value if title else None
    lines = {**shared.key_lines, **own.key_lines}
    return Objective(percent, window, tier, zero, suffix, shown, own.line, lines)


def _percent(fields: Fields, findings: Findings, *, zero: bool) -> Decimal | None:
    text = fields.text("objective", example="99.9")
    if text is None:
        return None
    found = values.percent(text, "objective", findings, "objective-range")
    if found == values.HUNDRED and not zero:
        findings.error(
            text.line,
            "objective-100",
            "`objective: 100` leaves no error budget at all; use 99.99 or less, or add "
            "`zero_tolerance: true` to be alerted on every single miss.",
        )
        return None
    if found is not None and found < values.HUNDRED and zero:
        message = "`zero_tolerance: true` is for `objective: 100` only; remove it."
        findings.error(fields.key_lines["zero_tolerance"], "zero_tolerance", message)
    return found


def _tier(fields: Fields, findings: Findings) -> int | None:
    text = fields.text("tier", example=TIERS[0])
    found = values.one_of(text, "tier", TIERS, findings) if text else None
    return int(found) if found else None


def _suffix(fields: Fields, percent: Decimal | None, findings: Findings) -> str | None:
    """What follows the name; the percentage unless it is said."""
    text = fields.optional("suffix")
    if text is None:
        return f"{percent.normalize():f}".replace(".", "-") if percent else ""
    if not SUFFIX.fullmatch(text.value):
        message = f"`suffix` is `{text.value}`; write lower-case letters, digits and dashes."
        findings.error(text.line, "name", message)
        return None
    return text.value
