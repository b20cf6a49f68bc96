"""Definitions with exact growth written out, for those who cannot ask twice, such as rules."""

from dataclasses import replace
from typing import Any

from fireline.adapters.prometheus.growth import Way, feed_of, filled, rewritten
from fireline.domain.slo.buckets import BUCKET_SECONDS
from fireline.domain.slo.definition import Newborn, RatioSli, SlicedRatioSli, Slo


def exactly(slo: Slo) -> Slo:
    """The SLO with the expressions that the ledger is filled by, over one bucket or slice."""
    sli = slo.sli
    if isinstance(sli, RatioSli):
        way = Way.ALL if sli.newborn is Newborn.COUNT else Way.SINCE
        seconds = BUCKET_SECONDS
    elif isinstance(sli, SlicedRatioSli):
        way, seconds = Way.SINCE, sli.slice_seconds
    else:
        return slo
    changed: dict[str, Any] = {
        part: filled(rewritten(expr, way), seconds)
        for part in ("good", "bad", "total", "raw")
        if (expr := getattr(sli, part, None)) is not None and feed_of(expr).exact
    }
    return replace(slo, sli=replace(sli, **changed)) if changed else slo
