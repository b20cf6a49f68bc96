"""A backtest as tables for a terminal, and as one JSON document."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from rich.table import Table

from fireline.bootstrap.backtest import Answered
from fireline.cli.output import results
from fireline.domain.backtest.changes import pair_words
from fireline.domain.backtest.replay import Fired, pages
from fireline.domain.backtest.scoring import Found, Score
from fireline.domain.postmortem.small_n import share
from fireline.domain.slo.wording import span_words
from fireline.usecases.backtest import Backtest, Run
from fireline.usecases.backtest_views import backtest_json, headline, tells_of


def document(answered: Answered) -> dict[str, object]:
    """The JSON document."""
    return {**backtest_json(answered.found), "incidents_from": answered.incidents_from}


def show(answered: Answered) -> None:
    """Everything a person wants to know, on standard output."""
    found = answered.found
    _say(
        f"{found.start:%Y-%m-%d %H:%M} to {found.end:%Y-%m-%d %H:%M} UTC, {len(found.slos)} SLOs,"
        f" every {found.step // 60} min; incidents from {answered.incidents_from}"
    )
    for run in found.runs:
        _run(run, found.end)
    if len(found.runs) > 1:
        _say("")
        results.print(_side_by_side(found))
    if found.suggestion is not None:
        _say("")
        _say(found.suggestion.sentence)
        if found.suggestion.trials:
            results.print(_trials(found))
    for name, why in found.lacking.items():
        _say(f"not replayed: {name}: {why}")
    for note in found.notes:
        _say(f"note: {note}")


def _run(run: Run, end: datetime) -> None:
    _say("")
    _say(f"{run.name}: {headline(run)}")
    if run.alerts:
        results.print(_alerts(run, end))
    for line in _incident_lines(run):
        _say(line)


def _say(text: str) -> None:
    results.print(text, markup=False)


def _table(*columns: str) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


def _alerts(run: Run, end: datetime) -> Table:
    table = _table("opened", "SLO", "pair", "lasted", "peak", "budget left", "delay", "tells of")
    tells = tells_of(run.score) if run.score else {}
    for fired in run.alerts:
        episode = fired.episode
        lasted = _span(fired.until(end) - episode.opened_at)
        grown = ", then page" if fired.escalated_at else ""
        table.add_row(
            f"{episode.opened_at:%m-%d %H:%M}",
            episode.slo,
            f"{pair_words(fired.pair)}{grown}",
            lasted if episode.closed_at else f"{lasted}, still open",
            f"{episode.peak_burn:.1f}x",
            "unknown" if fired.remaining is None else f"{fired.remaining:.1%}",
            "burned before" if fired.at_start else _span(fired.delay),
            _told(fired, run.score, tells),
        )
    return table


def _told(fired: Fired, score: Score | None, tells: Mapping[str, tuple[str, ...]]) -> str:
    if score is None:
        return "?"
    return ", ".join(tells.get(fired.ref, ())) or "FALSE"


def _incident_lines(run: Run) -> Iterator[str]:
    score = run.score
    if score is None:
        return
    for found in score.found:
        yield _found_line(found)
    for incident in score.missed:
        when = "" if incident.withheld else f"{incident.start:%m-%d %H:%M} {incident.title}"
        yield f"MISSED  {incident.ref}: {when}".rstrip(" :")
    for incident in score.unjudged:
        yield f"not judged  {incident.ref}: it concerns none of these SLOs"


def _found_line(found: Found) -> str:
    if found.incident.withheld:
        return f"found   {found.incident.ref}"
    first = found.alerts[0].episode
    delay = found.delay or timedelta()
    after = f"{_span(delay)} after" if delay >= timedelta() else f"{_span(-delay)} before"
    return f"found   {found.incident.ref}: {first.severity.value} {after} its start ({first.slo})"


def _side_by_side(found: Backtest) -> Table:
    table = _table("", *(run.name for run in found.runs))
    rows = [_figures(run) for run in found.runs]
    for name in rows[0]:
        table.add_row(name, *(row[name] for row in rows))
    return table


def _figures(run: Run) -> dict[str, str]:
    woken = pages(run.alerts)
    figures = {"pages": str(woken), "tickets": str(len(run.alerts) - woken)}
    score = run.score
    if score is not None:
        alerts, judged = len(run.alerts), len(score.found) + len(score.missed)
        figures |= {
            "false alerts": str(len(score.false)),
            "precision": share(len(score.true), alerts, "no alert"),
            "recall": share(len(score.found), judged, "no incident"),
            "median delay": _span(score.median_delay),
        }
    return figures


def _trials(found: Backtest) -> Table:
    table = _table("change tried", "alerts", "false", "found", "missed", "median delay")
    now = found.runs[0].score
    if now is not None:
        table.add_row("none (as it is)", *_counts(now))
    for trial in found.suggestion.trials if found.suggestion else ():
        best = found.suggestion is not None and trial is found.suggestion.best
        table.add_row(trial.change.words, *_counts(trial.score), style="bold" if best else "")
    return table


def _counts(score: Score) -> tuple[str, ...]:
    alerts = len(score.true) + len(score.false)
    numbers = (alerts, len(score.false), len(score.found), len(score.missed))
    return (*map(str, numbers), _span(score.median_delay))


def _span(length: timedelta | None) -> str:
    return "unknown" if length is None else span_words(length.total_seconds())
