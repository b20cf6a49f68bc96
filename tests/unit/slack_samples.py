"""Views as they look on a usual night, and at their worst."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np

from fireline.domain.incident.incident import Incident, IncidentState, Role, Severity, Stamp
from fireline.domain.runbook.runbook import Runbook, RunbookHit, Step
from fireline.domain.slo.status import (
    BudgetState,
    BurnSeverity,
    DataState,
    PairReading,
    WindowBurn,
)
from fireline.usecases.home_views import MyIncident
from fireline.usecases.views import (
    ActionLine,
    ActionReminder,
    AlertMessage,
    Announcement,
    BudgetChart,
    FileMessage,
    Home,
    IncidentCard,
    IncidentLine,
    IncidentOverview,
    Message,
    Notice,
    ReviewDigest,
    RunbookPage,
    RunbookSuggestion,
    SloDetail,
    SloLine,
    SloList,
)
from tests.unit.alert_samples import usual_alerts, worst_alerts
from tests.unit.alertmanager_samples import usual_alertmanager, worst_alertmanager
from tests.unit.relation_samples import usual_relations, worst_relations

NOW = datetime(2026, 11, 23, 2, 21, tzinfo=UTC)
NASTY = "<!channel> & <script> *bold* `tick` | " + "x" * 3000
PAIR = PairReading(BurnSeverity.PAGE, 3600, 300, 14.4, 31.2, 44.0, firing=True)


def a_line(name: str = "orders-freshness", **changes: object) -> SloLine:
    line = SloLine(
        name=name,
        title="Orders are fresh",
        tier=0,
        data_state=DataState.OK,
        budget_state=BudgetState.AT_RISK,
        remaining=0.214,
        budget=432,
        unit="minutes",
        window_seconds=30 * 86400,
        sentence="21 % of the budget left; 340 of 432 bad minutes are used.",
        burns=(
            WindowBurn(300, 44.0, 5, 5),
            WindowBurn(3600, 31.2, 31, 60),
            WindowBurn(21600, 6.1, 40, 360),
            WindowBurn(259200, 1.2, 60, 4320),
        ),
        burning=(BurnSeverity.PAGE,),
        exhaustion_hours=2.3,
        runbook="orders-late",
    )
    return replace(line, **changes)  # type: ignore[arg-type]


def a_hit(**changes: object) -> RunbookHit:
    hit = RunbookHit(
        "orders-late",
        "Orders pipeline is late",
        "runbooks/orders-late.md",
        "Check the sensor",
        8.2,
        "named by the SLO",
        "Look at the newest run of the DAG orders_hourly",
    )
    return replace(hit, **changes)  # type: ignore[arg-type]


def a_chart() -> BudgetChart:
    zeros = np.zeros(2)
    return BudgetChart(
        "v1", "Orders are fresh", "Budget fell from 80 % to 21 %", zeros, zeros, zeros
    )


def an_alert(**changes: object) -> AlertMessage:
    message = AlertMessage(
        alert_id="EP1",
        slo=a_line(),
        service="orders-pipeline",
        objective="99 % of minutes fresher than 60 min",
        severity=BurnSeverity.PAGE,
        opened_at=NOW - timedelta(minutes=16),
        first_bad_at=NOW - timedelta(minutes=41),
        pair=PAIR,
        runbook=a_hit(),
    )
    return replace(message, **changes)  # type: ignore[arg-type]


def a_card(**changes: object) -> IncidentCard:
    card = IncidentCard(
        incident_id=142,
        version=3,
        ref="INC-142",
        title="Orders are three hours late",
        state=IncidentState.MITIGATING,
        severity=Severity.SEV1,
        severity_reason="tier-0 page-level burn of orders-freshness",
        tier=0,
        stamps={
            Stamp.IMPACT_STARTED: NOW - timedelta(minutes=41),
            Stamp.DECLARED: NOW - timedelta(minutes=11),
        },
        now=NOW,
        mttr_target_minutes=60,
        roles={Role.COMMANDER: "U1", Role.SCRIBE: "U2"},
        slos=(a_line(),),
        runbook=a_hit(),
        latest_notes=("02:18 ana: restarted the sensor", "02:20 ben: first partition lands"),
        actions=("ACT-7 ana: alert on sensor silence, due Tue 01 Dec",),
        channel_id="C1",
    )
    return replace(card, **changes)  # type: ignore[arg-type]


def an_incident_line(number: int = 142, **changes: object) -> IncidentLine:
    line = IncidentLine(
        incident_id=number,
        ref=f"INC-{number}",
        title="Orders are three hours late",
        severity=Severity.SEV2,
        state=IncidentState.INVESTIGATING,
        declared_at=NOW,
        restored_minutes=None,
        verified_minutes=None,
        elapsed_minutes=41,
        channel_id="C1",
        commander="U1",
        tier=0,
        target_minutes=60,
    )
    return replace(line, **changes)  # type: ignore[arg-type]


def an_action_line(number: int = 7, **changes: object) -> ActionLine:
    line = ActionLine(
        ref=f"ACT-{number}",
        id=number,
        text="Alert when the sensor is silent for 15 minutes",
        owner="U2",
        owner_name="ben",
        due=date(2026, 12, 1),
        overdue_days=0,
        incident_ref="INC-142",
    )
    return replace(line, **changes)  # type: ignore[arg-type]


def a_runbook(**changes: object) -> Runbook:
    book = Runbook(
        id="orders-late",
        title="Orders pipeline is late",
        path="runbooks/orders-late.md",
        owner="team-orders",
        tier=0,
        last_reviewed=date(2026, 9, 1),
        steps=(
            Step(
                "1", "check", "Is the DAG running?", "airflow dags list-runs -d orders", "running"
            ),
            Step(
                "2", "action", "Clear the sensor", "airflow tasks clear orders", "", dangerous=True
            ),
        ),
        body="# Orders late\nCheck the sensor.",
    )
    return replace(book, **changes)  # type: ignore[arg-type]


def a_digest(**changes: object) -> ReviewDigest:
    digest = ReviewDigest(
        week="2026-W47",
        period="16 to 22 November 2026, Europe/Berlin",
        headline="2 incidents, 9 of 11 objectives met, 1 action overdue",
        met={0: (3, 4), 1: (6, 7)},
        budgets=(a_line(), a_line("kafka-lag", remaining=0.8, budget_state=BudgetState.HEALTHY)),
        incidents=(
            an_incident_line(state=IncidentState.RESOLVED, restored_minutes=68.0),
            an_incident_line(143, severity=Severity.SEV3),
        ),
        actions=(an_action_line(overdue_days=3),),
        no_data=("dbt-tests",),
        markdown="# Review",
    )
    return replace(digest, **changes)  # type: ignore[arg-type]


def a_detail(**changes: object) -> SloDetail:
    detail = SloDetail(
        line=a_line(),
        objective="99 % of minutes fresher than 60 min",
        service="orders-pipeline",
        owner="team-orders",
        description="Orders reach the warehouse within the hour.",
        good=42_860,
        total=43_200,
        coverage=0.998,
        evaluated_at=NOW,
        pairs=(
            PAIR,
            replace(PAIR, severity=BurnSeverity.TICKET, firing=False, held="too few events"),
        ),
        runbook=a_hit(),
        open_episodes=("EP1",),
        chart=a_chart(),
        source="slo_definitions/orders.yaml:4",
    )
    return replace(detail, **changes)  # type: ignore[arg-type]


def an_incident(**changes: object) -> Incident:
    incident = Incident(
        id=142,
        title="Orders are three hours late",
        state=IncidentState.RESTORED,
        severity=Severity.SEV1,
        severity_reason="tier-0 page-level burn",
        tier=0,
        declared_by="U1",
        stamps={Stamp.DECLARED: NOW},
        channel_id="C1",
    )
    return replace(incident, **changes)  # type: ignore[arg-type]


def a_home(**changes: object) -> Home:
    view = Home(
        user="U2",
        incidents=(MyIncident(an_incident_line(), (Role.COMMANDER,)),),
        other_incidents=(an_incident_line(143, severity=Severity.SEV3),),
        actions=(an_action_line(overdue_days=3), an_action_line(8)),
        budgets=(a_line(), a_line("kafka-lag", remaining=0.8, budget_state=BudgetState.HEALTHY)),
        problems=(),
        now=NOW,
    )
    return replace(view, **changes)  # type: ignore[arg-type]


def usual() -> dict[str, Message]:
    """One message of every kind, as most people will see it."""
    unknown = a_line(
        "dbt-tests",
        data_state=DataState.NO_DATA,
        budget_state=BudgetState.UNKNOWN,
        remaining=None,
        burns=(),
        burning=(),
        sentence="Prometheus has no sample of this metric in 30 d.",
        exhaustion_hours=None,
    )
    early = a_card(state=IncidentState.INVESTIGATING, roles={}, latest_notes=(), actions=())
    return {
        **usual_alertmanager(),
        "alert": an_alert(),
        "alert_taken": an_alert(
            acknowledged_by="U1",
            acknowledged_at=NOW,
            snoozed_until=NOW,
            incident_ref="INC-142",
            incident_channel="C1",
        ),
        "alert_recovered": an_alert(closed_at=NOW, spent=0.041),
        **usual_alerts(an_alert()),
        **usual_relations(an_alert(), a_card()),
        "card_early": early,
        "card": a_card(),
        "card_restored": a_card(
            state=IncidentState.RESTORED,
            stamps={**a_card().stamps, Stamp.RESTORED: NOW + timedelta(minutes=30)},
        ),
        "card_resolved": a_card(
            state=IncidentState.RESOLVED,
            stamps={**a_card().stamps, Stamp.RESTORED: NOW, Stamp.RESOLVED: NOW},
            budget_cost={"orders-freshness": 0.31},
            postmortem_ready=True,
        ),
        "announcement": Announcement(
            142,
            "INC-142",
            "Orders are three hours late",
            IncidentState.MITIGATING,
            Severity.SEV1,
            "C1",
            "U1",
            NOW,
            "for 41 min so far",
            ("orders-freshness",),
        ),
        "suggestion": RunbookSuggestion("orders late", (a_hit(), a_hit(why="words: orders, late"))),
        "no_runbook": RunbookSuggestion("quantum flux", ()),
        "runbook": RunbookPage(a_runbook()),
        "reminder": ActionReminder("U2", (an_action_line(overdue_days=3), an_action_line(8))),
        "review": a_digest(),
        "slo_list": SloList((a_line(), unknown), (), NOW),
        "slo": a_detail(),
        "slo_no_data": a_detail(
            line=unknown, good=None, total=None, pairs=(), chart=None, coverage=0.0
        ),
        "overview": IncidentOverview((an_incident_line(), an_incident_line(143))),
        "notice": Notice("Done."),
        "file": FileMessage("a.md", "Postmortem", "# A", "Draft of INC-142"),
    }


def worst() -> dict[str, Message]:
    """Every kind of message with the longest and rudest content."""
    line = a_line(NASTY, title=NASTY, sentence=NASTY, runbook=NASTY)
    hit = a_hit(id=NASTY, title=NASTY, path=NASTY, section=NASTY, why=NASTY, first_step=NASTY)
    incident = an_incident_line(title=NASTY, commander=NASTY, channel_id=None)
    item = an_action_line(text=NASTY, owner=NASTY, evidence=NASTY)
    step = Step(NASTY, "check", NASTY, NASTY, NASTY, dangerous=True)
    held = replace(PAIR, held=NASTY)
    return {
        "alert": an_alert(
            slo=line, service=NASTY, objective=NASTY, runbook=hit, incident_ref=NASTY
        ),
        **worst_relations(an_alert(slo=line), a_card(), NASTY),
        **worst_alerts(an_alert(slo=line, service=NASTY, objective=NASTY, runbook=hit), NASTY),
        "alert_bare": an_alert(runbook=None, pair=None, slo=a_line(burns=(), remaining=None)),
        "card": a_card(
            title=NASTY,
            severity_reason=NASTY,
            slos=(line,) * 40,
            runbook=hit,
            latest_notes=(NASTY,) * 50,
            actions=(NASTY,) * 50,
            roles=dict.fromkeys(Role, NASTY),
        ),
        "card_empty": a_card(stamps={}, roles={}, slos=(), runbook=None, title=""),
        "announcement": Announcement(
            1,
            NASTY,
            NASTY,
            IncidentState.TRIAGE,
            Severity.SEV4,
            None,
            None,
            NOW,
            NASTY,
            (NASTY,) * 9,
        ),
        "suggestion": RunbookSuggestion(NASTY, (hit,) * 200, NASTY),
        "no_runbook": RunbookSuggestion(NASTY, ()),
        "runbook": RunbookPage(a_runbook(title=NASTY, path=NASTY, owner=NASTY, steps=(step,) * 80)),
        "runbook_body": RunbookPage(a_runbook(steps=(), body="```" + NASTY * 9)),
        "runbook_empty": RunbookPage(a_runbook(steps=(), body="", title="")),
        "reminder": ActionReminder("U2", (item,) * 200),
        "review": a_digest(
            week=NASTY,
            period=NASTY,
            headline=NASTY,
            budgets=(line,) * 200,
            incidents=(incident,) * 200,
            actions=(item,) * 200,
            no_data=(NASTY,) * 200,
        ),
        "review_empty": a_digest(met={}, budgets=(), incidents=(), actions=(), no_data=()),
        "slo_list": SloList((line,) * 200, (NASTY,) * 200, None),
        "slo_list_empty": SloList((), (), None),
        "slo": a_detail(
            line=line,
            objective=NASTY,
            service=NASTY,
            owner=NASTY,
            description=NASTY,
            pairs=(held,) * 30,
            runbook=hit,
            source=NASTY,
            error=NASTY,
        ),
        "overview": IncidentOverview((incident,) * 200),
        "overview_empty": IncidentOverview(()),
        **worst_alertmanager(NASTY),
        "notice": Notice(NASTY),
        "file": FileMessage(NASTY, NASTY, NASTY, NASTY),
    }
