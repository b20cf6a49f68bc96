"""The maintenance of a week: who, why, and how much it took out of which budget."""

from dataclasses import dataclass
from datetime import UTC, datetime

from fireline.domain.incident.durations import spell
from fireline.domain.postmortem.small_n import percent
from fireline.domain.slo.attribution import attribute
from fireline.domain.slo.exclusions import ExclusionEffect
from fireline.domain.slo.maintenance import Maintenance, Span, span_text
from fireline.domain.slo.reading import Reading
from fireline.domain.slo.wording import number_words

BACK = 92 * 86400
NAMED = 3


@dataclass(frozen=True, slots=True)
class Taken:
    """Bad that an SLO's budget was spared, in its unit, and its share of the raw budget."""

    slo: str
    bad: float
    unit: str
    share: float | None


@dataclass(frozen=True, slots=True)
class MaintenanceOfWeek:
    """One entry with its stretches, and what they took out, most first.

    `late` ones were added after they had begun.
    """

    entry: Maintenance
    spans: tuple[Span, ...]
    late: bool
    taken: tuple[Taken, ...] = ()


def of_week(
    entry: Maintenance, start: datetime, end: datetime, now: datetime
) -> MaintenanceOfWeek | None:
    """The entry as the week's review tells it; None where it does not belong there.

    What happened in the week does, and what was added in it after the fact.
    """
    first, last = int(start.timestamp()), int(min(end, now).timestamp())
    spans = entry.spans(first, last)
    added = entry.created_at is not None and start <= entry.created_at < end
    if not spans and added:
        spans = tuple(s for s in entry.spans(first - BACK, last) if entry.after_the_fact(s[0]))
    if not spans:
        return None
    return MaintenanceOfWeek(entry, spans, any(entry.after_the_fact(s) for s, _ in spans))


def taken_out(raw: Reading, spans: tuple[Span, ...]) -> Taken:
    """How much bad of the budget window lies in buckets that the stretches touch.

    Args:
        raw: the SLO's ledger with all maintenance counted.
        spans: the stretches.
    """
    found = attribute(raw, spans)
    bad = sum(found.bad)
    share = bad / found.budget if found.budget > 0 else None
    return Taken(raw.slo.name, bad * raw.slo.unit_size, raw.slo.unit, share)


def row(found: MaintenanceOfWeek) -> dict[str, str]:
    """One row of the review's table."""
    entry = found.entry
    return {
        "name": entry.name,
        "when": _when(found),
        "reason": entry.reason,
        "approver": entry.approver,
        "source": entry.source,
        "late": "after the fact" if found.late else "beforehand",
        "took": _took(found),
    }


def line(found: MaintenanceOfWeek) -> str:
    """The same in one sentence, without marks."""
    told = row(found)
    late = "added after the fact, " if found.late else ""
    return (
        f"{told['name']}: {told['when']} ({told['reason']}); {late}approved by {told['approver']}; "
        f"took out {told['took']}"
    )


def _when(found: MaintenanceOfWeek) -> str:
    first, *others = found.spans
    if not others:
        return span_text(*first)
    length = sum(end - start for start, end in found.spans)
    began = datetime.fromtimestamp(first[0], UTC)
    return f"{len(found.spans)} times from {began:%Y-%m-%d %H:%M} UTC, {spell(length)} in all"


def _took(found: MaintenanceOfWeek) -> str:
    bad = [taken for taken in found.taken if taken.bad > 0]
    if not bad:
        return "nothing bad"
    named = ", ".join(
        f"{number_words(t.bad)} {t.unit} of {t.slo}"
        + (f" ({percent(t.share)} of its budget)" if t.share is not None else "")
        for t in bad[:NAMED]
    )
    more = f" and of {len(bad) - NAMED} more SLOs" if len(bad) > NAMED else ""
    good = ", counted as good" if found.entry.effect is ExclusionEffect.COUNT_GOOD else ""
    return f"{named}{more}{good}"
