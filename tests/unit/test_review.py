"""The weekly review: weeks of the team's calendar, honest figures, one post a week."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fireline.adapters.render import JinjaDocuments
from fireline.domain.audit import canonical_json
from fireline.domain.errors import InvalidInputError
from fireline.domain.incident.incident import IncidentState, Severity, Stamp
from fireline.domain.policy.policy import Policy
from fireline.domain.postmortem.facts import Record, postmortem_facts
from fireline.domain.postmortem.small_n import durations, nearest_rank, percent, share
from fireline.domain.postmortem.summary import SloCost
from fireline.domain.review.facts import Measured, WeekRecord, headline, review_facts
from fireline.domain.review.week import Week, parse_week, week_at, week_of
from fireline.domain.slo.alerting.group import AlertGroup, Mark
from fireline.domain.slo.alerting.noise import noise_of
from fireline.usecases.chase_actions import add_action
from fireline.usecases.manage_incident import Declare, declare
from fireline.usecases.ports import Services
from fireline.usecases.post_review import digest, post_week, review
from tests.builders import (
    ANA,
    BEN,
    WORKED_STAMPS,
    a_lag_slo,
    a_ledger,
    a_slo,
    a_status,
    an_action,
    an_alert_group,
    an_episode,
    an_incident,
    night,
    services,
    the_worked_incident,
)
from tests.fakes import FakeClock, FakeDefinitions
from tests.store_fixture import RecordingStore

GOLDEN = Path(__file__).parent / "golden" / "review.md"
DOCUMENTS = JinjaDocuments()
LAG = a_lag_slo()
ORDERS = a_slo(owner="orders team")
PAYMENTS = a_slo("payments-freshness", tier=2)
MONDAY = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


def the_week() -> WeekRecord:
    stamps = {Stamp.DETECTED: night("05:00"), Stamp.DECLARED: night("05:00")}
    return WeekRecord(
        week=Week(2026, 47),
        timezone="Europe/Berlin",
        at=MONDAY,
        slos=(
            Measured(LAG, a_status(LAG, -0.12)),
            Measured(ORDERS, a_status(ORDERS, 0.8)),
            Measured(PAYMENTS, a_status(PAYMENTS, None)),
        ),
        incidents=(
            the_worked_incident(),
            an_incident(
                143, title="Payments | late", stamps=stamps, severity=Severity.SEV3, tier=1
            ),
            an_incident(144, state=IncidentState.CANCELLED),
        ),
        actions=(an_action(), an_action(88, due=date(2026, 11, 20), incident_id=None)),
        today=date(2026, 11, 23),
        policy=Policy(),
        alerts=tuple(marked_alerts()),
    )


def marked_alerts() -> list[AlertGroup]:
    """Twelve: 5 actionable, 2 not, 3 duplicates, 2 that nobody marked."""
    marks = [Mark.ACTIONABLE] * 5 + [Mark.NOT_ACTIONABLE] * 2 + [Mark.DUPLICATE] * 3 + [None] * 2
    return [
        an_alert_group(an_episode(LAG, id=f"e{number}"), mark=mark)
        for number, mark in enumerate(marks)
    ]


# --- weeks ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("week", "hours"),
    [
        (Week(2026, 13), 167),  # clocks go forward on 29 March
        (Week(2026, 43), 169),  # and back on 25 October
        (Week(2026, 47), 168),
    ],
)
def test_a_week_is_as_long_as_its_clock_says(week: Week, hours: int) -> None:
    start, end = week.bounds("Europe/Berlin")
    assert end - start == timedelta(hours=hours)


def test_a_week_begins_on_the_team_s_monday() -> None:
    start, _ = Week(2026, 47).bounds("Europe/Berlin")
    assert start == datetime(2026, 11, 15, 23, 0, tzinfo=UTC)
    assert week_at(start, "Europe/Berlin") == Week(2026, 47)
    assert week_at(start, "UTC") == Week(2026, 46)


def test_a_long_year_has_week_53() -> None:
    assert parse_week("2026-W53").monday == date(2026, 12, 28)
    assert week_of(date(2027, 1, 3)).key == "2026-W53"
    assert Week(2027, 1).before == Week(2026, 53)


@pytest.mark.parametrize("key", ["2025-W53", "2026-W00", "2026-W54", "2026-47", "last", ""])
def test_a_week_that_does_not_exist_is_refused(key: str) -> None:
    with pytest.raises(InvalidInputError, match="2026-W47"):
        parse_week(key)


@given(st.dates(date(2000, 1, 4), date(2100, 1, 1)))
def test_keys_and_weeks_are_the_same_thing(day: date) -> None:
    week = week_of(day)
    assert parse_week(week.key) == week
    assert week.monday <= day < week.monday + timedelta(days=7)
    assert week.before.monday == week.monday - timedelta(days=7)
    assert week.before.bounds("Europe/Berlin")[1] == week.bounds("Europe/Berlin")[0]


# --- few cases -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hits", "n", "said"),
    [
        (0, 0, "no data (nothing to count)"),
        (1, 1, "1 of 1"),
        (2, 4, "2 of 4"),
        (3, 5, "60.0 % (3 of 5)"),
        (9, 9, "100.0 % (9 of 9)"),
        (9999, 10000, "99.9 % (9999 of 10000)"),
    ],
)
def test_few_cases_give_no_percentage(hits: int, n: int, said: str) -> None:
    assert share(hits, n) == said


@pytest.mark.parametrize(
    ("minutes", "said"),
    [
        ([], "no data (nothing to measure)"),
        ([68], "68 min (n = 1)"),
        ([68, 10, 30, 20], "10 min, 20 min, 30 min, 68 min (n = 4)"),
        (
            [10, 20, 30, 40, 50],
            "median 30 min, p90 50 min (n = 5): 10 min, 20 min, 30 min, 40 min, 50 min",
        ),
        (list(range(10, 110, 10)), "median 50 min, p90 90 min (n = 10)"),
    ],
)
def test_few_durations_are_all_listed(minutes: list[float], said: str) -> None:
    assert durations(minutes) == said


def test_the_p90_of_ten_is_the_ninth() -> None:
    assert nearest_rank([10, 9, 8, 7, 6, 5, 4, 3, 2, 1], 0.9) == 9


def test_a_miss_is_never_rounded_into_a_hit() -> None:
    assert percent(0.9996) == "99.9 %"
    assert percent(1.0) == "100.0 %"
    assert percent(0.0) == "0.0 %"
    assert percent(0.0003) == "under 0.1 %"
    assert percent(-0.0003) == "-0.1 %"
    assert percent(-0.0349) == "-3.5 %"


# --- the digest ----------------------------------------------------------------------------------


def test_the_headline_counts_only_what_has_a_figure() -> None:
    assert headline(the_week()) == "SLOs met 1/2 (tier-0 0/1, tier-1 1/1); 1 without data"


def test_a_team_without_slos_gets_words_not_zeros() -> None:
    assert headline(replace(the_week(), slos=())) == "No SLO has a figure yet"


def test_the_document_is_the_golden_one() -> None:
    assert DOCUMENTS.review(review_facts(the_week())) == GOLDEN.read_text("utf-8")


def test_the_same_input_gives_the_same_bytes_in_any_order() -> None:
    week = the_week()
    turned = replace(
        week, slos=week.slos[::-1], incidents=week.incidents[::-1], actions=week.actions[::-1]
    )
    assert canonical_json(review_facts(turned)) == canonical_json(review_facts(week))


def test_an_empty_week_collapses_to_none() -> None:
    empty = replace(the_week(), slos=(), incidents=(), actions=())
    text = DOCUMENTS.review(review_facts(empty))
    assert text.count("\nnone\n") == 4
    assert "No incident has cost a known share of a budget." in text


def test_open_incidents_are_listed_with_their_elapsed_time_and_left_out_of_the_figures() -> None:
    facts = review_facts(the_week())
    assert facts["mttr"] == "68 min (n = 1)"
    assert facts["within_target"] == "0 of 1"
    rows = facts["incidents"]
    assert isinstance(rows, list)
    assert [r["ref"] for r in rows] == ["INC-143", "INC-142"]
    assert rows[0]["mttr"] == "open for 1 d 3 h, target 4 h"


def test_a_review_of_many_takes_moments() -> None:
    slos = tuple(
        Measured(slo, a_status(slo, n / 1000)) for n in range(1000) for slo in [a_slo(f"slo-{n}")]
    )
    incidents = tuple(the_worked_incident(id=n, stamps=WORKED_STAMPS) for n in range(200))
    text = DOCUMENTS.review(review_facts(replace(the_week(), slos=slos, incidents=incidents)))
    assert "MTTR: median 68 min, p90 68 min (n = 200)" in text


# --- with the database ---------------------------------------------------------------------------


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(MONDAY)


@pytest.fixture
def s(sqlite_store: RecordingStore, clock: FakeClock) -> Services:
    made = services(
        sqlite_store,
        clock=clock,
        definitions=FakeDefinitions({x.name: x for x in (LAG, ORDERS, PAYMENTS)}),
        documents=DOCUMENTS,
        timezone="Europe/Berlin",
    )
    with made.store() as uow:
        uow.statuses.save([a_status(LAG, -0.12), a_status(ORDERS, 0.8)])
        uow.commit()
    return made


def test_the_running_week_shows_what_happened_today(s: Services) -> None:
    declare(s, Declare("orders late", ANA))
    add_action(s, "Alert when the connector restarts", BEN.id, "ben", None, ANA)
    found = digest(s)
    assert found.week == "2026-W48"
    assert [i.ref for i in found.incidents] == ["INC-1"]
    assert [a.ref for a in found.actions] == ["ACT-1"]
    assert [b.name for b in found.budgets] == ["debezium-cdc-lag", "orders-api-availability"]
    assert found.met == {0: (0, 1), 1: (1, 1)}
    assert found.no_data == ("payments-freshness: not evaluated yet",)


def test_a_named_week_holds_only_its_own_incidents(s: Services, clock: FakeClock) -> None:
    clock.set(night("02:10"))
    declare(s, Declare("last week", ANA))
    clock.set(MONDAY)
    declare(s, Declare("this week", ANA))
    assert [i.title for i in digest(s, "2026-W47").incidents] == ["last week"]


def test_monday_posts_the_week_before_once_and_edits_it_after(
    s: Services, sqlite_store: RecordingStore
) -> None:
    assert post_week(s, MONDAY) == "2026-W47"
    assert post_week(s, MONDAY + timedelta(hours=1)) == "2026-W47"
    calls = [call.args for call in sqlite_store.started("publish")]
    assert calls == [("review:2026-W47", "#data-reviews", "review", "2026-W47")] * 2
    with s.store() as uow:
        kept = uow.reviews.get("2026-W47")
        shown = review(s, uow, "2026-W47")
        actions = [e.action for e in uow.audit.all()]
    assert kept is not None
    assert shown is not None
    assert kept.created_at == MONDAY
    assert kept.markdown == shown.markdown
    assert actions == ["review.post", "review.update"]


def test_a_week_that_was_not_posted_has_no_message(s: Services) -> None:
    with s.store() as uow:
        assert review(s, uow, "2026-W40") is None


@given(
    st.timedeltas(min_value=timedelta(minutes=1), max_value=timedelta(days=3)),
    st.floats(0, 2, allow_nan=False),
)
def test_review_and_postmortem_print_the_same_figures(span: timedelta, cost: float) -> None:
    stamps = {
        **WORKED_STAMPS,
        **dict.fromkeys((Stamp.MITIGATED, Stamp.RESTORED), night("02:10") + span),
        **dict.fromkeys((Stamp.DATA_VERIFIED, Stamp.RESOLVED), night("02:10") + span * 2),
    }
    incident = the_worked_incident(stamps=stamps, budget_cost={LAG.name: cost})
    costs = (SloCost(LAG.name, LAG.title, cost, window_seconds=LAG.window_seconds),)
    facts = postmortem_facts(Record(incident, costs, (), (), 60))
    rows = review_facts(replace(the_week(), incidents=(incident,)))["incidents"]
    times = facts["times"]
    assert isinstance(rows, list)
    assert isinstance(times, dict)
    assert rows[0]["mttr"] == f"{times['mttr']} ({times['mttr_verdict']})"
    assert rows[0]["ttdr"] == times["ttdr"]
    assert rows[0]["cost"] == f"{percent(cost)} of {LAG.name}"
    assert f"{percent(cost)} of its 30-day budget" in str(facts["summary"])


def test_a_past_week_is_told_as_it_ended_not_as_things_stand_today(s: Services) -> None:
    # 300 minutes of 432 bad before Monday 00:00 in Berlin, none since.
    ledger = a_ledger(datetime(2026, 11, 22, 12, tzinfo=UTC), 300, MONDAY)
    with s.store() as uow:
        uow.ledger.write(LAG.name, LAG.revision, ledger)
        uow.commit()
    (then,) = digest(s, "2026-W47").budgets
    assert then.name == LAG.name
    assert then.remaining == pytest.approx(1 - 300 / 432)
    long_ago = digest(s, "2020-W10")
    assert long_ago.budgets == ()
    assert long_ago.headline == "No SLO has a figure yet; 3 without data"
    assert {b.remaining for b in digest(s).budgets} == {-0.12, 0.8}


# --- were the alerts worth it --------------------------------------------------------------------


def test_duplicates_and_unmarked_alerts_are_no_part_of_the_ratio() -> None:
    noise = noise_of(marked_alerts())
    assert noise.ratio == pytest.approx(5 / 7)
    assert (noise.fired, noise.judged, noise.duplicates, noise.unmarked) == (12, 7, 3, 2)


def test_without_a_mark_there_is_no_ratio() -> None:
    quiet = noise_of([an_alert_group(an_episode(LAG))])
    assert quiet.ratio is None
    facts = review_facts(replace(the_week(), alerts=(an_alert_group(an_episode(LAG)),)))
    assert "no data (no alert was marked)" in DOCUMENTS.review(facts)
    calm = review_facts(replace(the_week(), alerts=()))
    assert "## Alerts\n\nnone" in DOCUMENTS.review(calm)
