"""Which alerts policies would have raised over a past range, held against what really happened."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from fireline.domain.backtest.replay import Fired, edges_of
from fireline.domain.backtest.scoring import KnownIncident, Score
from fireline.domain.backtest.suggesting import Range, Suggestion, suggest
from fireline.domain.errors import InvalidInputError, NotFoundError
from fireline.domain.policy.policy import Policy
from fireline.domain.slo.buckets import BUCKET_SECONDS
from fireline.domain.slo.definition import Slo
from fireline.domain.slo.maintenance import MaintenancePlan
from fireline.usecases.past_budgets import Progress, Stretch, fetch_pasts
from fireline.usecases.ports import SliSource
from fireline.usecases.slo_views import slo_named

LONGEST = timedelta(days=400)
# What burns when the range begins has mostly opened within the day before.
WARM_UP = timedelta(days=1)
SHORTEST = timedelta(seconds=BUCKET_SECONDS)


@dataclass(frozen=True, slots=True)
class NamedPolicy:
    """A policy, and what people call it."""

    name: str
    policy: Policy


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be replayed.

    `incidents` None means that nobody knows what happened: alerts are then only listed. `catalogue`
    has the parts of composites.
    """

    slos: tuple[Slo, ...]
    start: datetime
    end: datetime
    policies: tuple[NamedPolicy, ...]
    incidents: tuple[KnownIncident, ...] | None = None
    step: int = BUCKET_SECONDS
    suggests: bool = True
    scrape_interval: timedelta = timedelta(seconds=60)
    maintenance: MaintenancePlan = field(default_factory=MaintenancePlan)
    catalogue: Mapping[str, Slo] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Run:
    """How one policy did; `score` None without known incidents."""

    name: str
    alerts: tuple[Fired, ...]
    score: Score | None


@dataclass(frozen=True, slots=True)
class Backtest:
    """The whole answer; `lacking` says by SLO why there is none, `notes` what limits the rest."""

    start: datetime
    end: datetime
    step: int
    replayed: Range
    runs: tuple[Run, ...]
    lacking: Mapping[str, str]
    notes: tuple[str, ...]
    suggestion: Suggestion | None
    steps: int

    @property
    def slos(self) -> tuple[Slo, ...]:
        """Those that were replayed."""
        return tuple(past.slo for past in self.replayed.pasts)


def check_range(start: datetime, end: datetime, now: datetime) -> None:
    """Refuse a range that cannot be replayed.

    Raises:
        InvalidInputError: it is empty, too long, or not over yet; says what would do.
    """
    if end - start < SHORTEST:
        text = f"the range begins {_instant(start)} and ends {_instant(end)}"
        raise InvalidInputError(f"{text}; it must begin 5 minutes or more before its end", "from")
    if end > now:
        text = f"the range ends {_instant(end)}, but it is {_instant(now)} now: only the past can"
        raise InvalidInputError(f"{text} be replayed", "to")
    if end - start > LONGEST:
        text = f"the range has {(end - start).days} days; replay at most {LONGEST.days} at a time"
        raise InvalidInputError(text, "from")


def backtest(source: SliSource, wanted: Wanted, now: datetime, progress: Progress) -> Backtest:
    """Replay and score every policy.

    Raises:
        InvalidInputError: the range cannot be replayed.
        NotFoundError: there is no data for any of the SLOs; says since when there is some.
    """
    check_range(wanted.start, wanted.end, now)
    over = Stretch(wanted.start, wanted.end, now, WARM_UP)
    found = fetch_pasts(
        source,
        wanted.slos,
        over,
        wanted.maintenance,
        wanted.scrape_interval,
        progress,
        wanted.catalogue,
    )
    if not found.known:
        lines = [f"{name}: {why}" for name, why in found.lacking.items()]
        raise NotFoundError("\n".join(lines))
    of = Range(
        tuple(found.known.values()),
        edges_of(over.first, wanted.end, wanted.step),
        wanted.start,
        wanted.end,
        wanted.incidents or (),
    )
    runs = tuple(_run(of, named, wanted, progress) for named in wanted.policies)
    return Backtest(
        start=wanted.start,
        end=wanted.end,
        step=wanted.step,
        replayed=of,
        runs=runs,
        lacking=found.lacking,
        notes=_notes(of),
        suggestion=_suggestion(of, wanted, runs[0], progress),
        steps=len(of.edges) * len(of.pasts) * len(runs),
    )


def _run(of: Range, named: NamedPolicy, wanted: Wanted, progress: Progress) -> Run:
    alerts: list[Fired] = []
    words = f"replaying {named.name}"
    for index, past in enumerate(of.pasts):
        progress(words, index, len(of.pasts))
        alerts += of.replayed(past, named.policy)
    progress(words, len(of.pasts), len(of.pasts))
    alerts.sort(key=lambda f: (f.episode.opened_at, f.episode.slo))
    score = of.score(alerts) if wanted.incidents is not None else None
    return Run(named.name, tuple(alerts), score)


def _suggestion(of: Range, wanted: Wanted, first: Run, progress: Progress) -> Suggestion | None:
    if first.score is None or not wanted.suggests:
        return None
    policy = wanted.policies[0].policy
    words = "trying small changes"
    return suggest(of, policy, first.score, lambda done, whole: progress(words, done, whole))


def _notes(of: Range) -> tuple[str, ...]:
    """Where the history does not reach as far back as the window needs it."""
    notes = []
    for past in of.pasts:
        needed = past.slo.span(int(of.start.timestamp()))[0]
        begun = past.history_start
        if begun is None or begun <= needed + BUCKET_SECONDS:
            continue
        since = _instant(datetime.fromtimestamp(begun, UTC))
        if begun > of.start.timestamp():
            notes.append(f"{past.slo.name}: data since {since} only, after the range begins")
        else:
            notes.append(
                f"{past.slo.name}: data since {since} only; until a window is full, budgets are"
                " those of a shorter history"
            )
    return tuple(notes)


def _instant(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%MZ}"


def chosen(slos: Mapping[str, Slo], names: Sequence[str]) -> tuple[Slo, ...]:
    """The named SLOs, or all.

    Raises:
        NotFoundError: a name is unknown; names the nearest ones.
    """
    return tuple(slo_named(slos, name) for name in names) if names else tuple(slos.values())
