"""All budgets as one page that stands alone: its facts in words, and the pictures of the worst."""

from base64 import b64encode
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from fireline.domain.incident.durations import HOUR, MINUTE, spell
from fireline.domain.policy.policy import Policy
from fireline.domain.postmortem.small_n import percent
from fireline.domain.slo.status import DataState, PairReading, SloStatus
from fireline.domain.slo.wording import number_words, window_words
from fireline.usecases.budget_charts import period_words, reading_chart
from fireline.usecases.burn_charts import SHOWN, burn_chart
from fireline.usecases.chart_spans import maintenance_spans, spans_for
from fireline.usecases.ports import Charts, UnitOfWork
from fireline.usecases.report_budgets import Read
from fireline.usecases.slo_views import badness, objective_words, slo_line

PICTURED = 10
SHARES = "share of budget"
BLIND = (DataState.NO_DATA, DataState.QUERY_ERROR)

Facts = dict[str, object]
Drawing = Callable[..., bytes]


def page_facts(
    reads: Sequence[Read],
    policy: Policy,
    charts: Charts,
    at: datetime,
    pictured: int = PICTURED,
    uow: UnitOfWork | None = None,
) -> Facts:
    """What the page shows, worst SLO first.

    Args:
        reads: the evaluated SLOs.
        policy: whose burn alerts are drawn as limits.
        charts: draws, each picture once for light and once for dark.
        at: when it was evaluated.
        pictured: how many SLOs get pictures, so that the page stays small.
        uow: the record, where there is one, for marking alerts and incidents.
    """
    worst = sorted(reads, key=lambda read: badness(slo_line(read.slo, read.status)))
    rows = [_row(read) for read in worst]
    drawable = [read for read in worst if read.reading and read.status.remaining is not None]
    sections = {
        read.slo.name: _pictures(read, policy, charts, uow) for read in drawable[: max(0, pictured)]
    }
    for row in rows:
        row["pictures"] = sections.get(str(row["name"]), [])
    left_out = len(drawable) - len(sections)
    return {
        "title": "Error budgets",
        "as_of": f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC",
        "summary": _summary([read.status for read in reads]),
        "windows": [window_words(seconds) for seconds in SHOWN],
        "rows": rows,
        "left_out": left_out,
    }


def _summary(statuses: Sequence[SloStatus]) -> list[tuple[str, int]]:
    """How many SLOs there are, burn, are spent, and are unknown."""
    return [
        ("SLOs", len(statuses)),
        ("burning", sum(bool(s.burning) for s in statuses)),
        ("exhausted", sum(s.budget_state.value == "exhausted" for s in statuses)),
        ("without a figure", sum(s.data_state in BLIND for s in statuses)),
    ]


def _row(read: Read) -> Facts:
    slo, status = read.slo, read.status
    left = status.remaining
    return {
        "name": slo.name,
        "title": slo.title,
        "service": slo.service,
        "tier": slo.tier,
        "owner": slo.owner or "nobody",
        "objective": f"{objective_words(slo)} over {period_words(slo).removeprefix('last ')}",
        "state": status.budget_state.value.replace("_", " "),
        "known": status.has_figure,
        "left": _left(status),
        "bar": None if left is None else round(100 * min(1.0, max(0.0, left)), 1),
        "budget": _amount(status.budget, status.unit),
        "data_state": status.data_state.value.replace("_", " "),
        "sentence": status.sentence,
        "burning": [severity.value for severity in status.burning],
        "burns": _burns(status),
        "gone": _gone(status),
        "pairs": [_pair(pair) for pair in status.pairs],
        "runbook": slo.runbook or "none",
        "source": f"{slo.source.file}:{slo.source.line}",
    }


def _left(status: SloStatus) -> str:
    if status.misses_left is not None:
        return f"{status.misses_left} {'miss' if status.misses_left == 1 else 'misses'} left"
    if status.remaining is None:
        return "nothing bad is allowed" if status.has_figure else "unknown"
    raw = status.raw_remaining
    counted = "" if raw is None else f" ({_share(raw)} with maintenance counted)"
    return f"{_share(status.remaining)}{counted}"


def _share(remaining: float) -> str:
    return f"{percent(-remaining)} over" if remaining < 0 else f"{percent(remaining)} left"


def _amount(value: float | None, unit: str) -> str:
    if value is None:
        return "unknown"
    if unit == "minutes":
        return spell(value * MINUTE)
    return percent(value) if unit == SHARES else f"{number_words(value)} {unit}"


def _burns(status: SloStatus) -> list[str]:
    """The rate of each shown window; a dash where nothing was counted or it is longer."""
    rates = {burn.seconds: burn.burn for burn in status.burns}
    found = (rates.get(seconds) for seconds in SHOWN)
    return ["\u2013" if rate is None else f"{rate:.1f}x" for rate in found]


def _gone(status: SloStatus) -> str:
    hours = status.exhaustion_hours
    if hours is None:
        return "not counted by rate" if status.misses_left is not None else "not at this rate"
    return "already" if hours <= 0 else f"in {spell(hours * HOUR)} at this rate"


def _pair(pair: PairReading) -> str:
    windows = f"{window_words(pair.long_seconds)} and {window_words(pair.short_seconds)}"
    limit = "single misses" if pair.factor == 0 else f"above {pair.factor:.3g}x over {windows}"
    state = "fires" if pair.firing else f"held: {pair.held}" if pair.held else "quiet"
    return f"{pair.severity.value}, {limit}: {state}"


def _pictures(read: Read, policy: Policy, charts: Charts, uow: UnitOfWork | None) -> list[Facts]:
    """The budget going down, and the burn by window where there is one."""
    reading = read.reading
    if reading is None:
        return []
    start = datetime.fromtimestamp(reading.left, UTC)
    if uow is None:
        spans = maintenance_spans(reading, start, reading.at)
    else:
        spans = spans_for(uow, read.slo, reading, start, reading.at)
    budget = reading_chart(reading, read.status, spans)
    found = []
    if budget.times.size:
        found.append(_picture(budget.alt, charts.budget, budget))
    burn = burn_chart(reading, read.status.pairs, policy, spans)
    if burn is not None:
        found.append(_picture(burn.alt, charts.burn, burn))
    return found


def _picture(alt: str, draw: Drawing, chart: object) -> Facts:
    return {"alt": alt, "light": _uri(draw(chart)), "dark": _uri(draw(chart, dark=True))}


def _uri(png: bytes) -> str:
    return f"data:image/png;base64,{b64encode(png).decode('ascii')}"
