"""What the use cases need to know who is on call, and to call them."""

from dataclasses import dataclass
from datetime import datetime
from typing import NoReturn, Protocol

from fireline.domain.errors import InvalidInputError
from fireline.domain.oncall.plan import OnCallPlan, PagerPlace


class OnCalls(Protocol):
    """Who is on call when, as git has it now."""

    def current(self) -> OnCallPlan: ...


@dataclass(frozen=True, slots=True)
class NoOnCalls:
    """A team that keeps no rotations."""

    def current(self) -> OnCallPlan:
        """None at all."""
        return OnCallPlan()


NO_ON_CALLS = NoOnCalls()


@dataclass(frozen=True, slots=True)
class PageText:
    """What a page says; `severity` is 1 (worst) to 4, `link` leads to the incident's channel."""

    summary: str
    severity: int
    source: str
    link: str = ""


@dataclass(frozen=True, slots=True)
class PagerState:
    """What the pager knows of a page; `by` is a name, `at` when it was acknowledged."""

    acknowledged: bool
    resolved: bool
    by: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PagerPerson:
    """Who the pager says is on call; `until` is None where nothing ends it."""

    name: str
    until: datetime | None = None


class Pager(Protocol):
    """A service that wakes people, such as PagerDuty. Every call raises `EffectError`.

    `key` names one page for good: telling twice of the same page is telling once.
    """

    @property
    def configured(self) -> bool:
        """Whether there is one at all."""
        ...

    @property
    def asks(self) -> bool:
        """Whether it can be asked, too: who is on call, who acknowledged."""
        ...

    def serves(self, alias: str) -> bool:
        """Whether it pages those behind this alias."""
        ...

    def trigger(self, alias: str, key: str, page: PageText) -> None: ...
    def acknowledge(self, alias: str, key: str) -> None: ...
    def resolve(self, alias: str, key: str) -> None: ...
    def state(self, key: str) -> PagerState | None:
        """Where the page stands; None when the pager does not know it."""
        ...

    def on_call(self, place: PagerPlace) -> tuple[PagerPerson, ...]:
        """Who is on call there now, the first to be called first."""
        ...

    def check(self) -> str:
        """That it can be reached and lets us in, in words."""
        ...

    def close(self) -> None:
        """Let go of connections; nothing is asked after."""
        ...


@dataclass(frozen=True, slots=True)
class NoPager:
    """A team without one: people are called in Slack."""

    configured: bool = False
    asks: bool = False

    def serves(self, alias: str) -> bool:
        """Nobody."""
        return bool(alias) and self.configured

    def trigger(self, alias: str, key: str, page: PageText) -> None:
        self._refuse(alias, key, page)

    def acknowledge(self, alias: str, key: str) -> None:
        self._refuse(alias, key)

    def resolve(self, alias: str, key: str) -> None:
        self._refuse(alias, key)

    def state(self, key: str) -> PagerState | None:
        self._refuse(key)

    def on_call(self, place: PagerPlace) -> tuple[PagerPerson, ...]:
        self._refuse(place)

    def check(self) -> str:
        self._refuse()

    def close(self) -> None:
        """There is nothing to let go of."""

    def _refuse(self, *_given: object) -> NoReturn:
        message = (
            "Fireline does not know your PagerDuty: set FIRELINE_PAGERDUTY_ROUTING_KEYS_FILE"
            " (docs/oncall.md)."
        )
        raise InvalidInputError(message)


NO_PAGER = NoPager()
