"""What the use cases need to follow alerts of Alertmanager's and to silence them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NoReturn, Protocol

from fireline.domain.alertmanager.alerts import ExternalGroup, SeenAlert
from fireline.domain.alertmanager.silences import Matcher, Silence
from fireline.domain.errors import InvalidInputError


class AlertSource(Protocol):
    """The alerts that fire. Every call raises `EffectError`."""

    def alerts(self, matchers: Sequence[Matcher] = (), *, quick: bool = False) -> list[SeenAlert]:
        """Every alert that fires now and fits, silenced or not; all of them without matchers.

        `quick` is for somebody who waits: one short try.
        """
        ...


class Silences(Protocol):
    """Silences, ours and those of others. Every call raises `EffectError`."""

    def silences(self) -> list[Silence]:
        """Those that hold or will hold, and those that ended a short while ago."""
        ...

    def silence(self, matchers: Sequence[Matcher], until: datetime, by: str, comment: str) -> str:
        """Make one that holds from now on; gives its id. `RejectedError` says what is wrong."""
        ...

    def end(self, silence_id: str) -> None:
        """End it now; one that ended already, or is not known, is fine."""
        ...


class Alertmanager(AlertSource, Silences, Protocol):
    """One Alertmanager, or several that gossip, behind one address."""

    @property
    def configured(self) -> bool:
        """Whether there is one at all."""
        ...

    def close(self) -> None:
        """Let go of connections; nothing is asked after."""
        ...


@dataclass(frozen=True, slots=True)
class NoAlertmanager:
    """A team that has none, or whose Fireline does not know its address."""

    configured: bool = False

    def alerts(self, matchers: Sequence[Matcher] = (), *, quick: bool = False) -> list[SeenAlert]:
        self._refuse(matchers, quick)

    def silences(self) -> list[Silence]:
        self._refuse()

    def silence(self, matchers: Sequence[Matcher], until: datetime, by: str, comment: str) -> str:
        self._refuse(matchers, until, by, comment)

    def end(self, silence_id: str) -> None:
        self._refuse(silence_id)

    def close(self) -> None:
        """There is nothing to let go of."""

    def _refuse(self, *_given: object) -> NoReturn:
        message = (
            "Fireline does not know your Alertmanager: set FIRELINE_ALERTMANAGER_URL"
            " (docs/alertmanager.md)."
        )
        raise InvalidInputError(message)


NO_ALERTMANAGER = NoAlertmanager()


@dataclass(frozen=True, slots=True)
class PollHealth:
    """How asking Alertmanager goes; `failing_since` is None while it answers."""

    answered_at: datetime | None = None
    failing_since: datetime | None = None
    failures: int = 0
    error: str = ""


class SilenceState(StrEnum):
    """Where something that was asked of Alertmanager stands."""

    ASKED = "asked"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class SilenceRequest:
    """A silence that somebody asked for.

    `tried` is kept before Alertmanager is asked: when the answer is lost, the silence is looked
    for by its mark before it is made again.
    """

    id: str
    matchers: tuple[Matcher, ...]
    ends_at: datetime
    asked_at: datetime
    asked_by: str
    asked_by_name: str
    reason: str
    channel: str = ""
    incident_id: int | None = None
    state: SilenceState = SilenceState.ASKED
    tried: bool = False
    silence_id: str | None = None
    error: str = ""
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SilenceEnding:
    """A wish to end a silence, ours or another's, before its time.

    `tell` is where a failure is told: `@U...` or a channel.
    """

    id: str
    silence_id: str
    asked_at: datetime
    asked_by: str
    asked_by_name: str
    reason: str
    tell: str
    state: SilenceState = SilenceState.ASKED
    error: str = ""


class ExternalGroups(Protocol):
    """Alertmanager's groups; at most one of a key is open (a database constraint)."""

    def get(self, group_id: str) -> ExternalGroup | None: ...
    def latest(self, key: str) -> ExternalGroup | None:
        """The newest group of this key, open or not."""
        ...

    def open(self) -> list[ExternalGroup]: ...
    def watched(self, since: datetime) -> list[ExternalGroup]:
        """Those that are open or closed after this time, oldest first."""
        ...

    def of_alert(self, alert_id: str) -> list[ExternalGroup]: ...
    def save(self, group: ExternalGroup) -> None:
        """Insert or replace it with all its alerts."""
        ...

    def heard(self) -> tuple[str, datetime] | None:
        """The receiver that told us of the newest group, and when."""
        ...

    def health(self) -> PollHealth: ...
    def save_health(self, health: PollHealth) -> None: ...
    def forget_before(self, at: datetime) -> int:
        """Delete groups that closed earlier; gives how many."""
        ...


class SilenceRequests(Protocol):
    """What was asked of Alertmanager about silences."""

    def get(self, request_id: str) -> SilenceRequest | None: ...
    def save(self, request: SilenceRequest) -> None: ...
    def of_silence(self, silence_id: str) -> SilenceRequest | None:
        """The request that made this silence, if it was ours."""
        ...

    def of_incident(self, incident_id: int, now: datetime) -> list[SilenceRequest]:
        """Silences asked for in an incident that hold still, or soon will."""
        ...

    def ending(self, ending_id: str) -> SilenceEnding | None: ...
    def save_ending(self, ending: SilenceEnding) -> None: ...
