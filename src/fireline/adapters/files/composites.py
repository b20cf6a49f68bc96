"""Composites held against their parts, once all files are read."""

from collections.abc import Mapping

from fireline.adapters.files.slo_document import Read
from fireline.adapters.files.yaml_fields import nearest
from fireline.domain.slo.definition import (
    CompositeSli,
    Family,
    Method,
    SlicedRatioSli,
    Slo,
    TimeSliceSli,
)
from fireline.domain.slo.wording import window_words

BUCKET = 300


def problem_of(read: Read, slos: Mapping[str, Slo]) -> str | None:
    """Why the composite cannot be computed from its parts, if it cannot."""
    sli = read.slo.sli
    if not isinstance(sli, CompositeSli):
        return None
    parts = []
    for part in sli.parts:
        found = slos.get(part.slo)
        if found is None:
            near = nearest(part.slo, (name for name in slos if name != read.slo.name))
            meant = f"did you mean `{near}`?" if near else "give the file with that SLO too."
            return f"there is no SLO `{part.slo}` to be a part; {meant}"
        if isinstance(found.sli, CompositeSli):
            return f"the part `{part.slo}` is a composite itself; name its parts instead."
        parts.append(found)
    return _unlike(read.slo, sli.method, parts)


def _unlike(slo: Slo, method: Method, parts: list[Slo]) -> str | None:
    """What keeps these parts from being seen as one."""
    for part in parts:
        if (part.window, part.calendar) != (slo.window, slo.calendar):
            return (
                f"the part `{part.name}` has the window {_window(part)} and the composite "
                f"{_window(slo)}; all must have one window."
            )
        if part.data_source != slo.data_source:
            return f"the part `{part.name}` has another `data_source`; all must have one."
        if part.zero_tolerance:
            return f"the part `{part.name}` has no error budget that could be weighed."
    families = {part.family for part in parts}
    if Family.DEADLINES in families and len(families) > 1:
        return "deadlines can be joined with deadlines only: they count misses, once a day."
    if method is Method.OCCURRENCES:
        odd = next((p for p in parts if isinstance(p.sli, SlicedRatioSli)), None)
        return _other_method(odd, method) if odd else None
    return _unlike_slices(method, parts)


def _unlike_slices(method: Method, parts: list[Slo]) -> str | None:
    for part in parts:
        if _method(part) is not method:
            return _other_method(part, method)
        if _slice(part) % BUCKET:
            return f"the part `{part.name}` must have slices of whole 5m, such as `slice: 5m`."
        if _slice(part) != _slice(parts[0]):
            return f"`{part.name}` and `{parts[0].name}` must have slices of one length."
    return None


def _other_method(part: Slo, method: Method) -> str:
    return (
        f"the part `{part.name}` is not counted by the method `{method}`; all parts and the "
        "composite must have one method."
    )


def _method(part: Slo) -> Method:
    if isinstance(part.sli, SlicedRatioSli):
        return part.sli.method
    return Method.TIMESLICES if isinstance(part.sli, TimeSliceSli) else Method.OCCURRENCES


def _slice(part: Slo) -> int:
    if isinstance(part.sli, SlicedRatioSli | TimeSliceSli):
        return part.sli.slice_seconds
    return BUCKET


def _window(slo: Slo) -> str:
    if slo.calendar is None:
        return window_words(slo.window_seconds)
    return f"`{slo.calendar.unit}` in {slo.calendar.zone}"
