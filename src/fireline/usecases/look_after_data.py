"""What the clock has to see to in the data of incidents: promises broken, repairs verified."""

from datetime import datetime, timedelta
from functools import partial

from fireline.usecases.each import each
from fireline.usecases.incident_contracts import watch_contracts
from fireline.usecases.incident_repair import verify_all
from fireline.usecases.ports import Services

# Data that was put right is looked at less often than data that is being put right.
REST = timedelta(minutes=5)


class DataWatch:
    """Looks at contracts and repairs each time it is called, at what is over now and then."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._looked: datetime | None = None

    def __call__(self) -> int:
        """Gives how many incidents and promises there was something to see of."""
        s, now = self._services, self._services.clock.now()
        ended = self._looked is None or now - self._looked >= REST
        if ended:
            self._looked = now
        looks = (partial(watch_contracts, s), partial(verify_all, s, ended=ended))
        return sum(each(lambda look: look(), looks))
