"""What buttons and forms hand to their handlers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from fireline.adapters.slack.blocks import Rendered
from fireline.adapters.slack.desk import Asked, Desk, Later, Reply
from fireline.domain.errors import InvalidInputError
from fireline.usecases.views import Message


@dataclass(frozen=True, slots=True)
class Sent:
    """A modal that was sent: its fields and what travelled with it."""

    fields: Mapping[str, str]
    meta: Mapping[str, Any]

    def need(self, field: str) -> str:
        """A field that must be filled in.

        Raises:
            InvalidInputError: it is empty.
        """
        value = self.fields.get(field, "")
        if not value:
            raise InvalidInputError("Please fill this in.", field)
        return value

    def incident(self) -> int:
        """The incident the modal was opened for."""
        return int(self.meta["incident"])


@dataclass(frozen=True, slots=True)
class Pressed:
    """The value of the element that was used, and the names of our commands.

    `sent` is what the form holds by now, where it was used in one.
    """

    value: str
    commands: Mapping[str, str]
    sent: Sent | None = None


@dataclass(frozen=True, slots=True)
class Redraw:
    """The same form with what is known by now; what was filled in stays."""

    view: dict[str, Any]


Button = Callable[[Desk, Asked, Pressed], Reply | Redraw | None]


@dataclass(frozen=True, slots=True)
class Next:
    """Another view in place of the modal."""

    view: dict[str, Any]


Outcome = Message | Rendered | Later | Next
Submission = Callable[[Desk, Asked, Sent], Outcome]
