"""How often this process edited a message: what each edit need not repeat is done now and then."""

from fireline.usecases.ports import PostedRef

MOST = 1000  # messages
EVERY = 10


class EditCount:
    """Counts the edits of a bounded number of messages."""

    def __init__(self) -> None:
        self._edits: dict[PostedRef, int] = {}

    def due(self, posted: PostedRef) -> bool:
        """Whether this is the first edit, or the tenth after the last that was due."""
        if len(self._edits) >= MOST:
            self._edits.clear()
        count = self._edits.get(posted, 0)
        self._edits[posted] = count + 1
        return count % EVERY == 0
