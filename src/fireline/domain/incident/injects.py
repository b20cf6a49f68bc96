"""What those who practise are told, and when."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Inject:
    """What those who practise are told, so long after the beginning."""

    after: timedelta
    text: str
