"""Whatever is shown passes Slack's rules, is escaped, and says in words what icons say."""

import json
from dataclasses import replace
from typing import Any

import pytest

from fireline.adapters.slack.blocks import answers, declare_form, modals, render
from fireline.adapters.slack.blocks.declare_form import DeclareForm
from fireline.adapters.slack.blocks.home import home
from fireline.adapters.slack.blocks.modals import Prefill
from fireline.adapters.slack.blocks.silence import SilenceFields, end_form, silence_form
from fireline.domain.incident.incident import Role, Severity
from fireline.domain.incident.symptoms import Symptom
from fireline.domain.slo.status import BudgetState
from fireline.sandbox.blockkit import validate_message, validate_view
from fireline.usecases.home_views import MyIncident
from fireline.usecases.similar_incidents import Similar
from fireline.usecases.views import Message, Particulars
from tests.unit.alertmanager_samples import a_preview, a_rude_preview
from tests.unit.slack_samples import (
    NASTY,
    NOW,
    a_detail,
    a_home,
    a_line,
    an_action_line,
    an_alert,
    an_incident,
    an_incident_line,
    usual,
    worst,
)

USUAL, WORST = usual(), worst()


def payload(message: Message) -> dict[str, Any]:
    shown = render(message, "F0CHART")
    return {"text": shown.text, "blocks": shown.blocks}


def a_rude_declare_form() -> DeclareForm:
    rude = Similar(an_incident(title=NASTY), NASTY)
    return DeclareForm(
        text=NASTY,
        channel="C1",
        about=tuple(f"slo:{'x' * 60}{i}" for i in range(40)),
        symptoms=tuple(Symptom),
        severity="1",
        at=NASTY,
        restored=NASTY,
        how=("quiet", "restricted", "drill"),
        computed=(Severity.SEV1, NASTY),
        similar=(rude,) * 9,
        link="https://x/" + "y" * 1000,
    )


def views() -> dict[str, dict[str, Any]]:
    plain, rude = an_incident(), an_incident(title=NASTY)
    given = Prefill(text=NASTY, channel="C1", person="U1", severity="2", role="scribe", at=NASTY)
    made: dict[str, dict[str, Any]] = {
        "declare": declare_form.declare(DeclareForm(channel="C1")),
        "declare_worst": declare_form.declare(a_rude_declare_form()),
        "details": declare_form.details(plain, DeclareForm(channel="C1")),
        "details_worst": declare_form.details(replace(plain, title=NASTY), a_rude_declare_form()),
        "runbook": modals.runbook_search("C1"),
        "timeline": modals.timeline(given, [plain, replace(rude, id=7)]),
        "silence": silence_form(SilenceFields("x", "2h", NASTY, "C1", "g1", "abc"), a_preview()),
        "silence_bare": silence_form(SilenceFields(), None),
        "silence_worst": silence_form(
            SilenceFields(NASTY, NASTY, NASTY, "C1"), a_rude_preview(NASTY)
        ),
        "silence_blind": silence_form(
            SilenceFields(), a_preview(firing=None, broad=None, trouble=NASTY)
        ),
        "silence_nothing": silence_form(SilenceFields(), a_preview(firing=())),
        "silence_end": end_form("s1", NASTY, "C1"),
        "silence_end_other": end_form(NASTY[:900], "", "C1"),
        "evidence": modals.evidence(7, "ACT-7", NASTY, "C1"),
        "action": modals.action(given, rude),
        "told": modals.told("Runbooks", render(WORST["suggestion"]).blocks),
        "home": home(a_home()),
        "home_empty": home(
            a_home(incidents=(), other_incidents=(), actions=(), budgets=(), problems=())
        ),
        "home_worst": home(
            a_home(
                incidents=(MyIncident(an_incident_line(title=NASTY), tuple(Role)),) * 200,
                other_incidents=(an_incident_line(title=NASTY),) * 200,
                actions=(an_action_line(text=NASTY),) * 200,
                budgets=(a_line(NASTY, title=NASTY),) * 200,
                problems=(NASTY,) * 200,
            )
        ),
    }
    for name, make in (
        ("severity", modals.severity),
        ("role", modals.role),
        ("note", modals.note),
        ("mitigate", modals.mitigate),
        ("restore", modals.restore),
        ("resolve", modals.resolve),
    ):
        made[name] = make(plain, Prefill(channel="C1"))
        made[f"{name}_worst"] = make(rude, given)
    made["restore_refused"] = modals.restore(rude, given, NASTY)
    return made


