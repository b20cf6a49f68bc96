"""Which alerts share a message: those that begin together and have an upstream in common."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fireline.domain.slo.alerting.group import AlertGroup, grown, keys_of, over
from fireline.domain.slo.alerting.grouping import Newcomer, Placed, place
from fireline.domain.slo.status import AlertKind, BurnSeverity, Episode
from tests.builders import a_slo, an_episode

NOW = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)
WINDOW = timedelta(minutes=5)
PAGE, TICKET = BurnSeverity.PAGE, BurnSeverity.TICKET


def newcomer(
    number: int, *keys: str, tier: int = 1, channel: str = "#alerts", **changes: Any
) -> Newcomer:
    episode = an_episode(
        a_slo(f"slo-{number}"), id=f"e{number:04d}", channel=channel, opened_at=NOW, **changes
    )
    return Newcomer(episode, tier, keys or (f"service:own-{number}",))


def placed(newcomers: Sequence[Newcomer], *groups: AlertGroup, later: int = 0) -> Placed:
    return place(newcomers, groups, NOW + timedelta(seconds=later), WINDOW)


def first_group(*newcomers: Newcomer) -> AlertGroup:
    (group,) = placed(newcomers).groups
    return group


def test_a_dataset_of_three_hundred_slos_of_many_services_makes_one_message() -> None:
    storm = [
        newcomer(n, "dataset:raw_orders", f"dataset:own_{n}", f"service:svc-{n % 40}")
        for n in range(300)
    ]
    (group,) = placed(storm).groups
    assert group.keys == ("dataset:raw_orders",)
    assert group.upstream == "dataset raw_orders"


def test_without_a_common_dataset_the_service_is_shared() -> None:
    group = first_group(
        newcomer(1, "dataset:a", "service:orders"), newcomer(2, "dataset:b", "service:orders")
    )
    assert group.upstream == "service orders"


def test_what_shares_nothing_stays_apart() -> None:
    assert len(placed([newcomer(1), newcomer(2)]).groups) == 2


def test_channels_and_families_stay_apart() -> None:
    both = "dataset:raw_orders"
    apart = [
        newcomer(1, both),
        newcomer(2, both, channel="#orders"),
        newcomer(3, both, kind=AlertKind.STALE),
    ]
    assert len(placed(apart).groups) == 3


@pytest.mark.parametrize(("later", "groups"), [(0, 1), (300, 1), (301, 2)])
def test_a_group_takes_newcomers_for_five_minutes_after_the_newest(later: int, groups: int) -> None:
    first = first_group(newcomer(1, "dataset:a"))
    found = placed([newcomer(2, "dataset:a")], first, later=later)
    assert len({first.id, *(g.id for g in found.groups)}) == groups
    if groups == 1:
        assert found.groups[0].newest_at == NOW + timedelta(seconds=later)


def test_a_closed_group_takes_nobody() -> None:
    first = first_group(newcomer(1, "dataset:a"))
    over_now = replace(first, closed_at=NOW)
    assert placed([newcomer(2, "dataset:a")], over_now).groups[0].id == "e0002"


def test_a_page_in_a_ticket_group_asks_anew() -> None:
    ticket = first_group(newcomer(1, "dataset:a", severity=TICKET))
    taken = replace(ticket, acknowledged_by="U1", snoozed_until=NOW)
    (page,) = placed([newcomer(2, "dataset:a", tier=0)], taken, later=60).groups
    assert (page.id, page.severity, page.tier, page.rounds) == ("e0001", PAGE, 0, 1)
    assert (page.acknowledged_by, page.snoozed_until) == (None, None)
    assert page.paged_at == NOW + timedelta(seconds=60)


def test_a_page_in_a_page_group_leaves_the_acknowledgement_alone() -> None:
    page = first_group(newcomer(1, "dataset:a"))
    taken = replace(page, acknowledged_by="U1")
    (more,) = placed([newcomer(2, "dataset:a")], taken).groups
    assert (more.acknowledged_by, more.rounds) == ("U1", 0)
    assert grown(more, PAGE, NOW) == more


def test_a_spent_budget_keeps_no_burn_open_and_its_own_message_open() -> None:
    def member(kind: AlertKind, *, going: bool) -> Episode:
        closed = None if going else NOW
        return an_episode(a_slo(), id=kind.value, kind=kind, closed_at=closed)

    burn = first_group(newcomer(1, "dataset:a"))
    spent = member(AlertKind.EXHAUSTED, going=True)
    assert not over(burn, [member(AlertKind.BURN, going=True), spent])
    assert over(burn, [member(AlertKind.BURN, going=False), spent])
    alone = replace(burn, kind=AlertKind.EXHAUSTED)
    assert not over(alone, [spent])
    assert over(alone, [member(AlertKind.EXHAUSTED, going=False)])


def test_keys_are_datasets_and_service_and_for_telemetry_the_source() -> None:
    slo = a_slo(datasets=("stg", "raw", "raw"))
    wanted = ("dataset:raw", "dataset:stg", "service:orders")
    assert keys_of(slo, AlertKind.BURN, "source:main") == wanted
    assert keys_of(slo, AlertKind.EXHAUSTED, "source:main") == wanted
    assert keys_of(slo, AlertKind.STALE, "source:main") == ("source:main",)
    assert keys_of(None, AlertKind.SOURCE_DOWN, "source:main") == ("source:main",)


KEYS = st.sets(st.sampled_from(["dataset:a", "dataset:b", "dataset:c", "service:x", "service:y"]))


@st.composite
def crowds(draw: st.DrawFn) -> list[Newcomer]:
    count = draw(st.integers(1, 12))
    return [
        newcomer(
            n,
            *sorted(draw(KEYS) or {"service:x"}),
            channel=draw(st.sampled_from(["#alerts", "#orders"])),
            severity=draw(st.sampled_from(list(BurnSeverity))),
            kind=draw(st.sampled_from(list(AlertKind))),
        )
        for n in range(count)
    ]


@given(crowds())
def test_everybody_is_told_of_once_with_those_who_share_all_its_keys(crowd: list[Newcomer]) -> None:
    found = placed(crowd)
    groups = {group.id: group for group in found.groups}
    assert found.members.keys() == {n.episode.id for n in crowd}
    for one in crowd:
        group = groups[found.members[one.episode.id]]
        assert group.keys
        assert set(group.keys) <= set(one.keys)
        assert (group.channel, group.family) == one.place
        assert group.severity is PAGE or one.episode.severity is TICKET


@given(crowds(), st.randoms(use_true_random=False))
def test_the_order_of_beginnings_does_not_matter(crowd: list[Newcomer], random: Random) -> None:
    mixed = list(crowd)
    random.shuffle(mixed)
    assert placed(mixed) == placed(crowd)


@given(crowds(), crowds())
def test_a_second_wave_never_changes_who_told_of_the_first(
    crowd: list[Newcomer], wave: list[Newcomer]
) -> None:
    before = placed(crowd)
    after = place(
        [
            Newcomer(an_episode(a_slo(), id=f"later-{n}", channel=w.episode.channel), 1, w.keys)
            for n, w in enumerate(wave)
        ],
        before.groups,
        NOW + timedelta(seconds=30),
        WINDOW,
    )
    assert not set(after.members) & set(before.members)
    now = {g.id: g for g in before.groups} | {g.id: g for g in after.groups}
    for one in crowd:
        assert set(now[before.members[one.episode.id]].keys) <= set(one.keys)
