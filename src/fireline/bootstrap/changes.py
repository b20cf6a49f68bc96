"""The door for changes, joined to what reads and keeps them."""

from fireline.adapters.changes.payload import read_change
from fireline.adapters.http.doors import Answer, Door
from fireline.settings import Settings
from fireline.usecases.ports import Services
from fireline.usecases.take_change import take_change

# One change has some kilobytes; GitHub's event about one a hundred.
MOST_BYTES = 500_000


def doors_of(settings: Settings, services: Services) -> list[Door]:
    """The door of the running bot; none without a token."""
    token = settings.changes_token
    if token is None:
        return []

    def take(body: bytes) -> Answer:
        change = read_change(body)
        taken = take_change(services, change)
        return Answer({"id": change.id, "new": taken.new, "incidents": taken.incidents})

    return [Door("/changes", "changes_token", token.get_secret_value(), take, MOST_BYTES)]
