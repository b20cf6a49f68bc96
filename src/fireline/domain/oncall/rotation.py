"""One rotation: whose turn it is at an instant, and when it changes.

Hand-overs are wall time in the rotation's zone, so that Monday 10:00 stays 10:00 when the clocks
change; a shift is then an hour longer or shorter. An override takes its stretch from whoever
has it.
"""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from fireline.domain.slo.recurrence import Recurring

AHEAD = 400 * 86_400  # seconds of hand-overs that are worked out beyond an instant
STEP = 30 * 86_400


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who can be called: the name in the file, and the Slack id."""

    name: str
    slack: str


@dataclass(frozen=True, slots=True)
class Override:
    """Somebody stands in `[start, end)`, both UTC."""

    person: Person
    start: datetime
    end: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Rotation:
    """Members take turns from the first hand-over on; the first member begins.

    `until` ends it. `services` are those whose production the person on call looks after.
    """

    alias: str
    members: tuple[Person, ...]
    handovers: Recurring
    until: datetime | None = None
    overrides: tuple[Override, ...] = ()
    services: tuple[str, ...] = ()
    source: str = ""

    @property
    def start(self) -> datetime:
        """The first hand-over."""
        begins = _begins(self.handovers, 0)
        return _utc(begins[0])


@dataclass(frozen=True, slots=True)
class Shift:
    """Who is on call over `[since, until)`; `until` is None where nothing ends it."""

    alias: str
    person: Person
    since: datetime
    until: datetime | None
    stands_in: bool = False


def on_call(rotation: Rotation, at: datetime) -> Shift | None:
    """Whose turn it is at this instant; None before the rotation begins and after it ends."""
    taken = next((o for o in rotation.overrides if o.start <= at < o.end), None)
    inside = at >= rotation.start and (rotation.until is None or at < rotation.until)
    if taken is not None:
        return Shift(rotation.alias, taken.person, taken.start, taken.end, stands_in=True)
    if not inside or not rotation.members:
        return None
    begins = _begins(rotation.handovers, int(at.timestamp()))
    turn = bisect_right(begins, at.timestamp()) - 1
    since = _utc(begins[turn])
    ends = [_utc(begins[turn + 1])] if turn + 1 < len(begins) else []
    ends += [rotation.until] if rotation.until is not None else []
    ends += [o.start for o in rotation.overrides if o.start > at]
    since = max([since, *(o.end for o in rotation.overrides if since < o.end <= at)])
    person = rotation.members[turn % len(rotation.members)]
    return Shift(rotation.alias, person, since, min(ends, default=None))


def edges(rotation: Rotation, after: datetime, before: datetime) -> list[datetime]:
    """The instants in `(after, before]` at which somebody else may take over, oldest first."""
    begins = _begins(rotation.handovers, int(before.timestamp()))
    found = {_utc(begin) for begin in begins}
    found |= {edge for o in rotation.overrides for edge in (o.start, o.end)}
    found |= {rotation.until} if rotation.until is not None else set()
    return sorted(edge for edge in found if after < edge <= before)


def _begins(rule: Recurring, at: int) -> tuple[int, ...]:
    """Every hand-over from the first to well beyond this instant, in epoch seconds."""
    return _until(rule, (at // STEP + 1) * STEP + AHEAD)


@lru_cache(maxsize=256)
def _until(rule: Recurring, end: int) -> tuple[int, ...]:
    first = rule.first.replace(tzinfo=UTC) + timedelta(days=8)
    later = max(end, int(first.timestamp()) + AHEAD)
    return tuple(begins for begins, _ends in rule.between(0, later))


def _utc(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
