"""Composite SLOs: made of the readings of their parts, never asked for themselves."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from fireline.domain.slo.buckets import BUCKET_SECONDS, Bucket, BucketFlag, BucketSeries
from fireline.domain.slo.composite import CompositeSums, Share, joined_series
from fireline.domain.slo.definition import CompositeSli, Method, Slo
from fireline.domain.slo.exclusions import Exclusion, part_without
from fireline.domain.slo.ledger import first_known, floor_edge, series_of
from fireline.domain.slo.reading import Reading


def asked_for(slos: Iterable[Slo]) -> list[Slo]:
    """The SLOs that the source is asked for, in order."""
    return [slo for slo in slos if not isinstance(slo.sli, CompositeSli)]


def joined_of(slos: Iterable[Slo]) -> list[Slo]:
    """The composites among them."""
    return [slo for slo in slos if isinstance(slo.sli, CompositeSli)]


def part_names(slo: Slo) -> tuple[str, ...]:
    """Of whom a composite is made; nobody for any other kind."""
    return tuple(p.slo for p in slo.sli.parts) if isinstance(slo.sli, CompositeSli) else ()


def with_parts(slos: Iterable[Slo], known: Mapping[str, Slo]) -> list[Slo]:
    """The SLOs, and after them the parts of composites that are not among them."""
    found = {slo.name: slo for slo in slos}
    for slo in list(found.values()):
        found.update({n: known[n] for n in part_names(slo) if n in known and n not in found})
    return list(found.values())


def lacking_parts(
    slo: Slo, readings: Mapping[str, Reading], errors: Mapping[str, str]
) -> str | None:
    """Why a composite cannot be told now; None when all of its parts can.

    Args:
        slo: the composite.
        readings: of all SLOs that could be asked for.
        errors: of those that could not.
    """
    for name in part_names(slo):
        if name in readings:
            continue
        if name in errors:
            return f"part {name}: {errors[name]}"
        return f"part {name} is no SLO with data of its own; correct `parts` in its definition."
    return None


def composite_reading(
    slo: Slo,
    readings: Mapping[str, Reading],
    at: datetime,
    exclusions: tuple[Exclusion, ...] = (),
) -> Reading:
    """A composite at the instant at which all its parts were read; it is as old as the oldest.

    Maintenance of a part is taken out of that part, the composite's own `exclusions` of all parts,
    as far as the composite goes.
    """
    sli = slo.sli
    if not isinstance(sli, CompositeSli):
        return readings[slo.name]
    parts = [(_without(readings[part.slo], exclusions), part.weight) for part in sli.parts]
    series = _series(slo, sli.method, parts)
    shares, open_part = None, None
    if sli.method is Method.OCCURRENCES:
        each = [Share(r.slo.budget_fraction, weight, r.sums) for r, weight in parts]
        shares = CompositeSums(slo.budget_fraction, each, series)
    else:
        open_part = _open_part(slo, sli.method, parts, at)
    newest = [reading.newest for reading, _ in parts]
    return Reading(
        slo=slo,
        series=series,
        at=at,
        open_part=open_part,
        history_start=first_known(series),
        newest_sample=min((n for n in newest if n is not None), default=None),
        warnings=tuple(f"{r.slo.name}: {said}" for r, _ in parts for said in _said(r)),
        scrape_interval=max(reading.scrape_interval for reading, _ in parts),
        shares=shares,
        raw_counts=_raw_counts(slo, [reading for reading, _ in parts], at),
    )


def _without(reading: Reading, exclusions: tuple[Exclusion, ...]) -> Reading:
    """A part with more maintenance left out than its own."""
    more = tuple(e for e in exclusions if e not in reading.exclusions)
    return replace(reading, exclusions=(*reading.exclusions, *more)) if more else reading


def _raw_counts(slo: Slo, parts: list[Reading], at: datetime) -> tuple[float, float] | None:
    """Good and total with the parts' maintenance counted; None where no part has any."""
    if not any(reading.masked for reading in parts):
        return None
    raw = {r.slo.name: replace(r, exclusions=(), raw_counts=None) for r in parts}
    return composite_reading(slo, raw, at).budget_counts


def _series(slo: Slo, method: Method, parts: list[tuple[Reading, float]]) -> BucketSeries:
    """The joined buckets: of the budget window, or where they are counts, all there are."""
    occurrences = method is Method.OCCURRENCES
    each = [(r.counted if occurrences else r.reached, r.slo, weight) for r, weight in parts]
    return joined_series(slo, method, each)


def _said(reading: Reading) -> tuple[str, ...]:
    return reading.warnings if reading.has_data or reading.warnings else ("no data",)


def _open_part(
    slo: Slo, method: Method, parts: list[tuple[Reading, float]], at: datetime
) -> Bucket | None:
    """What happened since the last edge; None when it is not known of every part."""
    edge = floor_edge(int(at.timestamp()))
    each = []
    for reading, weight in parts:
        part = part_without(reading.open_part, reading.exclusions)
        if part is None or part.start != edge:
            return None
        each.append((series_of([part]), reading.slo, weight))
    joined = joined_series(slo, method, each)
    if joined.end != edge + BUCKET_SECONDS or joined.flags[0] & BucketFlag.MISSING:
        return None
    return Bucket(edge, float(joined.good[0]), float(joined.total[0]))
