"""OpenSLO's composite: objectives with indicators of their own, weighed into one SLO."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal, InvalidOperation

from fireline.adapters.files.imports.branches import Branch
from fireline.adapters.files.imports.drafts import Branches, Draft, plain_name
from fireline.adapters.files.imports.openslo_metrics import OCCURRENCES, TIMESLICES
from fireline.adapters.files.yaml_fields import Text

FEWEST = 2


def composite(
    spec: Branch, draft: Draft | None, parts: Sequence[Draft | None], method: str | None
) -> Draft | None:
    """The SLO over the objectives' own; none when any of them cannot be used, or there is one."""
    good = [part for part in parts if part is not None]
    if draft is None or method is None or len(good) < max(FEWEST, len(parts)):
        return None
    line = spec.line_at("objectives")
    lowest = min(good, key=lambda part: _number(part.objective))
    spec.warning(
        line,
        "composite",
        f"OpenSLO gives a composite no target of its own; `{plain_name(draft.name.value)}` gets "
        f"the lowest of its parts, {lowest.objective.value}.",
    )
    known = {OCCURRENCES: "occurrences", TIMESLICES: "timeslices"}
    sli: Branches = {
        "parts": [_part(part) for part in good],
        "method": Text(known.get(method, "ratio_timeslices"), line),
    }
    return replace(draft, objective=lowest.objective, kind="composite", sli=sli)


def _part(draft: Draft) -> dict[str, Text]:
    name = Text(plain_name(draft.name.value), draft.line)
    return {"slo": name, "weight": draft.weight} if draft.weight else {"slo": name}


def _number(text: Text) -> Decimal:
    """The objective; what is no number stays for the reader to refuse."""
    try:
        value = Decimal(text.value)
    except InvalidOperation:
        return Decimal(0)
    return value if value.is_finite() else Decimal(0)
