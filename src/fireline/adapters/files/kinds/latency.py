"""`latency`: requests at or below a threshold, from a histogram."""

import re
from decimal import Decimal, InvalidOperation

from fireline.adapters.files import values
from fireline.adapters.files.expressions import check_value
from fireline.adapters.files.kinds.ratio import newborn
from fireline.adapters.files.kinds.reading import Reading
from fireline.domain.slo.definition import LatencySli

KEYS = ("histogram", "threshold", "native", "newborn")
SELECTOR = re.compile(r"([A-Za-z_:][A-Za-z0-9_:]*)\s*(?:\{(.*)\})?", re.DOTALL)
LENGTH = re.compile(r"(\d+(?:\.\d+)?)\s*(us|ms|s|m|h)?")
SECONDS = {
    "us": Decimal("0.000001"),
    "ms": Decimal("0.001"),
    "s": Decimal(1),
    "m": Decimal(60),
    "h": Decimal(3600),
}
# What one second is in the unit that a histogram's name ends with; seconds where it says none.
UNITS = {
    "_milliseconds": Decimal(1000),
    "_millis": Decimal(1000),
    "_ms": Decimal(1000),
    "_microseconds": Decimal(1000000),
}
OWN_SUFFIXES = ("_bucket", "_count", "_sum")


def read(reading: Reading) -> LatencySli | None:
    """The SLI with the expressions that count good and all requests."""
    native = values.switch(reading.fields, "native", reading.findings)
    born = newborn(reading)
    histogram = _histogram(reading)
    bound = _bound(reading, histogram) if histogram else None
    if histogram is None or bound is None or born is None:
        return None
    name, matchers = _taken_apart(histogram)
    good, total = (_native if native else _classic)(name, matchers, bound)
    return LatencySli(
        total=total,
        good=good,
        newborn=born,
        histogram=histogram,
        threshold=float(bound),
        native=native,
    )


def _histogram(reading: Reading) -> str | None:
    """The selector; a suffix that the parts of a histogram have is an error."""
    example = 'http_request_duration_seconds{job="api"}'
    expr = reading.expression("histogram", check_value, example)
    if expr is None:
        return None
    line = reading.fields.key_lines["histogram"]
    match = SELECTOR.fullmatch(expr)
    if match is None:
        message = f"`histogram` must be a selector by name, such as `{example}`."
        reading.findings.error(line, "histogram", message)
        return None
    for suffix in OWN_SUFFIXES:
        if match[1].endswith(suffix):
            plain = expr.replace(match[1], match[1].removesuffix(suffix), 1)
            message = f"`histogram` is named without `{suffix}`; write `{plain}`."
            reading.findings.error(line, "histogram", message)
            return None
    return expr


def _bound(reading: Reading, histogram: str) -> Decimal | None:
    """The threshold in the histogram's own unit; a bare number is already in it."""
    text = reading.fields.text("threshold", example="500ms")
    if text is None:
        return None
    match = LENGTH.fullmatch(text.value)
    try:
        value = Decimal(match[1]) if match else Decimal(0)
    except InvalidOperation:
        value = Decimal(0)
    if match is None or value <= 0:
        message = f"`threshold` is `{text.value}`; write a length such as 500ms or 2s."
        reading.findings.error(text.line, "threshold", message)
        return None
    if match[2] is None:
        return value
    name, _ = _taken_apart(histogram)
    unit = next((size for suffix, size in UNITS.items() if name.endswith(suffix)), Decimal(1))
    return value * SECONDS[match[2]] * unit


def _taken_apart(histogram: str) -> tuple[str, str]:
    """The name, and the matchers without their braces."""
    match = SELECTOR.fullmatch(histogram)
    if match is None:
        return histogram, ""
    return match[1], (match[2] or "").strip().rstrip(",")


def _classic(name: str, matchers: str, bound: Decimal) -> tuple[str, str]:
    before = f"{matchers}," if matchers else ""
    forms = le_forms(bound)
    pattern = "|".join(re.escape(form).replace("\\", "\\\\") for form in forms)
    le = f'le="{forms[0]}"' if len(forms) == 1 else f'le=~"{pattern}"'
    total = f"{name}_count{{{matchers}}}" if matchers else f"{name}_count"
    good = f"{name}_bucket{{{before}{le}}}"
    return f"sum(increase({good}[$window]))", f"sum(increase({total}[$window]))"


def le_forms(bound: Decimal) -> tuple[str, ...]:
    """The ways in which clients write a bucket's bound, such as `1` and `1.0`."""
    plain = f"{bound.normalize():f}"
    return (plain, f"{plain}.0") if "." not in plain else (plain,)


def _native(name: str, matchers: str, bound: Decimal) -> tuple[str, str]:
    selector = f"{name}{{{matchers}}}" if matchers else name
    total = f"histogram_count(sum(increase({selector}[$window])))"
    share = f"histogram_fraction(0, {bound.normalize():f}, sum(rate({selector}[$window])))"
    return f"{share} * {total}", total
