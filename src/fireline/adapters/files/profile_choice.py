"""Which profile of a system an SLO is read with: what exists in its Prometheus decides."""

from collections.abc import Collection, Mapping, Sequence

from fireline.adapters.files.profiles import Profile
from fireline.domain.errors import EffectError
from fireline.usecases.ports import MetricNames


class ProfileChoice:
    """Chooses profiles, and remembers what exists.

    Args:
        names: looks up metrics; without it the first profile of each system is taken.
        pinned: the profile by system where the team has said it.
    """

    def __init__(
        self, names: MetricNames | None = None, pinned: Mapping[str, str] | None = None
    ) -> None:
        self._names = names
        self.pinned = dict(pinned or {})
        self._wanted: frozenset[str] = frozenset()
        self._asked: set[str | None] = set()
        self._present: dict[str | None, frozenset[str]] = {}
        self.settled = True

    def begin(self, profiles: Collection[Profile]) -> None:
        """Start a reading of all files: what exists is asked anew, when it is needed."""
        self._wanted = frozenset(one for profile in profiles for one in profile.requires)
        self._asked.clear()
        self.settled = True

    def choose(self, candidates: Sequence[Profile], data_source: str | None) -> Profile:
        """The first candidate whose metrics all exist; the first of all when none fits."""
        pinned = [p for p in candidates if self.pinned.get(p.system) == p.name]
        if pinned:
            return pinned[0]
        if len(candidates) > 1 and self._names is not None:
            present = self._existing(self._names, data_source)
            for profile in candidates:
                if present.issuperset(profile.requires):
                    return profile
            self.settled = False
        return candidates[0]

    def changed(self) -> bool:
        """Ask anew what exists where it was asked; whether that is more, or less, than before."""
        if self._names is None:
            return False
        before, sources = dict(self._present), tuple(self._asked)
        self._asked.clear()
        for data_source in sources:
            self._existing(self._names, data_source)
        return self._present != before

    def _existing(self, names: MetricNames, data_source: str | None) -> frozenset[str]:
        """What exists; what existed when last asked, if nobody answers now."""
        if data_source not in self._asked:
            self._asked.add(data_source)
            try:
                self._present[data_source] = names.existing(self._wanted, data_source)
            except EffectError:
                self.settled = False  # no answer is shown by the doctor and by every evaluation
        return self._present.get(data_source, frozenset())
