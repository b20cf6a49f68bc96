"""The message of an alert: its key, and when it is worth an edit."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from fireline.domain.slo.alerting.group import AlertGroup
from fireline.domain.slo.status import Episode, SloStatus
from fireline.usecases.ports import Services, UnitOfWork
from fireline.usecases.publish import posting

REFRESH = timedelta(minutes=5)
EDIT_GAP = timedelta(minutes=1)


def alert_key(group_id: str) -> str:
    """The key of an alert's message."""
    return f"alert:{group_id}"


def post_alert(s: Services, uow: UnitOfWork, group: AlertGroup) -> None:
    """Bring the alert's message up to date once this transaction commits."""
    uow.start(
        posting(
            s.ids,
            key=alert_key(group.id),
            channel=group.channel,
            kind="alert",
            ref=group.id,
        )
    )


def post_step(s: Services, uow: UnitOfWork, group: AlertGroup, step: str) -> None:
    """Say in the thread of the alert what a step has to say."""
    ref = f"{group.id} {step}"
    key = f"alert-step:{group.id}:{step}"
    uow.start(posting(s.ids, key=key, channel=group.channel, kind="alert_step", ref=ref))


@dataclass(frozen=True, slots=True)
class Shown:
    """What a message said when it was last brought up to date."""

    at: datetime
    state: tuple[object, ...]
    figures: tuple[object, ...]


class Rhythm:
    """Edits a message seldom enough not to be noise.

    Who joined or recovered is said at most once a minute, figures once in five. What it
    remembers may be lost: one edit too many changes nothing, and is not sent.
    """

    def __init__(self) -> None:
        self._shown: dict[str, Shown] = {}

    def due(self, group: AlertGroup, now: Shown) -> bool:
        """Whether the message should say this now; then it is taken as said."""
        last = self._shown.get(group.id)
        if last is not None:
            since = now.at - last.at
            news = now.state != last.state and since >= EDIT_GAP
            if not news and not (now.figures != last.figures and since >= REFRESH):
                return False
        self.said(group, now)
        return True

    def said(self, group: AlertGroup, now: Shown) -> None:
        """Remember what the message says now."""
        self._shown[group.id] = now

    def forget(self, group: AlertGroup) -> None:
        """It is over."""
        self._shown.pop(group.id, None)


def shown(at: datetime, members: Iterable[Episode], statuses: dict[str, SloStatus]) -> Shown:
    """States and rounded figures of an alert's members, for telling whether it would differ."""
    state: list[object] = []
    figures: list[object] = []
    for member in sorted(members, key=lambda m: m.id):
        status = statuses.get(member.slo)
        state.append((member.id, member.severity))
        if status is not None:
            state.append((status.data_state, status.budget_state, status.burning))
            figures.append(_figures(status))
    return Shown(at, tuple(state), tuple(figures))


def _figures(status: SloStatus) -> tuple[object, ...]:
    left = None if status.remaining is None else round(status.remaining, 2)
    burns = tuple(None if b.burn is None else round(b.burn, 1) for b in status.burns)
    hours = None if status.exhaustion_hours is None else round(status.exhaustion_hours)
    return left, burns, hours
