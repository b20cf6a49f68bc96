"""`entity_ratio`: how many of the entities are fine, as instant counts."""

from fireline.adapters.files.kinds.reading import Reading
from fireline.domain.slo.definition import EntityRatioSli

KEYS = ("good", "total")


def read(reading: Reading) -> EntityRatioSli | None:
    """The SLI."""
    good = reading.instant("good", "count(dataset_ok == 1) or 0 * count(dataset_ok)")
    total = reading.instant("total", "count(dataset_ok)")
    return EntityRatioSli(good, total) if good is not None and total is not None else None
