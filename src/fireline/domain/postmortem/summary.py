"""The computed sentence that opens a postmortem."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from fireline.domain.incident.durations import DAY, spell
from fireline.domain.incident.incident import Incident, Stamp
from fireline.domain.incident.metrics import against_target, durations
from fireline.domain.postmortem.small_n import percent


@dataclass(frozen=True, slots=True)
class SloCost:
    """What the incident took from one budget; None where the ledger does not know.

    `amount` is in `unit` (bad events or minutes); `remaining` is the share left now;
    `counted_until` is set while the ledger has not reached the end of the harm; `raw_share` counts
    maintenance where some was left out of `share`.
    """

    name: str
    title: str
    share: float | None
    amount: float | None = None
    unit: str = "minutes"
    window_seconds: int | None = None
    remaining: float | None = None
    counted_until: datetime | None = None
    raw_share: float | None = None

    @property
    def budget_words(self) -> str:
        """Which budget: `30-day budget`."""
        if self.window_seconds is None:
            return "budget"
        days = self.window_seconds / DAY
        return f"{days:g}-day budget"


def summary(
    incident: Incident,
    costs: Sequence[SloCost],
    target_minutes: int,
    downstream: tuple[int, int] | None = None,
) -> str:
    """What happened in figures, from the record alone; what is missing is said to be missing.

    Args:
        incident: the record.
        costs: what each linked SLO lost.
        target_minutes: within which service must be restored.
        downstream: datasets and consumers downstream, and how many of them are tier 0.
    """
    sentences = (_when(incident, costs), _restored(incident, target_minutes), _reach(downstream))
    return " ".join(sentences)


def _when(incident: Incident, costs: Sequence[SloCost]) -> str:
    """From when to when, and what it cost."""
    impact = incident.at(Stamp.IMPACT_STARTED)
    start = impact or incident.at(Stamp.DETECTED) or incident.stamps[Stamp.DECLARED]
    end = incident.at(Stamp.RESTORED)
    length = durations(incident).mttr
    lasted = spell(length) if length is not None else "duration not recorded"
    text = f"{_interval(start, end)}, {_harm(costs, lasted)}."
    if impact is None:
        text += " When the impact began is not recorded; times count from detection."
    return text


def _interval(start: datetime, end: datetime | None) -> str:
    """`On <day> from <time> to <time> UTC`, with both days when they differ."""
    first = start.astimezone(UTC)
    if end is None:
        return f"From {first:%Y-%m-%d %H:%M} UTC until a time not recorded"
    last = end.astimezone(UTC)
    if first.date() == last.date():
        return f"On {first:%Y-%m-%d} from {first:%H:%M} to {last:%H:%M} UTC"
    return f"From {first:%Y-%m-%d %H:%M} to {last:%Y-%m-%d %H:%M} UTC"


def _harm(costs: Sequence[SloCost], lasted: str) -> str:
    """Which objectives were missed, how long, and their share of the budget."""
    if not costs:
        return f"service was impaired ({lasted}); no SLO was linked, so its cost is not recorded"
    named = [f"{cost.name} was out of objective ({lasted}, {_cost(cost)})" for cost in costs]
    return "; ".join(named)


def _cost(cost: SloCost) -> str:
    if cost.share is None:
        return "budget cost not recorded"
    words = f"{share_words(cost.share, cost.raw_share)} of its {cost.budget_words}"
    if cost.counted_until is None:
        return words
    return f"{words} counted up to {cost.counted_until.astimezone(UTC):%H:%M} UTC"


def share_words(share: float, raw: float | None) -> str:
    """`35 %`, with the raw figure behind it where maintenance was left out."""
    return percent(share) if raw is None else f"{percent(share)} ({percent(raw)} with maintenance)"


def _restored(incident: Incident, target_minutes: int) -> str:
    """How long until service, and until the data, was right again."""
    known = durations(incident)
    if known.mttr is None:
        return "When service was restored is not recorded."
    verdict = against_target(known.mttr, target_minutes)
    service = f"Service was restored after {spell(known.mttr)} ({verdict})"
    if known.ttdr is None:
        return f"{service}; when the data was verified is not recorded."
    return f"{service}; data was verified correct after {spell(known.ttdr)}."


def _reach(downstream: tuple[int, int] | None) -> str:
    if downstream is None:
        return "What was downstream is not recorded."
    count, vital = downstream
    verb = "was" if count == 1 else "were"
    noun = "dataset or consumer" if count == 1 else "datasets and consumers"
    return f"{count} {noun} {verb} downstream, {vital} of them tier-0."
