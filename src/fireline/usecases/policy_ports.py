"""What the use cases of the budget policy need from the store, as Protocols."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from fireline.domain.policy.waivers import Waiver, WaiverKind


@dataclass(frozen=True, slots=True)
class InForce:
    """A definition as it was when it was last looked at; `body` holds plain JSON values."""

    name: str
    hash: str
    body: Mapping[str, object]
    since: datetime


class Waivers(Protocol):
    """Exclusions and exceptions that people asked for."""

    def next_id(self) -> int: ...
    def add(self, waiver: Waiver) -> None: ...
    def save(self, waiver: Waiver) -> None: ...
    def get(self, waiver_id: int) -> Waiver | None: ...
    def exclusions(self) -> tuple[Waiver, ...]:
        """All exclusions that count."""
        ...

    def exceptions(self, ending_after: datetime) -> list[Waiver]:
        """Exceptions that were agreed to and end after this time, or would have."""
        ...

    def since(self, kind: WaiverKind, ending_after: datetime) -> list[Waiver]:
        """All of a kind that end after this time or wait for an answer, the earliest first."""
        ...

    def waiting(self, approver: str) -> list[Waiver]:
        """What this person was asked to decide and has not yet."""
        ...


class DefinitionsInForce(Protocol):
    """Which definitions were in force when they were last looked at."""

    def all(self) -> dict[str, InForce]: ...
    def save(self, found: Iterable[InForce]) -> None: ...
    def forget(self, names: Iterable[str]) -> None: ...
