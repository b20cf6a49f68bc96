"""One alert as people meet it: the episodes that one message tells of."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from fireline.domain.slo.definition import Slo
from fireline.domain.slo.status import AlertKind, BurnSeverity, Episode

DATASET, SERVICE, SOURCE = "dataset:", "service:", "source:"


class Family(StrEnum):
    """Kinds of alert that one message may hold together."""

    BUDGET = "budget"
    TELEMETRY = "telemetry"
    SOURCE = "source"


FAMILY = {
    AlertKind.BURN: Family.BUDGET,
    AlertKind.EXHAUSTED: Family.BUDGET,
    AlertKind.DEADLINE_AT_RISK: Family.BUDGET,
    AlertKind.ABSENT: Family.TELEMETRY,
    AlertKind.STALE: Family.TELEMETRY,
    AlertKind.SOURCE_DOWN: Family.SOURCE,
}
# What a message is called when it holds several kinds: the first of these.
LEADING = (
    AlertKind.BURN,
    AlertKind.DEADLINE_AT_RISK,
    AlertKind.EXHAUSTED,
    AlertKind.STALE,
    AlertKind.ABSENT,
    AlertKind.SOURCE_DOWN,
)


class Mark(StrEnum):
    """What a person says of an alert afterwards."""

    ACTIONABLE = "actionable"
    NOT_ACTIONABLE = "not_actionable"
    DUPLICATE = "duplicate"


@dataclass(frozen=True, slots=True)
class AlertGroup:
    """The message and what people did with it; its id is that of its first episode.

    `keys` are the upstreams that all its SLOs share, such as `dataset:raw_orders`; `tier` is that
    of its most important SLO; `newest_at` is when an episode last joined. `paged_at` is since
    when somebody should acknowledge it, `rounds` how often that began anew, and `flaps` how many
    changes of state its flapping had.
    """

    id: str
    channel: str
    kind: AlertKind
    severity: BurnSeverity
    tier: int
    keys: tuple[str, ...]
    opened_at: datetime
    newest_at: datetime
    paged_at: datetime | None = None
    rounds: int = 0
    closed_at: datetime | None = None
    acknowledged_by: str | None = None
    acknowledged_at: datetime | None = None
    snoozed_until: datetime | None = None
    incident_id: int | None = None
    mark: Mark | None = None
    marked_by: str | None = None
    marked_at: datetime | None = None
    flaps: int = 0

    @property
    def open(self) -> bool:
        """Whether any of it goes on."""
        return self.closed_at is None

    @property
    def family(self) -> Family:
        """Which kinds it may hold."""
        return FAMILY[self.kind]

    @property
    def upstream(self) -> str:
        """What its SLOs have in common, in words: a dataset before a service."""
        key = min(self.keys, key=key_rank, default="")
        return key.replace(":", " ", 1)

    def snoozed(self, at: datetime) -> bool:
        """Whether somebody asked for quiet until later."""
        return self.snoozed_until is not None and at < self.snoozed_until


def key_rank(key: str) -> tuple[bool, str]:
    """A sort key: datasets before services, then by name."""
    return not key.startswith(DATASET), key


def keys_of(slo: Slo | None, kind: AlertKind, source: str) -> tuple[str, ...]:
    """What an alert of this kind could have in common with others: where a fault would come from.

    Telemetry that goes missing at once has its `source` in common, whatever the SLOs are about.
    """
    if FAMILY[kind] is not Family.BUDGET or slo is None:
        return (source,)
    datasets = sorted({DATASET + name for name in slo.datasets})
    return (*datasets, SERVICE + slo.service)


def leading(kinds: Iterable[AlertKind]) -> AlertKind:
    """What a message with these kinds is called."""
    return min(kinds, key=LEADING.index)


def joined(
    group: AlertGroup, episode: Episode, tier: int, keys: Iterable[str], at: datetime
) -> AlertGroup:
    """The group with one more episode; its keys shrink to what all have in common."""
    common = set(keys)
    return grown(
        replace(
            group,
            kind=leading((group.kind, episode.kind)),
            tier=min(group.tier, tier),
            keys=tuple(k for k in group.keys if k in common) or group.keys,
            newest_at=at,
        ),
        episode.severity,
        at,
    )


def grown(group: AlertGroup, severity: BurnSeverity, at: datetime) -> AlertGroup:
    """The group once something in it has this severity; a ticket that becomes a page asks anew."""
    if severity is not BurnSeverity.PAGE or group.severity is BurnSeverity.PAGE:
        return group
    return replace(
        group,
        severity=BurnSeverity.PAGE,
        paged_at=at,
        rounds=group.rounds + 1,
        acknowledged_by=None,
        acknowledged_at=None,
        snoozed_until=None,
    )


def over(group: AlertGroup, members: Iterable[Episode]) -> bool:
    """Whether nothing that keeps the alert open goes on.

    A spent budget stays spent for weeks after the burn that spent it, so it is only a mark beside
    a burn and keeps no message open but its own.
    """
    going = {m.kind for m in members if m.open}
    if group.kind is not AlertKind.EXHAUSTED:
        going.discard(AlertKind.EXHAUSTED)
    return not going
