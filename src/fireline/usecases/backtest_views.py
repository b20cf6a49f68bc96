"""A backtest as it is shown: plain JSON values, and the picture of each budget."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import numpy as np

from fireline.domain.backtest.changes import pair_words
from fireline.domain.backtest.replay import Fired, Past, pages
from fireline.domain.backtest.scoring import Found, KnownIncident, Score
from fireline.domain.backtest.suggesting import Suggestion, Trial
from fireline.domain.policy.evaluation import evaluate
from fireline.domain.policy.policy import Policy
from fireline.domain.slo.wording import window_words
from fireline.usecases.backtest import Backtest, Run
from fireline.usecases.views import BacktestChart, BacktestPanel, ChartSpan, SpanKind

POINTS = 240
PANELS = 6

Json = dict[str, object]


def backtest_json(of: Backtest) -> Json:
    """Everything, with RFC 3339 times and null for what is not known."""
    return {
        "from": instant(of.start),
        "to": instant(of.end),
        "step_seconds": of.step,
        "slos": [slo.name for slo in of.slos],
        "lacking": dict(of.lacking),
        "notes": list(of.notes),
        "policies": [_run_json(run) for run in of.runs],
        "suggestion": _suggestion_json(of.suggestion) if of.suggestion else None,
    }


def _run_json(run: Run) -> Json:
    tells = tells_of(run.score) if run.score else {}
    woken = pages(run.alerts)
    return {
        "name": run.name,
        "pages": woken,
        "tickets": len(run.alerts) - woken,
        "alerts": [_alert_json(f, tells.get(f.ref, ()), run.score) for f in run.alerts],
        "score": _score_json(run.score) if run.score else None,
    }


def tells_of(score: Score) -> Mapping[str, tuple[str, ...]]:
    """The incidents that each alert told of, by the alert's name."""
    told: dict[str, tuple[str, ...]] = {}
    for found in score.found:
        for fired in found.alerts:
            told[fired.ref] = (*told.get(fired.ref, ()), found.incident.ref)
    return told


def _alert_json(fired: Fired, incidents: tuple[str, ...], score: Score | None) -> Json:
    episode = fired.episode
    return {
        "ref": fired.ref,
        "slo": episode.slo,
        "severity": episode.severity.value,
        "pair": pair_words(fired.pair),
        "long_seconds": fired.pair.long_seconds,
        "short_seconds": fired.pair.short_seconds,
        "factor": round(fired.pair.factor, 6),
        "first_bad_at": instant(episode.first_bad_at),
        "opened_at": instant(episode.opened_at),
        "escalated_at": instant(fired.escalated_at),
        "closed_at": instant(episode.closed_at),
        "delay_seconds": fired.delay.total_seconds(),
        "peak_burn": round(episode.peak_burn, 4),
        "budget_left": number(fired.remaining),
        "spent": number(episode.spent),
        "burned_at_start": fired.at_start,
        "incidents": list(incidents),
        "false": not incidents if score else None,
    }


def _score_json(score: Score) -> Json:
    return {
        "true_alerts": len(score.true),
        "false_alerts": [fired.ref for fired in score.false],
        "found": [_found_json(found) for found in score.found],
        "missed": [_incident_json(incident) for incident in score.missed],
        "not_judged": [_incident_json(incident) for incident in score.unjudged],
        **_figures_json(score),
    }


def _figures_json(score: Score) -> Json:
    return {
        "precision": number(score.precision),
        "recall": number(score.recall),
        "median_delay_seconds": seconds(score.median_delay),
    }


def _incident_json(incident: KnownIncident) -> Json:
    return {
        "ref": incident.ref,
        "title": incident.title,
        "start": None if incident.withheld else instant(incident.start),
        "end": None if incident.withheld else instant(incident.end),
    }


def _found_json(found: Found) -> Json:
    alerts = [fired.ref for fired in found.alerts]
    delay = None if found.incident.withheld else seconds(found.delay)
    return {**_incident_json(found.incident), "delay_seconds": delay, "alerts": alerts}


