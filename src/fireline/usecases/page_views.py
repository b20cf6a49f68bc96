"""What those who are called see, what the channel sees of it, and who is on call."""

from dataclasses import dataclass
from datetime import datetime

from fireline.domain.incident.page import Way
from fireline.usecases.who_is_on_call import Standing


@dataclass(frozen=True, slots=True)
class PageMessage:
    """A page as the called person reads it.

    Of a restricted incident it has the number, the severity and whom to ask; `title`, `text` and
    `channel_id` are empty then.
    """

    incident_id: int
    number: int
    ref: str
    severity: str
    alias: str
    by: str
    at: datetime
    title: str = ""
    text: str = ""
    channel_id: str | None = None
    commander: str | None = None
    restricted: bool = False
    drill: bool = False
    acknowledged_by: str = ""
    acknowledged_at: datetime | None = None
    over: bool = False
    operations: bool = False


@dataclass(frozen=True, slots=True)
class PagingLine:
    """One who was called; `waited` counts their calls without an answer."""

    alias: str
    name: str
    slack: str
    way: Way
    acknowledged_by: str = ""
    acknowledged_at: datetime | None = None
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class PagingMessage:
    """One round of calls as the channel sees it, in the card's thread; `open_page` can be taken."""

    thread: str
    incident_id: int
    ref: str
    text: str
    by: str
    at: datetime
    lines: tuple[PagingLine, ...]
    open_page: int | None = None
    climbing: bool = False


@dataclass(frozen=True, slots=True)
class OnCallList:
    """Who stands behind each alias; `problems` are `file:line: message` of files left out."""

    lines: tuple[Standing, ...]
    problems: tuple[str, ...] = ()
