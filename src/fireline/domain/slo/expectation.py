"""How much there should have been, for the kinds of SLI whose number is known beforehand."""

from fireline.domain.slo.buckets import BUCKET_SECONDS
from fireline.domain.slo.calendar import slots
from fireline.domain.slo.definition import DeadlineSli, SlicedRatioSli, Slo, TimeSliceSli


def expected_units(slo: Slo, start: int, end: int) -> float:
    """Slices or deadlines that fall into `(start, end]` (epoch seconds); 0 where nobody can know.

    Entities are expected to be as many as they are, so a stretch unseen says nothing of them.
    """
    if end <= start:
        return 0.0
    if isinstance(slo.sli, DeadlineSli):
        return float(len(slots(slo.sli, start, end)))
    if isinstance(slo.sli, TimeSliceSli | SlicedRatioSli):
        return (end - start) / slo.sli.slice_seconds
    return 0.0


def expected_buckets(slo: Slo, start: int, end: int) -> float:
    """How many buckets of `(start, end]` should hold data: all, or those of the deadlines."""
    if isinstance(slo.sli, DeadlineSli):
        return float(len(slots(slo.sli, start, end))) if end > start else 0.0
    return max(0, end - start) / BUCKET_SECONDS
