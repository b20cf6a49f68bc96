"""Alerts that Alertmanager tells of, kept per group; what a webhook and a poll mean for them.

An alert is named by its fingerprint and the time it started: when it fires anew, the fingerprint
stays and the start changes. Alertmanager's two voices give that time to the nanosecond and cut to
the millisecond, so that the millisecond is what counts here.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

MOST_ALERTS = 1000  # of one group
ABSENT_POLLS = 2
DOUBTED = timedelta(minutes=15)


class EndedBy(StrEnum):
    """Who said that an alert ended."""

    WEBHOOK = "webhook"
    POLL = "poll"


@dataclass(frozen=True, slots=True)
class ExternalAlert:
    """One alert as it stands.

    `silenced_by` holds the ids of the silences that keep it quiet; `absent` counts the polls in a
    row whose answer did not name it.
    """

    fingerprint: str
    starts_at: datetime
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)
    source_url: str = ""
    ended_at: datetime | None = None
    ended_by: EndedBy | None = None
    silenced_by: tuple[str, ...] = ()
    inhibited: bool = False
    absent: int = 0

    @property
    def firing(self) -> bool:
        """Whether nobody has said that it ended."""
        return self.ended_at is None

    @property
    def id(self) -> tuple[str, datetime]:
        """What names it within its group."""
        return self.fingerprint, self.starts_at


@dataclass(frozen=True, slots=True)
class ExternalGroup:
    """Alertmanager's group, from the first alert that fires to the end of the last.

    `key` is Alertmanager's `groupKey`; `alert_id` the burn alert in whose message this group
    is shown, which then has none of its own; `left_out` counts alerts we were not told or did not
    keep; `told_at` is when we first heard of it.
    """

    id: str
    key: str
    receiver: str
    channel: str
    told_at: datetime
    labels: Mapping[str, str] = field(default_factory=dict)
    common_labels: Mapping[str, str] = field(default_factory=dict)
    common_annotations: Mapping[str, str] = field(default_factory=dict)
    source_url: str = ""
    alerts: tuple[ExternalAlert, ...] = ()
    left_out: int = 0
    slo: str | None = None
    alert_id: str | None = None
    incident_id: int | None = None
    acknowledged_by: str | None = None
    acknowledged_at: datetime | None = None
    closed_at: datetime | None = None

    @property
    def open(self) -> bool:
        """Whether any of its alerts still fires."""
        return self.closed_at is None

    @property
    def firing(self) -> tuple[ExternalAlert, ...]:
        """Those that still fire, oldest first."""
        return tuple(alert for alert in self.alerts if alert.firing)

    @property
    def ended(self) -> tuple[ExternalAlert, ...]:
        """Those that ended."""
        return tuple(alert for alert in self.alerts if not alert.firing)

    @property
    def began(self) -> datetime:
        """When the first of its alerts began to fire."""
        return min((alert.starts_at for alert in self.alerts), default=self.told_at)

    @property
    def title(self) -> str:
        """What it is called: the alert's name, and what else the group is grouped by."""
        labels = {**self.labels}
        name = labels.pop("alertname", "") or self.common_labels.get("alertname", "")
        return " \u00b7 ".join(filter(None, (name or "Alert", *labels.values())))


@dataclass(frozen=True, slots=True)
class ToldAlert:
    """One alert as a webhook names it; `ends_at` only where it ended."""

    fingerprint: str
    starts_at: datetime
    firing: bool
    ends_at: datetime | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)
    source_url: str = ""


@dataclass(frozen=True, slots=True)
class Notification:
    """One call of Alertmanager's webhook; `left_out` counts alerts that it does not carry."""

    key: str
    receiver: str
    alerts: tuple[ToldAlert, ...]
    labels: Mapping[str, str] = field(default_factory=dict)
    common_labels: Mapping[str, str] = field(default_factory=dict)
    common_annotations: Mapping[str, str] = field(default_factory=dict)
    source_url: str = ""
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class SeenAlert:
    """One alert as a poll sees it: those that fire, silenced or not."""

    fingerprint: str
    starts_at: datetime
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)
    source_url: str = ""
    silenced_by: tuple[str, ...] = ()
    inhibited: bool = False


