"""How many alerts were worth it: the noise ratio and what was not marked."""

from collections.abc import Iterable
from dataclasses import dataclass

from fireline.domain.slo.alerting.group import AlertGroup, Mark


@dataclass(frozen=True, slots=True)
class Noise:
    """Counts of alerts by what people said of them."""

    actionable: int = 0
    not_actionable: int = 0
    duplicates: int = 0
    unmarked: int = 0

    @property
    def fired(self) -> int:
        """All of them."""
        return self.judged + self.duplicates + self.unmarked

    @property
    def judged(self) -> int:
        """Those that say whether alerts are worth it; duplicates are counted apart."""
        return self.actionable + self.not_actionable

    @property
    def ratio(self) -> float | None:
        """The share of judged ones that were actionable, or None when none was judged."""
        return self.actionable / self.judged if self.judged else None


def noise_of(groups: Iterable[AlertGroup]) -> Noise:
    """The counts of these alerts."""
    marks = [group.mark for group in groups]
    return Noise(
        actionable=marks.count(Mark.ACTIONABLE),
        not_actionable=marks.count(Mark.NOT_ACTIONABLE),
        duplicates=marks.count(Mark.DUPLICATE),
        unmarked=marks.count(None),
    )
