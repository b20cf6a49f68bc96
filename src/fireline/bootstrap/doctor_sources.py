"""What the doctor says of each data source: reachable, version, clock, how far back it keeps."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

import httpx

from fireline.adapters.prometheus.named import NamedSources, skew_words
from fireline.domain.errors import InvalidInputError
from fireline.domain.slo.definition import Slo
from fireline.domain.slo.wording import span_words
from fireline.usecases.source_health import SourceAnswer

PATIENCE_SECONDS = 1.0
MOST_TEXT = 1_000_000
BREAKER = re.compile(r'^fireline_source_breaker\{source="([^"]+)"\} ([0-9.]+)$', re.MULTILINE)
STATES = {"1.0": "half open", "2.0": "open"}


def running_breakers(metrics_url: str) -> Mapping[str, str]:
    """The breakers that are not closed in the bot that runs here, by data source.

    Nothing where none runs, or where its metrics are not to be had from here.
    """
    try:
        answer = httpx.get(metrics_url, timeout=PATIENCE_SECONDS, trust_env=False)
    except httpx.HTTPError:
        return {}
    found = BREAKER.findall(answer.text[:MOST_TEXT])
    return {name: STATES[level] for name, level in found if level in STATES}


def sources_found(
    sources: NamedSources,
    slos: Iterable[Slo],
    now: datetime,
    breakers: Mapping[str, str],
) -> Iterator[tuple[str, str | InvalidInputError]]:
    """Per data source its name and what is good to know, or what is wrong and what to do."""
    wanted = list(slos)
    for answer in sources.about(now):
        asked = [slo for slo in wanted if (slo.data_source or sources.default) == answer.name]
        try:
            yield answer.name, _told(answer, breakers.get(answer.name), asked, now)
        except InvalidInputError as error:
            yield answer.name, error


def _told(answer: SourceAnswer, breaker: str | None, slos: list[Slo], now: datetime) -> str:
    if answer.error is not None:
        raise InvalidInputError(answer.error)
    skewed = skew_words(answer.url, answer.skew_seconds)
    if skewed is not None:
        raise InvalidInputError(f"{skewed[0].upper()}{skewed[1:]}.")
    kept = answer.retention_seconds
    return "; ".join(
        [
            f"{answer.product or 'a Prometheus'} {answer.version or ''}".strip()
            + f" at {answer.url}",
            "clock agrees" if answer.skew_seconds is not None else "clock unknown",
            f"keeps {span_words(kept)}" if kept else "does not say how far back it keeps",
            f"{len(slos)} {'SLO' if len(slos) == 1 else 'SLOs'}",
            *_too_short(answer, slos, now),
            *([f"breaker of the running bot {breaker}"] if breaker else []),
        ]
    )


def _too_short(answer: SourceAnswer, slos: list[Slo], now: datetime) -> list[str]:
    """A hint where a new ledger cannot be filled; a full one needs no old samples."""
    kept = answer.retention_seconds
    moment = int(now.timestamp())
    reach = {slo.name: moment - slo.needed_from(moment) for slo in slos}
    if not kept or max(reach.values(), default=0) <= kept:
        return []
    name = max(reach, key=lambda known: reach[known])
    return [
        f"less than the {span_words(reach[name])} of {name}, provisional until its ledger fills"
    ]
