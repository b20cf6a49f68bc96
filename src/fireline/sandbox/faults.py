"""Faults to inject, each for the next N times or until cleared, by method or event type."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

API_KINDS = frozenset(
    {
        "rate_limited",
        "http_500",
        "error",
        "slow",
        "slow_after",
        "drop_reply",
        "first_call_429",
        "revoke_token",
    }
)
DELIVERY_KINDS = frozenset(
    {
        "deliver_twice",
        "redeliver",
        "late",
        "reorder",
        "withhold",
        "drop_socket",
        "refuse_connections",
        "refresh",
    }
)


@dataclass
class FaultRule:
    """One fault; `times` counts down, None means until cleared; `params` hold the details.

    For API calls, `params` may pick them: `skip` lets that many pass first, and `where` names texts
    that must be found in arguments, as `{"metadata": "card:1"}`.
    """

    id: int
    kind: str
    name: str = "*"
    times: int | None = 1
    params: dict[str, Any] = field(default_factory=dict)
    hits: int = 0
    seen: set[str] = field(default_factory=set)
    skipped: int = 0

    def picks(self, arguments: Mapping[str, Any]) -> bool:
        """Whether the rule is about a call with these arguments; counts those it lets by."""
        where = self.params.get("where") or {}
        if any(str(text) not in str(arguments.get(key, "")) for key, text in where.items()):
            return False
        if self.skipped < int(self.params.get("skip", 0)):
            self.skipped += 1
            return False
        return True

    def as_json(self) -> dict[str, Any]:
        """The rule as the control endpoint shows it."""
        return {
            "id": self.id,
            "kind": self.kind,
            "name": self.name,
            "times": self.times,
            "hits": self.hits,
            **self.params,
        }


class Faults:
    """The active fault rules; the API and the deliverer take from it before they act."""

    def __init__(self) -> None:
        self.rules: list[FaultRule] = []
        self._last = 0

    def add(self, kind: str, name: str = "*", times: int | None = 1, **params: Any) -> FaultRule:
        """Add a rule and return it; raises ValueError on an unknown kind."""
        if kind not in API_KINDS | DELIVERY_KINDS:
            known = ", ".join(sorted(API_KINDS | DELIVERY_KINDS))
            msg = f"unknown fault kind {kind!r}: use one of {known}"
            raise ValueError(msg)
        self._last += 1
        rule = FaultRule(self._last, kind, name, times, params)
        self.rules.append(rule)
        return rule

    def take(
        self, *, kind: str | Iterable[str], name: str, arguments: Mapping[str, Any] | None = None
    ) -> FaultRule | None:
        """The first rule of that kind for that method or event; counts as one use of it."""
        kinds = {kind} if isinstance(kind, str) else set(kind)
        for rule in self.rules:
            if rule.kind not in kinds or rule.name not in {"*", name}:
                continue
            if not rule.picks(arguments or {}):
                continue
            if rule.kind == "first_call_429":
                if name in rule.seen:
                    continue
                rule.seen.add(name)
                rule.hits += 1
                return rule
            return self._use(rule)
        return None

    def _use(self, rule: FaultRule) -> FaultRule:
        rule.hits += 1
        if rule.times is not None:
            rule.times -= 1
            if rule.times <= 0:
                self.rules.remove(rule)
        return rule

    def clear(self) -> None:
        """Remove every rule."""
        self.rules.clear()
