"""`time_slice`: a gauge that is compared with a number once per slice."""

import re

from fireline.adapters.files.kinds.reading import Reading
from fireline.domain.slo.definition import TimeSliceSli

KEYS = ("value", "good", "slice")
GOOD = re.compile(r"(<=|>=|==|!=|<|>)\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)")
SLICE = 60


def read(reading: Reading) -> TimeSliceSli | None:
    """The SLI; value and comparison stay apart, so that bad and absent can be told apart."""
    value = reading.instant("value", "max(lag_seconds)")
    good = reading.fields.text("good", example='"<= 120"')
    size = reading.slice(SLICE)
    if good is None or value is None or size is None:
        return None
    match = GOOD.fullmatch(good.value)
    if match is None:
        reading.findings.error(
            good.line,
            "good",
            f'`good` is `{good.value}`; write a comparison with a number, such as "<= 120".',
        )
        return None
    return TimeSliceSli(value, match[1], float(match[2]), size)