@pytest.mark.parametrize("name", USUAL)
def test_a_usual_message_passes_slacks_rules(name: str) -> None:
    assert validate_message(payload(USUAL[name])) == []


@pytest.mark.parametrize("name", WORST)
def test_the_longest_and_rudest_message_passes_slacks_rules(name: str) -> None:
    assert validate_message(payload(WORST[name])) == []


@pytest.mark.parametrize("name", views())
def test_every_view_passes_slacks_rules(name: str) -> None:
    assert validate_view(views()[name]) == []


@pytest.mark.parametrize("name", WORST)
def test_foreign_text_never_becomes_a_mention(name: str) -> None:
    shown = render(WORST[name])
    assert "<!channel>" not in shown.text
    assert "<!channel>" not in markup(shown.blocks)


def markup(blocks: Any) -> str:
    """All text that Slack would read as markup."""
    if isinstance(blocks, dict):
        own = blocks["text"] if blocks.get("type") == "mrkdwn" else ""
        return own + "".join(markup(v) for v in blocks.values())
    if isinstance(blocks, list):
        return "".join(markup(item) for item in blocks)
    return ""


@pytest.mark.parametrize("name", USUAL)
def test_every_message_says_something_without_its_blocks(name: str) -> None:
    assert len(render(USUAL[name]).text) > 4


def test_what_is_left_out_is_counted() -> None:
    assert "and 180 more" in json.dumps(render(WORST["slo_list"]).blocks)
    assert "more" in markup(render(WORST["card"]).blocks)


def buttons(message: Message) -> list[str]:
    return [
        e.get("text", {}).get("text") or e["type"]
        for b in render(message).blocks
        if b["type"] == "actions"
        for e in b["elements"]
    ]


def test_an_open_alert_offers_declare_acknowledge_and_a_menu() -> None:
    assert buttons(an_alert()) == ["Declare incident", "Acknowledge", "overflow"]
    assert buttons(an_alert(acknowledged_by="U1", incident_ref="INC-1")) == ["overflow"]


def test_a_recovered_alert_says_how_long_and_what_it_cost() -> None:
    shown = render(USUAL["alert_recovered"])
    assert "Recovered after 16 min; it cost 4.1 % of the budget" in shown.text
    assert buttons(USUAL["alert_recovered"]) == ["Declare incident", "overflow"]


def test_an_slo_without_data_shows_no_number() -> None:
    text = markup(render(USUAL["slo_no_data"]).blocks)
    assert "No data" in text
    assert "left" not in text
    assert "nan" not in text.lower()


def test_an_unknown_verb_keeps_the_text_on_its_button() -> None:
    shown = answers.unknown_verb("/incident", "declair orders late sev:2", "declair", "declare")
    assert shown.blocks[1]["elements"][0]["value"] == "/incident declare orders late sev:2"
    assert validate_message({"text": shown.text, "blocks": shown.blocks}) == []


def test_an_slo_of_deadlines_says_misses_and_what_is_due() -> None:
    said = Particulars(misses_left=0, next_deadline=NOW, landed=False, at_risk=True)
    line = a_line(unit="misses", budget=1.4, remaining=0.286, particulars=said)
    text = json.dumps(payload(a_detail(line=line)), ensure_ascii=False)
    assert "*0 misses left* of 1.4 misses in 30 d" in text
    assert "*not landed yet*" in text
    assert "deadlines met" in text


def test_an_slo_per_calendar_month_says_when_it_starts_anew() -> None:
    said = Particulars(calendar="month", period_end=NOW, projected_remaining=0.6)
    text = json.dumps(payload(a_detail(line=a_line(particulars=said))), ensure_ascii=False)
    assert "of 7 h 12 min this month" in text
    assert "60 % left, with as many events as the month before" in text


def test_a_spent_budget_of_none_says_so_instead_of_a_share() -> None:
    said = Particulars(zero_tolerance=True)
    line = a_line(remaining=None, budget=0, budget_state=BudgetState.EXHAUSTED, particulars=said)
    text = json.dumps(payload(a_detail(line=line)), ensure_ascii=False)
    assert "allows nothing bad" in text
    assert "unknown" not in text
