"""A replayed range of one SLO: what would have fired, and whether rightly."""

from datetime import datetime, timedelta

from fireline.adapters.slack import ids
from fireline.adapters.slack.blocks import kit
from fireline.adapters.slack.blocks.markup import (
    between,
    duration,
    esc,
    one_line,
    percent,
    plural,
    some,
    times,
    when,
)
from fireline.domain.backtest.changes import pair_words
from fireline.domain.backtest.replay import Fired, pages
from fireline.domain.backtest.scoring import Found, KnownIncident, Score
from fireline.domain.postmortem.small_n import share
from fireline.usecases.backtest import Backtest, Run
from fireline.usecases.backtest_views import tells_of

ALERTS, INCIDENTS, NOTES = 10, 10, 4


def backtest(found: Backtest, alt: str, chart_file: str | None) -> kit.Rendered:
    """Score first, then the picture, each alert, each incident, and what a change would do."""
    run, slo = found.runs[0], found.slos[0]
    title = f"Backtest of {slo.title or slo.name}"
    period = f"{when(found.start)} to {when(found.end)}, every {found.step // 60} min"
    blocks: list[kit.Block | None] = [
        kit.header(title),
        kit.section(_score_words(run)),
        kit.context(f"{period} \u00b7 replayed from Prometheus by the team's policy"),
        kit.image(chart_file, alt) if chart_file else None,
        _alerts(run, found.end),
        _incidents(run.score) if run.score else None,
    ]
    if found.suggestion is not None and found.suggestion.trials:
        blocks.append(kit.section(f":bulb: {one_line(found.suggestion.sentence, 900)}"))
    if found.notes:
        blocks.append(kit.context(*(one_line(note, 300) for note in found.notes[:NOTES])))
    blocks.append(kit.actions([kit.button("Show the SLO", ids.SHOW_SLO, slo.name)]))
    return kit.rendered(alt, blocks)


def _score_words(run: Run) -> str:
    woken = pages(run.alerts)
    words = f"*{plural(len(run.alerts), 'alert')}* would have fired: {plural(woken, 'page')},"
    words += f" {plural(len(run.alerts) - woken, 'ticket')}"
    score = run.score
    if score is None:
        return words
    alerts, judged = len(run.alerts), len(score.found) + len(score.missed)
    words += f"\nIncidents found {share(len(score.found), judged, 'none on record')}"
    words += f" \u00b7 true alerts {share(len(score.true), alerts, 'no alert')}"
    if score.median_delay is not None:
        words += f" \u00b7 median delay {_span(score.median_delay)}"
    return words


def _alerts(run: Run, end: datetime) -> kit.Block | None:
    if not run.alerts:
        return None
    tells = tells_of(run.score) if run.score else {}
    lines = [_alert(f, tells.get(f.ref, ()), end) for f in run.alerts]
    return kit.section("*Alerts*\n" + some(lines, ALERTS, 2700))


def _alert(fired: Fired, incidents: tuple[str, ...], end: datetime) -> str:
    episode = fired.episode
    told = f"told of {esc(', '.join(incidents))}" if incidents else "*false*"
    grown = ", then page" if fired.escalated_at else ""
    lasted = between(episode.opened_at, fired.until(end))
    still = "" if episode.closed_at else ", still open"
    delay = "burned before" if fired.at_start else f"delay {_span(fired.delay)}"
    return (
        f"{when(episode.opened_at)} {pair_words(fired.pair)}{grown}: {told} \u00b7 {delay}"
        f" \u00b7 lasted {lasted}{still} \u00b7 peak {times(episode.peak_burn)}"
        f" \u00b7 {percent(fired.remaining)} budget left"
    )


def _incidents(score: Score) -> kit.Block | None:
    missed = [_missed(incident) for incident in score.missed]
    lines = missed + [_found(found) for found in score.found]
    if not lines:
        return None
    return kit.section("*Incidents*\n" + some(lines, INCIDENTS, 2700))


def _missed(incident: KnownIncident) -> str:
    if incident.withheld:
        return ":warning: a restricted incident: no alert"
    return f":warning: {esc(incident.ref)}: no alert ({when(incident.start)})"


def _found(found: Found) -> str:
    if found.incident.withheld:
        return ":white_check_mark: a restricted incident"
    delay = found.delay or timedelta()
    side = "after" if delay >= timedelta() else "before"
    ref = esc(found.incident.ref)
    return f":white_check_mark: {ref}: {_span(abs(delay))} {side} its start"


def _span(length: timedelta) -> str:
    return duration(length.total_seconds())
