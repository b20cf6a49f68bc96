"""What the use cases of changes need from the store, as a Protocol."""

from datetime import datetime
from typing import Protocol

from fireline.domain.incident.changes import ProductionChange


class Changes(Protocol):
    """Changes as they were told, by their id."""

    def save(self, change: ProductionChange, at: datetime) -> bool:
        """Keep it in place of what was told under its id; False when that says the same."""
        ...

    def get(self, change_id: str) -> ProductionChange | None: ...
    def between(self, start: datetime, end: datetime) -> list[ProductionChange]:
        """Those made in that time, ends included, newest first, a bounded number."""
        ...

    def forget_before(self, at: datetime) -> int:
        """Forget those told before; gives how many."""
        ...
