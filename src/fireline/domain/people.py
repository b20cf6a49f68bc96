"""Who did something, as it is recorded."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Actor:
    """A person or a part of Fireline; `id` is the Slack user id or `system`.

    A `guest` is not of the workspace's own people.
    """

    id: str
    name: str
    guest: bool = False


SYSTEM = Actor(id="system", name="Fireline")
