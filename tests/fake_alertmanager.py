"""An Alertmanager in memory."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from fireline.domain.alertmanager.alerts import SeenAlert
from fireline.domain.alertmanager.silences import Matcher, Silence
from fireline.domain.errors import EffectError, RejectedError
from tests.fakes import FakeClock


@dataclass
class FakeAlertmanager:
    """An Alertmanager in memory: `firing` is what fires; `fail` holds errors, raised once each."""

    clock: FakeClock = field(default_factory=FakeClock)
    firing: dict[str, SeenAlert] = field(default_factory=dict)
    made: dict[str, Silence] = field(default_factory=dict)
    fail: list[EffectError] = field(default_factory=list)
    asked: int = 0
    configured: bool = True

    def fire(self, fingerprint: str, **labels: str) -> SeenAlert:
        self.firing[fingerprint] = SeenAlert(fingerprint, self.clock.now(), labels)
        return self.firing[fingerprint]

    def alerts(self, matchers: Sequence[Matcher] = (), *, quick: bool = False) -> list[SeenAlert]:
        _ = quick
        self._called()
        self._check(matchers)
        fitting = (a for a in self.firing.values() if _fits(a, matchers))
        return [replace(a, silenced_by=self._quieting(a)) for a in fitting]

    def silences(self) -> list[Silence]:
        self._called()
        return [self._as_of_now(one) for one in self.made.values()]

    def silence(self, matchers: Sequence[Matcher], until: datetime, by: str, comment: str) -> str:
        self._called()
        self._check(matchers)
        if not any(_needs_value(m) for m in matchers):
            raise RejectedError("at least one matcher must not match the empty string", "400")
        if until <= self.clock.now():
            raise RejectedError("end time can't be in the past", "400")
        made = f"silence-{len(self.made) + 1}"
        now = self.clock.now()
        self.made[made] = Silence(made, tuple(matchers), now, until, by, comment)
        return made

    def end(self, silence_id: str) -> None:
        self._called()
        if silence_id in self.made:
            one = self.made[silence_id]
            self.made[silence_id] = replace(one, ends_at=min(one.ends_at, self.clock.now()))

    def close(self) -> None:
        self.configured = False

    def _quieting(self, alert: SeenAlert) -> tuple[str, ...]:
        every = map(self._as_of_now, self.made.values())
        return tuple(
            one.id for one in every if one.state == "active" and _fits(alert, one.matchers)
        )

    def _as_of_now(self, one: Silence) -> Silence:
        return replace(one, state="active" if one.ends_at > self.clock.now() else "expired")

    def _check(self, matchers: Sequence[Matcher]) -> None:
        for matcher in matchers:
            try:
                re.compile(matcher.value if matcher.is_regex else "")
            except re.error as error:
                raise RejectedError(f"error parsing regexp: {error}", "400") from error

    def _called(self) -> None:
        self.asked += 1
        if self.fail:
            raise self.fail.pop(0)


def _matches(matcher: Matcher, value: str) -> bool:
    if matcher.is_regex:
        return (re.fullmatch(matcher.value, value) is not None) is matcher.is_equal
    return (matcher.value == value) is matcher.is_equal


def _fits(alert: SeenAlert, matchers: Sequence[Matcher]) -> bool:
    return all(_matches(m, alert.labels.get(m.name, "")) for m in matchers)


def _needs_value(matcher: Matcher) -> bool:
    return not _matches(matcher, "")
