"""Alerts of every kind as most people will see them, and at their worst."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from fireline.domain.slo.alerting.group import Mark
from fireline.domain.slo.alerting.noise import Noise
from fireline.domain.slo.status import AlertKind, BudgetState, BurnSeverity, DataState
from fireline.usecases.views import (
    AlertHistory,
    AlertLine,
    AlertMember,
    AlertMembers,
    AlertMessage,
    AlertReply,
    Message,
    Particulars,
    SloLine,
)

NOW = datetime(2026, 11, 23, 2, 21, tzinfo=UTC)
PAGE, TICKET = BurnSeverity.PAGE, BurnSeverity.TICKET
RULE = "no changes but fixes; an exception needs a decision on record"
BLIND: dict[str, Any] = {
    "data_state": DataState.STALE,
    "sentence": "stopped 02:05 UTC, 16 min ago",
    "burns": (),
    "burning": (),
}


def a_member(line: SloLine, **changes: Any) -> AlertMember:
    """A page of one SLO."""
    given: dict[str, Any] = {
        "kind": AlertKind.BURN,
        "severity": PAGE,
        "opened_at": NOW - timedelta(minutes=16),
    }
    return AlertMember(line, **{**given, **changes})


def members(line: SloLine, count: int, **changes: Any) -> tuple[AlertMember, ...]:
    """Many, worst first."""
    tables = ("orders", "customers", "payments", "refunds", "shipments", "returns", "invoices")
    return tuple(
        a_member(
            replace(
                line,
                name=f"{tables[n % 7]}-rows-valid-{n}",
                title=f"{tables[n % 7].capitalize()} rows are valid ({n})",
                tier=min(2, n // 3),
                remaining=0.02 + n / count,
            ),
            **changes,
        )
        for n in range(count)
    )


def usual_alerts(alert: AlertMessage) -> dict[str, Message]:
    """From an alert of one burning SLO to every kind there is."""
    line = alert.slo
    calm = replace(line, burning=(), burns=())
    spent = replace(calm, remaining=-0.12, budget_state=BudgetState.EXHAUSTED)
    soon = NOW + timedelta(minutes=40)
    due = replace(
        calm, particulars=Particulars(misses_left=1, next_deadline=soon, landed=False, at_risk=True)
    )
    stale = replace(line, **BLIND)
    absent = replace(
        stale,
        data_state=DataState.NO_DATA,
        remaining=None,
        budget_state=BudgetState.UNKNOWN,
        sentence="no data since definition: check the metric names",
    )
    many = members(line, 300)
    some = (*many[:9], replace(many[9], closed_at=NOW, spent=0.031))
    upstream = "dataset raw_orders"
    grouped = replace(
        alert,
        slo=many[0].slo,
        members=many,
        upstream=upstream,
        mention=("S0ONCALL1",),
        chart=None,
    )

    def other(kind: AlertKind, slo: SloLine, **changes: Any) -> AlertMessage:
        one = a_member(slo, kind=kind, severity=TICKET)
        given: dict[str, Any] = {
            "slo": slo,
            "kind": kind,
            "severity": TICKET,
            "members": (one,),
            "rule": RULE,
        }
        return replace(alert, pair=None, chart=None, **{**given, **changes})

    blind = members(stale, 30, kind=AlertKind.STALE, severity=TICKET)
    down = other(
        AlertKind.SOURCE_DOWN,
        blind[0].slo,
        members=blind,
        upstream="source default",
        error="Prometheus at http://prometheus:9090 did not answer within 20 s.",
        runbook=None,
    )
    done: dict[str, Any] = {
        "closed_at": NOW,
        "members": tuple(replace(m, closed_at=NOW, spent=0.04) for m in many),
    }
    return {
        "alert_mention": replace(alert, mention=("S0ONCALL1",)),
        "alert_no_id": replace(alert, mention=("@oncall-data-platform",)),
        "alert_spent": replace(alert, exhausted=True, rule=RULE, slo=replace(line, **_spent())),
        "alert_marked": replace(
            alert, closed_at=NOW, spent=0.041, mark=Mark.ACTIONABLE, marked_by="U1"
        ),
        "alert_group": grouped,
        "alert_group_taken": replace(
            grouped,
            members=some,
            acknowledged_by="U1",
            acknowledged_at=NOW,
            incident_ref="INC-142",
            incident_channel="C1",
        ),
        "alert_group_over": replace(grouped, **done),
        "alert_exhausted": other(AlertKind.EXHAUSTED, spent),
        "alert_regained": other(AlertKind.EXHAUSTED, calm, closed_at=NOW),
        "alert_stale": other(AlertKind.STALE, stale),
        "alert_absent": other(AlertKind.ABSENT, absent),
        "alert_stale_group": other(
            AlertKind.STALE, blind[0].slo, members=blind, upstream="source default", runbook=None
        ),
        "alert_data_back": other(AlertKind.STALE, calm, closed_at=NOW),
        "alert_deadline": other(AlertKind.DEADLINE_AT_RISK, due, severity=PAGE),
        "alert_source": down,
        "alert_source_over": replace(
            down, closed_at=NOW, members=(replace(blind[0], closed_at=NOW),)
        ),
        "alert_reminder": AlertReply(
            "alert:1",
            "300 SLOs of dataset raw_orders",
            NOW,
            NOW + timedelta(minutes=10),
            ("S0SECOND1",),
            2,
            3,
        ),
        "alert_escalated": AlertReply(
            "alert:1", "Orders are fresh", NOW, NOW, ("S0ONCALL1",), escalated=True
        ),
        "alert_members": AlertMembers("300 SLOs of dataset raw_orders", many),
        "alert_history": AlertHistory(
            "orders-freshness",
            "Orders are fresh",
            NOW - timedelta(days=30),
            (
                AlertLine(AlertKind.BURN, PAGE, NOW, None, None, None, "INC-142"),
                AlertLine(
                    AlertKind.STALE,
                    TICKET,
                    NOW - timedelta(days=2),
                    NOW - timedelta(days=1),
                    None,
                    Mark.NOT_ACTIONABLE,
                    None,
                ),
                AlertLine(
                    AlertKind.BURN,
                    TICKET,
                    NOW - timedelta(days=9),
                    NOW - timedelta(days=8),
                    0.12,
                    Mark.ACTIONABLE,
                    "INC-120",
                ),
            ),
            Noise(5, 2, 3, 2),
        ),
        "alert_no_history": AlertHistory(
            "orders-freshness", "Orders are fresh", NOW - timedelta(days=30), (), Noise()
        ),
    }


def _spent() -> dict[str, Any]:
    return {"remaining": -0.12, "budget_state": BudgetState.EXHAUSTED}


def worst_alerts(alert: AlertMessage, nasty: str) -> dict[str, Message]:
    """With the longest and rudest content."""
    member = AlertMember(alert.slo, AlertKind.BURN, PAGE, NOW, exhausted=True)
    ended = replace(member, closed_at=NOW, spent=9.9)
    rude = replace(
        alert,
        rule=nasty,
        error=nasty,
        mention=(nasty,) * 9,
        upstream=nasty,
        marked_by=nasty,
        mark=Mark.DUPLICATE,
        acknowledged_by=nasty,
    )
    line = AlertLine(AlertKind.SOURCE_DOWN, TICKET, NOW, NOW, 1e9, Mark.NOT_ACTIONABLE, nasty)
    kinds = {f"alert_{kind.value}": replace(rude, kind=kind) for kind in AlertKind}
    return {
        **kinds,
        "alert_many": replace(rude, members=(member,) * 500 + (ended,) * 500),
        "alert_many_over": replace(rude, members=(ended,) * 500, closed_at=NOW),
        "alert_source_many": replace(
            rude, kind=AlertKind.SOURCE_DOWN, members=(member,) * 500, upstream=f"source {nasty}"
        ),
        "alert_members": AlertMembers(nasty, (member, ended) * 500),
        "alert_reply": AlertReply(nasty, nasty, NOW, NOW, (nasty,) * 20, 1, 3),
        "alert_history": AlertHistory(nasty, nasty, NOW, (line,) * 200, Noise(1, 2, 3, 4)),
    }
