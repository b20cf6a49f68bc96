"""Which episodes are told of in one message: those that begin together and share an upstream."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from fireline.domain.slo.alerting.group import FAMILY, AlertGroup, Family, joined, key_rank
from fireline.domain.slo.status import BurnSeverity, Episode


@dataclass(frozen=True, slots=True)
class Newcomer:
    """An episode that no message tells of yet, with its SLO's tier and possible upstreams."""

    episode: Episode
    tier: int
    keys: tuple[str, ...]

    @property
    def place(self) -> tuple[str, Family]:
        """Only those with the same place can share a message."""
        return self.episode.channel, FAMILY[self.episode.kind]


@dataclass(frozen=True, slots=True)
class Placed:
    """What came of grouping: the groups that are new or have grown, and who went where.

    `members` has the group's id by episode id.
    """

    groups: tuple[AlertGroup, ...]
    members: Mapping[str, str]


def place(
    newcomers: Sequence[Newcomer],
    groups: Iterable[AlertGroup],
    at: datetime,
    window: timedelta,
) -> Placed:
    """Put every newcomer into exactly one group, in the fewest messages that can be explained.

    The upstream that most of them share goes first, so that the result does not depend on their
    order. An open group takes newcomers within `window` after somebody last joined it.
    """
    fresh = [g for g in groups if g.open and at - g.newest_at <= window]
    result: dict[str, AlertGroup] = {}
    members: dict[str, str] = {}
    for where in sorted({n.place for n in newcomers}):
        here = [n for n in newcomers if n.place == where]
        open_here = [g for g in fresh if (g.channel, g.family) == where]
        for group, taken in _bundles(here, open_here, at):
            result[group.id] = group
            members |= {n.episode.id: group.id for n in taken}
    return Placed(tuple(result.values()), members)


def _bundles(
    newcomers: list[Newcomer], groups: list[AlertGroup], at: datetime
) -> list[tuple[AlertGroup, list[Newcomer]]]:
    """All of one place, by the upstream that most of what is left share."""
    waiting = sorted(newcomers, key=lambda n: n.episode.id)
    now = {group.id: group for group in groups}
    found: dict[str, list[Newcomer]] = {}
    while waiting:
        counts = Counter(key for n in waiting for key in n.keys)
        known = {key: group for group in now.values() for key in group.keys}
        best = min(counts, key=lambda k: (-counts[k], k not in known, key_rank(k)))
        if counts[best] > 1:
            bundles = [(best, [n for n in waiting if best in n.keys])]
        else:  # nobody left shares anything with anybody left
            bundles = [(_own_key(n, known), [n]) for n in waiting]
        for key, taken in bundles:
            target = next((g for g in now.values() if key in g.keys), None)
            group = _gathered(target, taken, at)
            now[group.id] = group
            found.setdefault(group.id, []).extend(taken)
        gone = {n.episode.id for _, taken in bundles for n in taken}
        waiting = [n for n in waiting if n.episode.id not in gone]
    return [(now[group_id], taken) for group_id, taken in found.items()]


def _own_key(newcomer: Newcomer, known: Mapping[str, AlertGroup]) -> str:
    """The upstream by which an open group would take it, else its first."""
    return min(newcomer.keys, key=lambda k: (k not in known, key_rank(k)))


def _gathered(target: AlertGroup | None, taken: list[Newcomer], at: datetime) -> AlertGroup:
    group = target
    for newcomer in taken:
        if group is None:
            group = opened(newcomer, at)
        else:
            group = joined(group, newcomer.episode, newcomer.tier, newcomer.keys, at)
    if group is None:
        message = "a bundle holds at least one newcomer"
        raise ValueError(message)
    return group


def opened(newcomer: Newcomer, at: datetime) -> AlertGroup:
    """A group of one."""
    episode = newcomer.episode
    return AlertGroup(
        id=episode.id,
        channel=episode.channel,
        kind=episode.kind,
        severity=episode.severity,
        tier=newcomer.tier,
        keys=newcomer.keys,
        opened_at=at,
        newest_at=at,
        paged_at=at if episode.severity is BurnSeverity.PAGE else None,
    )
