"""What checks of repaired data need from the outside, as Protocols."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from fireline.domain.incident.checking import Query, Samples


class Readings(Protocol):
    """A metrics server, asked what one query gave over a short time."""

    def samples(self, query: Query, at: Sequence[datetime]) -> Samples:
        """Values at these instants, a step apart; a failure stands in the answer."""
        ...


class NoReadings:
    """Where no metrics server is reached; every query then stays unknown."""

    def samples(self, query: Query, at: Sequence[datetime]) -> Samples:  # noqa: ARG002 - the port's
        """Says that nobody could be asked."""
        return Samples({}, "no Prometheus can be asked here")


NO_READINGS = NoReadings()
