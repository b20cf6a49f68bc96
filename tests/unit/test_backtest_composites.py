"""A composite is replayed from its parts, as the running bot judges it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fireline.domain.backtest.replay import Past, edges_of, replay
from fireline.domain.policy.policy import Policy
from fireline.domain.slo.definition import CompositePart, CompositeSli, Method
from fireline.domain.slo.ledger import cut
from fireline.domain.slo.maintenance import MaintenancePlan
from fireline.domain.slo.status import AlertKind
from fireline.usecases.joined_pasts import JoinedPast, joined_past
from fireline.usecases.past_budgets import Stretch, fetch_pasts
from fireline.usecases.ports import FetchRequest, FetchResult
from fireline.usecases.watch_budgets import Watcher
from tests.builders import services
from tests.fakes import FakeDefinitions
from tests.store_fixture import RecordingStore
from tests.unit.slo_builders import T, slo
from tests.unit.test_backtest_replay import HALF_DAY_AGO, START, WINDOW, a_past

# Much arithmetic that faster tests cover too: tracing it would double its time.
pytestmark = pytest.mark.no_cover

MINUTE = timedelta(seconds=60)


def joined(seed: int, method: Method, kind: str = "events") -> JoinedPast:
    """A composite of two noisy parts, the second counted by half."""
    parts = {}
    for place, name in enumerate(("one", "two")):
        past = a_past(seed + 1000 * place, kind)
        parts[name] = replace(past, slo=replace(past.slo, name=name, min_events=0))
    sli = CompositeSli((CompositePart("one"), CompositePart("two", 0.5)), method)
    return joined_past(slo(sli, objective="99", window=WINDOW, name="both"), parts)


@given(seed=st.integers(0, 2**31))
@settings(max_examples=3, deadline=None)
def test_the_sieve_of_a_composite_changes_nothing_but_the_work(seed: int) -> None:
    past, edges = joined(seed, Method.OCCURRENCES), edges_of(HALF_DAY_AGO, T)
    sieved, every = replay(past, Policy(), edges), replay(past, Policy(), edges, screened=False)
    assert sieved.alerts == every.alerts
    assert sieved.judged <= every.judged


@dataclass
class Ledgers:
    """A source that knows the parts and gives what had closed by then."""

    parts: dict[str, Past]

    def fetch(self, requests: Sequence[FetchRequest], at: datetime) -> list[FetchResult]:
        edge = int(at.timestamp())
        return [
            FetchResult(r.slo.name, cut(self.parts[r.slo.name].series, r.start, edge))
            for r in requests
        ]


@pytest.mark.parametrize(
    ("method", "kind", "seed"),
    [(Method.OCCURRENCES, "events", 9), (Method.TIMESLICES, "slices", 13)],
)
def test_the_bot_judges_the_composite_alike(
    sqlite_store: RecordingStore, method: Method, kind: str, seed: int
) -> None:
    past = joined(seed, method, kind)
    of = past.slo
    slos = {of.name: of, **{name: part.slo for name, part in past.parts.items()}}
    source = Ledgers(dict(past.parts))
    watcher = Watcher(services(sqlite_store, definitions=FakeDefinitions(slos), source=source))
    edges = edges_of(HALF_DAY_AGO, T)
    for edge in edges:
        watcher.tick(past.reading(int(edge)).at)
    with sqlite_store() as uow:
        live = [e for e in uow.episodes.of("both", START) if e.kind is AlertKind.BURN]
    found = fetch_pasts(
        source,
        (of,),
        Stretch(HALF_DAY_AGO, T, T),
        MaintenancePlan(),
        MINUTE,
        lambda *_: None,
        slos,
    )
    assert list(found.known) == ["both"]
    alerts = replay(found.known["both"], Policy(), edges).alerts
    assert len(alerts) >= 1
    assert [(f.episode.opened_at, f.episode.closed_at, f.episode.peak_burn) for f in alerts] == [
        (e.opened_at, e.closed_at, e.peak_burn) for e in live
    ]


def test_a_part_that_cannot_be_asked_for_is_named() -> None:
    past = joined(1, Method.OCCURRENCES)
    only = {"one": past.parts["one"]}
    found = fetch_pasts(
        Ledgers(only),
        (past.slo,),
        Stretch(START, T, T),
        MaintenancePlan(),
        MINUTE,
        lambda *_: None,
        {"one": only["one"].slo},
    )
    assert found.lacking == {"both": "part two: it is no SLO with data of its own"}
