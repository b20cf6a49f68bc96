"""Who did something, as it is recorded."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Actor:
    """A person or a part of Fireline; `id` is the Slack user id or `system`."""

    id: str
    name: str


SYSTEM = Actor(id="system", name="Fireline")
