"""What the clock has to see to in the data of incidents: promises broken, repairs verified."""

from fireline.usecases.incident_contracts import watch_contracts
from fireline.usecases.incident_repair import verify_all
from fireline.usecases.ports import Services


def look_after_data(s: Services) -> int:
    """Look at contracts and repairs; gives how many incidents and promises there was news of."""
    return watch_contracts(s) + verify_all(s)
