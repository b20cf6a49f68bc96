"""Queries that show whether data is right again, and how their samples are judged."""

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from fireline.domain.incident.details import Check
from fireline.domain.incident.durations import spell

COMPARED: Mapping[str, Callable[[float, float], bool]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
}
GOOD = re.compile(r"(<=|>=|==|!=|<|>)\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)")
PROMQL = "promql"
STEP = timedelta(minutes=1)
MOST_STEPS = 120


@dataclass(frozen=True, slots=True)
class Query:
    """One query: each of its samples over `lasts` must compare so with `value`.

    With `absent_bad` a minute without a sample counts as bad. `data_source` names whom to ask; the
    usual one where it is None.
    """

    name: str
    promql: str
    compare: str
    value: float
    lasts: timedelta = timedelta(0)
    absent_bad: bool = True
    data_source: str | None = None

    @property
    def good(self) -> str:
        """The comparison as it was written, such as `<= 60`."""
        return f"{self.compare} {self.value:g}"

    @property
    def step(self) -> timedelta:
        """How far its samples lie apart, so that there are never too many."""
        return max(STEP, self.lasts / MOST_STEPS)


@dataclass(frozen=True, slots=True)
class Samples:
    """What a query answered: values by time of all its series, or why it did not."""

    values: Mapping[datetime, Sequence[float]]
    error: str = ""


def comparison(text: str) -> tuple[str, float] | None:
    """`<= 60` as its parts; None when it is none."""
    match = GOOD.fullmatch(text.strip())
    return (match[1], float(match[2])) if match is not None else None


def instants(query: Query, now: datetime) -> list[datetime]:
    """When the query is looked at, the oldest first."""
    count = int(query.lasts / query.step) if query.lasts else 0
    return [now - query.step * back for back in range(count, -1, -1)]


def judged(query: Query, samples: Samples, now: datetime) -> Check:
    """Green when every sample of the whole time was good; an answer that is lost is not known."""
    if samples.error:
        detail = f"not known: {samples.error}"[:300]
        return Check(query.name, PROMQL, green=False, detail=detail, at=now, known=False)
    looked = instants(query, now)
    bad = [v for values in samples.values.values() for v in values if not _fine(query, v)]
    empty = sum(1 for at in looked if not samples.values.get(at))
    over = f" over {spell(query.lasts)}" if query.lasts else ""
    if bad:
        detail = f"{bad[-1]:g} is not {query.good}, {len(bad)} of {len(looked)} samples{over}"
        return Check(query.name, PROMQL, green=False, detail=detail, at=now)
    if empty and (query.absent_bad or empty == len(looked)):
        detail = f"no sample at {empty} of {len(looked)} minutes{over}"
        return Check(query.name, PROMQL, green=not query.absent_bad, detail=detail, at=now)
    last = next((v[-1] for _, v in sorted(samples.values.items(), reverse=True) if v), 0.0)
    return Check(query.name, PROMQL, green=True, detail=f"{last:g}, {query.good}{over}", at=now)


def _fine(query: Query, value: float) -> bool:
    return COMPARED[query.compare](value, query.value)
