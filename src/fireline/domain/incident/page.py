"""One call to one target: who was called, by which way, and whether they answered."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Way(StrEnum):
    """How somebody is called."""

    MESSAGE = "message"
    MENTION = "mention"
    PAGERDUTY = "pagerduty"
    HERE = "here"


class Told(StrEnum):
    """What those who were called know of it: nothing yet, the call, that it is taken or over."""

    NOTHING = ""
    CALLED = "called"
    TAKEN = "taken"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Target:
    """Whom to call: an alias, and who stands behind it now. `slack` may be a user group's."""

    alias: str
    way: Way
    name: str
    slack: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """A call. `firing` is the key of the timer that made it, or names the person who asked for it.

    `trouble` says why it did not reach them; `told` is what was sent out last.
    """

    number: int
    firing: str
    alias: str
    way: Way
    name: str
    at: datetime
    by: str
    text: str = ""
    slack: str = ""
    acknowledged_at: datetime | None = None
    acknowledged_by: str = ""
    told: Told = Told.NOTHING
    trouble: str = ""
