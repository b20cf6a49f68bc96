"""Calls of Alertmanager's webhook, as it writes them."""

import json
from datetime import datetime
from typing import Any

from fireline.adapters.alertmanager.payload import notification
from fireline.domain.alertmanager.alerts import Notification

BEGAN = "2026-11-22T02:04:01.653956789Z"
NEVER = "0001-01-01T00:00:00Z"
LABELS = {
    "alertname": "ErrorBudgetBurn",
    "burn_rate": "14.4",
    "cluster": "dev",
    "severity": "page",
    "slo": "dbt-freshness",
}


def an_alert(inst: str = "a", ended: str = "", began: str = BEGAN, **labels: str) -> dict[str, Any]:
    """One alert; `ended` is when, empty while it fires."""
    return {
        "status": "resolved" if ended else "firing",
        "labels": {**LABELS, "inst": inst, **labels},
        "annotations": {"runbook_url": "https://rb.test/dbt", "summary": "Burning dbt-freshness"},
        "startsAt": began,
        "endsAt": ended or NEVER,
        "generatorURL": "http://prometheus.test:9090/graph?g0.expr=vector%281%29&g0.tab=1",
        "fingerprint": f"fp-{inst}",
    }


def a_call(*alerts: dict[str, Any], slo: str = "dbt-freshness", **changes: Any) -> dict[str, Any]:
    """A call about these alerts, grouped by alertname and slo."""
    common = {**LABELS, "slo": slo}
    return {
        "version": "4",
        "groupKey": f'{{}}:{{alertname="ErrorBudgetBurn", slo="{slo}"}}',
        "truncatedAlerts": 0,
        "status": "firing" if any(a["status"] == "firing" for a in alerts) else "resolved",
        "receiver": "bot",
        "groupLabels": {"alertname": "ErrorBudgetBurn", "slo": slo},
        "commonLabels": common,
        "commonAnnotations": alerts[0]["annotations"] if alerts else {},
        "externalURL": "http://alertmanager.test:9093",
        "alerts": [{**a, "labels": {**a["labels"], "slo": slo}} for a in alerts],
        **changes,
    }


def said(*alerts: dict[str, Any], **changes: Any) -> Notification:
    """The same as the domain reads it."""
    return notification(json.dumps(a_call(*alerts, **changes)).encode())


def at(text: str) -> datetime:
    """A time of 22 November 2026, such as `02:10:30`."""
    return datetime.fromisoformat(f"2026-11-22T{text}+00:00")
