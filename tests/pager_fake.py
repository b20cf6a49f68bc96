"""A pager in memory, held to the same contract as PagerDuty's."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from fireline.domain.errors import EffectError, InvalidInputError
from fireline.domain.oncall.plan import PagerPlace
from fireline.usecases.oncall_ports import PagerPerson, PagerState, PageText


@dataclass
class FakePager:
    """A pager in memory: `served` are its aliases; `fail` holds errors, raised once each."""

    served: set[str] = field(default_factory=set)
    people: Mapping[PagerPlace, tuple[PagerPerson, ...]] = field(default_factory=dict)
    pages: dict[str, PagerState] = field(default_factory=dict)
    sent: list[tuple[str, str, str]] = field(default_factory=list)
    texts: dict[str, PageText] = field(default_factory=dict)
    fail: list[EffectError] = field(default_factory=list)
    asks: bool = True

    @property
    def configured(self) -> bool:
        return bool(self.served)

    def serves(self, alias: str) -> bool:
        return alias in self.served

    def trigger(self, alias: str, key: str, page: PageText) -> None:
        self._event("trigger", alias, key)
        self.texts[key] = page
        if key not in self.pages or self.pages[key].resolved:
            self.pages[key] = PagerState(acknowledged=False, resolved=False)

    def acknowledge(self, alias: str, key: str) -> None:
        self._event("acknowledge", alias, key)
        if key in self.pages:
            self.pages[key] = replace(self.pages[key], acknowledged=True)

    def resolve(self, alias: str, key: str) -> None:
        self._event("resolve", alias, key)
        if key in self.pages:
            self.pages[key] = replace(self.pages[key], acknowledged=True, resolved=True)

    def take(self, key: str, by: str, at: datetime) -> None:
        """A person acknowledges it there."""
        self.pages[key] = PagerState(acknowledged=True, resolved=False, by=by, at=at)

    def state(self, key: str) -> PagerState | None:
        self._called()
        return self.pages.get(key)

    def on_call(self, place: PagerPlace) -> tuple[PagerPerson, ...]:
        self._called()
        return self.people.get(place, ())

    def check(self) -> str:
        self._called()
        return "answers"

    def close(self) -> None:
        self.served.clear()

    def _event(self, action: str, alias: str, key: str) -> None:
        self._called()
        if alias not in self.served:
            raise InvalidInputError(f"There is no routing key for {alias}.")
        self.sent.append((action, alias, key))

    def _called(self) -> None:
        if self.fail:
            raise self.fail.pop(0)
