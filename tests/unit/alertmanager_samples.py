"""Alertmanager's alerts and silences as they are shown: usual ones, and the worst there can be."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from fireline.domain.alertmanager.alerts import EndedBy
from fireline.domain.runbook.runbook import RunbookHit
from fireline.usecases.external_alert_views import (
    ExternalAlertLine,
    ExternalAlertMessage,
    SilenceLine,
    SilenceList,
    SilencePreview,
)
from fireline.usecases.views import Message

NOW = datetime(2026, 11, 22, 2, 30, tzinfo=UTC)


def ago(minutes: int) -> datetime:
    return NOW - timedelta(minutes=minutes)


def an_alert_line(inst: str = "a", **changes: Any) -> ExternalAlertLine:
    line = ExternalAlertLine((("inst", inst),), "Burning dbt-freshness", ago(26))
    return replace(line, **changes)


def a_silence_line(**changes: Any) -> SilenceLine:
    line = SilenceLine(
        "s1",
        'alertname="ErrorBudgetBurn" slo="dbt-freshness"',
        "Ana Torres",
        NOW + timedelta(hours=2),
        "planned reload of the warehouse",
        incident_ref="INC-142",
    )
    return replace(line, **changes)


def an_external_alert(**changes: Any) -> ExternalAlertMessage:
    view = ExternalAlertMessage(
        group_id="g1",
        title="ErrorBudgetBurn \u00b7 dbt-freshness",
        summary="dbt-freshness burns 14.4x over 1 h",
        description="Models of the morning run land late. Look at the scheduler first.",
        labels=(("cluster", "prod"), ("severity", "page")),
        alerts=(
            an_alert_line("a"),
            an_alert_line("b", silenced=True),
            an_alert_line("c", ended_at=ago(14), ended_by=EndedBy.WEBHOOK),
        ),
        firing=2,
        ended=1,
        left_out=0,
        began=ago(26),
        page=True,
        slo="dbt-freshness",
        budget="Burning: 62 % of the budget left.",
        source_url="http://prometheus.test:9090/graph?g0.expr=up&g0.tab=1",
        alertmanager_url="http://alertmanager.test:9093",
        runbook_url="https://runbooks.test/dbt",
        silences=(a_silence_line(),),
    )
    return replace(view, **changes)


def usual_alertmanager() -> dict[str, Message]:
    ended = an_alert_line("a", ended_at=NOW, ended_by=EndedBy.POLL)
    hit = RunbookHit(
        "dbt-late", "dbt runs late", "dbt-late.md", "Symptoms", 9.0, "alert name", "Look"
    )
    return {
        "external_firing": an_external_alert(),
        "external_one": an_external_alert(
            alerts=(replace(an_alert_line(), labels=()),),
            firing=1,
            ended=0,
            silences=(),
            slo=None,
            page=False,
            runbook=hit,
        ),
        "external_unknown": an_external_alert(
            unknown_since=ago(12), known_at=ago(13), acknowledged_by="U1", acknowledged_at=ago(20)
        ),
        "external_cut": an_external_alert(
            alerts=tuple(an_alert_line(f"i{n}") for n in range(30)), firing=30, ended=0, left_out=12
        ),
        "external_recovered": an_external_alert(
            alerts=(ended,),
            firing=0,
            ended=1,
            closed_at=NOW,
            silences=(),
            incident_ref="INC-142",
            incident_channel="C0INC142",
        ),
        "silences": SilenceList(
            (a_silence_line(), a_silence_line(incident_ref=None, pending=True, created_by="cleo"))
        ),
        "silences_none": SilenceList(()),
    }


def worst_alertmanager(nasty: str) -> dict[str, Message]:
    pairs = ((nasty, nasty),) * 64
    alerts = (
        an_alert_line(labels=pairs, summary=nasty, inhibited=True),
        an_alert_line(labels=(), summary=nasty, ended_at=NOW, ended_by=EndedBy.POLL),
    ) * 500
    quiet = a_silence_line(
        id=nasty, matchers=nasty, created_by=nasty, reason=nasty, incident_ref=nasty
    )
    loud = an_external_alert(
        title=nasty,
        summary=nasty,
        description=nasty,
        labels=pairs,
        alerts=alerts,
        firing=500,
        ended=500,
        left_out=99999,
        slo=nasty,
        budget=nasty,
        source_url="https://x.test/" + "<!channel>|" * 100,
        alertmanager_url="javascript:" + nasty,
        runbook_url=nasty,
        runbook=RunbookHit(nasty, nasty, nasty, nasty, 1.0, nasty, nasty),
        silences=(quiet,) * 50,
        acknowledged_by=nasty,
        acknowledged_at=NOW,
        unknown_since=NOW,
        known_at=NOW,
    )
    return {
        "external": loud,
        "external_over": replace(
            loud, closed_at=NOW, incident_ref=nasty, incident_channel=nasty, firing=0
        ),
        "external_empty": an_external_alert(
            title="", summary="", description="", labels=(), alerts=(), silences=(), slo=None
        ),
        "silences": SilenceList((quiet,) * 300),
    }


def a_preview(**changes: Any) -> SilencePreview:
    view = SilencePreview(
        'alertname="ErrorBudgetBurn"',
        (an_alert_line(), an_alert_line("b")),
        ("ErrorBudgetBurn",),
        "it covers 2 SLOs: billing, orders",
    )
    return replace(view, **changes)


def a_rude_preview(nasty: str) -> SilencePreview:
    lines = (an_alert_line(labels=((nasty, nasty),), summary=nasty),) * 999
    return SilencePreview(nasty, lines, (nasty,) * 99, nasty, nasty)