def to_millisecond(at: datetime) -> datetime:
    """The time as Alertmanager's API shows it: cut, not rounded."""
    return at.replace(microsecond=at.microsecond // 1000 * 1000)


def told(group: ExternalGroup, said: Notification, now: datetime) -> ExternalGroup:
    """The group after a webhook call; the same again changes nothing.

    What is new is decided per alert by (fingerprint, start, status), never by the group's status.
    """
    alerts = {alert.id: alert for alert in group.alerts}
    for one in said.alerts:
        known = alerts.get((one.fingerprint, one.starts_at))
        alerts[(one.fingerprint, one.starts_at)] = _told_one(known, one, now)
    _end_earlier(alerts, EndedBy.WEBHOOK)
    return _settled(
        replace(
            group,
            labels=said.labels,
            common_labels=said.common_labels,
            common_annotations=said.common_annotations,
            source_url=said.source_url,
            left_out=said.left_out,
        ),
        alerts.values(),
        now,
    )


def _told_one(known: ExternalAlert | None, one: ToldAlert, now: datetime) -> ExternalAlert:
    alert = known or ExternalAlert(one.fingerprint, one.starts_at, one.labels)
    # What Alertmanager would not say again: a late copy of "firing" never undoes its "resolved".
    if alert.ended_by is EndedBy.WEBHOOK:
        return alert
    fresh = replace(alert, annotations=one.annotations, source_url=one.source_url)
    if one.firing:
        # The poll took it for ended, wrongly: Alertmanager had lost it for a while.
        return replace(fresh, ended_at=None, ended_by=None, absent=0)
    ended = min(one.ends_at or now, now)
    return replace(
        fresh,
        ended_at=max(ended, alert.starts_at),
        ended_by=EndedBy.WEBHOOK,
        silenced_by=(),
        inhibited=False,
        absent=0,
    )


def seen(group: ExternalGroup, listed: Mapping[str, SeenAlert], now: datetime) -> ExternalGroup:
    """The group after a poll that was answered with all alerts that fire, by fingerprint.

    An alert that two answers in a row do not name has ended: a silence hides Alertmanager's own
    word for it, and one answer alone may come from an Alertmanager that was just restarted.
    """
    alerts = {alert.id: alert for alert in group.alerts}
    for alert in group.alerts:
        alerts[alert.id] = _seen_one(alert, listed.get(alert.fingerprint), now)
    for one in _anew(group, listed):
        again = ExternalAlert(
            one.fingerprint,
            one.starts_at,
            one.labels,
            one.annotations,
            one.source_url,
            silenced_by=one.silenced_by,
            inhibited=one.inhibited,
        )
        alerts.setdefault(again.id, again)
    _end_earlier(alerts, EndedBy.POLL)
    return _settled(group, alerts.values(), now)


def _seen_one(alert: ExternalAlert, one: SeenAlert | None, now: datetime) -> ExternalAlert:
    # An earlier start is the same alert too: Alertmanager joins what overlaps.
    same = one is not None and one.starts_at <= alert.starts_at
    if one is not None and same and (alert.firing or _doubted(alert, now)):
        return replace(
            alert,
            ended_at=None,
            ended_by=None,
            silenced_by=one.silenced_by,
            inhibited=one.inhibited,
            absent=0,
        )
    if not alert.firing or one is not None:
        return alert
    absent = alert.absent + 1
    if absent < ABSENT_POLLS:
        return replace(alert, absent=absent)
    return replace(
        alert, absent=absent, ended_at=now, ended_by=EndedBy.POLL, silenced_by=(), inhibited=False
    )


def _doubted(alert: ExternalAlert, now: datetime) -> bool:
    """Whether it ended a moment ago, and only because polls did not name it."""
    if alert.ended_at is None or alert.ended_by is not EndedBy.POLL:
        return False
    return now - alert.ended_at <= DOUBTED


def _anew(group: ExternalGroup, listed: Mapping[str, SeenAlert]) -> list[SeenAlert]:
    """Alerts of the group that began again while it is open; a silence hides that call as well."""
    newest: dict[str, datetime] = {}
    for alert in group.alerts:
        before = newest.get(alert.fingerprint, alert.starts_at)
        newest[alert.fingerprint] = max(before, alert.starts_at)
    if not group.open:
        return []
    return [listed[f] for f, at in newest.items() if f in listed and listed[f].starts_at > at]


def unanswered(group: ExternalGroup) -> ExternalGroup:
    """The group after a poll that failed: nothing is known, and what was absent counts anew."""
    alerts = tuple(replace(a, absent=0) if a.firing and a.absent else a for a in group.alerts)
    return group if alerts == group.alerts else replace(group, alerts=alerts)


def _end_earlier(alerts: dict[tuple[str, datetime], ExternalAlert], by: EndedBy) -> None:
    """Who began anew has ended before, whether or not anybody said so."""
    newest: dict[str, datetime] = {}
    for fingerprint, starts_at in alerts:
        newest[fingerprint] = max(newest.get(fingerprint, starts_at), starts_at)
    for alert in list(alerts.values()):
        again = newest[alert.fingerprint]
        if alert.firing and alert.starts_at < again:
            alerts[alert.id] = replace(
                alert, ended_at=again, ended_by=by, silenced_by=(), inhibited=False, absent=0
            )


def _settled(group: ExternalGroup, alerts: Iterable[ExternalAlert], now: datetime) -> ExternalGroup:
    """The group with these alerts; it closes with the last of them, and opens when one is back.

    Of too many, those that ended first are forgotten.
    """
    by_use = sorted(alerts, key=lambda a: (a.firing, a.ended_at or a.starts_at), reverse=True)
    kept = tuple(sorted(by_use[:MOST_ALERTS], key=lambda a: (a.starts_at, a.fingerprint)))
    closed = None if any(alert.firing for alert in kept) else group.closed_at or now
    return replace(group, alerts=kept, closed_at=closed)
