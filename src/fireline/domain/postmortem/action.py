"""Action items: owned, due, and done only with evidence."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class ActionState(StrEnum):
    """Where an action item stands."""

    OPEN = "open"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class ActionItem:
    """One promise. `owner` is a Slack user id; `evidence` is the link that shows it is done."""

    id: int
    text: str
    state: ActionState
    owner: str
    owner_name: str
    due: date
    created_at: datetime
    created_by: str
    incident_id: int | None = None
    evidence: str | None = None
    done_at: datetime | None = None
    done_by: str | None = None
    reminded: tuple[str, ...] = ()

    @property
    def ref(self) -> str:
        """The written form of the id."""
        return f"ACT-{self.id}"

    def overdue(self, today: date) -> bool:
        """Whether it should have been done before today."""
        return self.state is ActionState.OPEN and self.due < today


@dataclass(frozen=True, slots=True)
class Postmortem:
    """A kept version of the document; `facts` is the JSON the numbers were rendered from."""

    incident_id: int
    version: int
    markdown: str
    facts: str
    created_at: datetime