def _suggestion_json(of: Suggestion) -> Json:
    return {
        "sentence": of.sentence,
        "best": of.best.change.words if of.best else None,
        "trials": [_trial_json(trial) for trial in of.trials],
    }


def _trial_json(trial: Trial) -> Json:
    score = trial.score
    return {
        "change": trial.change.words,
        "alerts": len(score.true) + len(score.false),
        "pages": score.pages,
        "false_alerts": len(score.false),
        "found": len(score.found),
        "missed": len(score.missed),
        **_figures_json(score),
    }


def backtest_chart(of: Backtest, policy: Policy) -> BacktestChart:
    """The budget of each SLO over the range with alerts, incidents and maintenance in it."""
    run = of.runs[0]
    alerts = {slo.name: [f for f in run.alerts if f.episode.slo == slo.name] for slo in of.slos}
    pasts = sorted(of.replayed.pasts, key=lambda p: (-len(alerts[p.slo.name]), p.slo.name))
    panels = tuple(_panel(of, past, policy, alerts[past.slo.name]) for past in pasts[:PANELS])
    left_out = len(pasts) - len(panels)
    title = f"Backtest of {run.name}, {of.start:%-d %b} to {of.end:%-d %b %Y}"
    rest = f" {left_out} more SLOs are not drawn." if left_out else ""
    return BacktestChart(title, f"{title}. {headline(run)}{rest}", panels, left_out)


def _panel(of: Backtest, past: Past, policy: Policy, alerts: list[Fired]) -> BacktestPanel:
    edges = of.replayed.edges[of.replayed.edges > of.start.timestamp()]
    some = edges[np.unique(np.linspace(0, len(edges) - 1, POINTS).astype(np.int64))]
    left = [evaluate(past.reading(int(edge)), policy).remaining for edge in some]
    spans = [
        ChartSpan(SpanKind.INCIDENT, i.start, i.end or of.end, i.ref)
        for i in of.replayed.incidents
        if i.concerns(past.slo) and not i.withheld
    ]
    score = of.runs[0].score
    false = {fired.ref for fired in score.false} if score else set()
    spans += [_alert_span(fired, of.end, false=fired.ref in false) for fired in alerts]
    spans += [
        ChartSpan(
            SpanKind.MAINTENANCE,
            datetime.fromtimestamp(e.start, UTC),
            datetime.fromtimestamp(e.end, UTC),
            e.reason,
        )
        for e in past.exclusions
    ]
    words = f"{past.slo.title}: {past.slo.objective.normalize():f} % over "
    return BacktestPanel(
        title=words + window_words(past.slo.window_seconds),
        times=some.astype(np.float64),
        remaining=np.array([np.nan if r is None else r for r in left]),
        spans=tuple(spans),
    )


def _alert_span(fired: Fired, end: datetime, *, false: bool) -> ChartSpan:
    episode = fired.episode
    kind = SpanKind.FALSE if false else SpanKind(episode.severity.value)
    return ChartSpan(kind, episode.opened_at, fired.until(end), episode.severity.value)


def headline(run: Run) -> str:
    """How a policy did, in one sentence of counts."""
    woken = pages(run.alerts)
    text = f"{len(run.alerts)} alerts ({woken} pages, {len(run.alerts) - woken} tickets)"
    score = run.score
    if score is None:
        return f"{text}; no incidents were given to hold them against."
    judged = len(score.found) + len(score.missed)
    text += f": {len(score.true)} told of an incident, {len(score.false)} were false;"
    return f"{text} {len(score.found)} of {judged} incidents found."


def instant(at: datetime | None) -> str | None:
    """RFC 3339 in UTC."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" if at is not None else None


def number(value: float | None) -> float | None:
    """A figure for JSON."""
    return None if value is None else round(value, 6)


def seconds(span: timedelta | None) -> float | None:
    """A duration for JSON."""
    return span.total_seconds() if span is not None else None
