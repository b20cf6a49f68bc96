"""What is shown of maintenance, exceptions and freezes passes Slack's rules and is escaped."""

import json
from dataclasses import replace
from typing import Any

import pytest

from fireline.adapters.slack.blocks import render
from fireline.adapters.slack.blocks.home import home
from fireline.adapters.slack.blocks.waiver_forms import Wish, exception, exclusion
from fireline.domain.policy.verdict import Decision
from fireline.domain.policy.waivers import Waiver, WaiverKind, WaiverState
from fireline.domain.slo.alerting.noise import noise_of
from fireline.domain.slo.exclusions import Exclusion, ExclusionEffect
from fireline.sandbox.blockkit import validate_message, validate_view
from fireline.usecases.alert_views import AlertHistory, IncidentShare, SpentByIncidents
from fireline.usecases.policy_views import (
    Audience,
    Effect,
    FreezeLine,
    FreezeList,
    MaintenanceList,
    PlannedLine,
    WaiverAnswer,
    WaiverMessage,
)
from fireline.usecases.views import Message
from tests.unit.slack_samples import NASTY, a_detail, a_digest, a_home, a_line
from tests.unit.test_slack_blocks import markup
from tests.unit.test_waivers import HOUR, NOW, a_waiver

ENDINGS = {
    WaiverState.ENDED: {"ended_at": NOW, "ended_by": "U3"},
    WaiverState.WITHDRAWN: {"ended_at": NOW, "ended_by": "U3"},
}
EFFECT = Effect(150, 300, "events", -0.25, 0.263)


def every_state(text: str = "") -> list[Waiver]:
    """Both kinds in all states; with a text, rude in every field that people fill."""
    rude: dict[str, Any] = {}
    if text:
        names = dict.fromkeys(("asked_by_name", "approver_name"), text)
        rude = {"subject": text, "reason": text, **names}
    found = []
    for number, state in enumerate(WaiverState):
        for kind in WaiverKind:
            decided = None if state is WaiverState.ASKED else NOW
            changes = {**rude, **ENDINGS.get(state, {})}
            made = a_waiver(id=number, kind=kind, state=state, decided_at=decided, **changes)
            found.append(replace(made, effect=list(ExclusionEffect)[number % 2]))
    return found


def messages(text: str = "") -> list[Message]:
    waivers = every_state(text)
    said = text or "orders"
    limits = (said,) * 9
    shown: list[Message] = [
        WaiverMessage(waiver, audience, said, NOW, EFFECT, limits)
        for waiver in waivers
        for audience in Audience
    ]
    shown += [WaiverAnswer(waiver, NOW, "Europe/Berlin") for waiver in waivers]
    planned = PlannedLine(
        said, NOW - HOUR, NOW, again=True, reason=said, approver=said, source=said
    )
    many = tuple(waivers) * (9 if text else 1)
    shown.append(MaintenanceList(many, (planned,) * 40, (said,) * 30, NOW))
    lines = tuple(FreezeLine(said, d, d is Decision.ALLOW, limits) for d in Decision) * 9
    shown.append(FreezeList(lines, 3, many, (said,) * 30, NOW))
    start = int(NOW.timestamp())
    exclusions = (Exclusion(start - 600, start, reason=said, approver=said, id=said),) * 40
    line = a_line(remaining=0.26, raw_remaining=-0.25)
    shown.append(a_detail(line=line, maintenance=exclusions))
    shown.append(a_digest(maintenance=(said,) * 40))
    spent = SpentByIncidents((IncidentShare(said, said, 0.4, 0.5),) * 40, 0.1, 0.2)
    history = a_history(said)
    shown.append(replace(history, spent=spent))
    return shown


def a_history(text: str) -> AlertHistory:
    return AlertHistory(text, text, NOW, (), noise_of(()))


def views(text: str = "") -> list[dict[str, Any]]:
    said = text or "orders"
    wish = Wish(said, said, said, said, "U1", "count_good", "C1", "Europe/Berlin", said)
    slos = ("orders", "billing")
    return [
        exclusion(Wish(), ()),
        exclusion(wish, slos),
        exclusion(wish, tuple(f"slo-{n}" for n in range(150))),
        exception(wish, slos),
        exception(Wish(), ()),
        home(a_home(approvals=tuple(every_state(text)) * 5)),
    ]


@pytest.mark.parametrize("text", ["", NASTY], ids=["usual", "rude"])
def test_every_message_passes_slacks_rules_and_mentions_nobody(text: str) -> None:
    for message in messages(text):
        shown = render(message)
        payload = {"text": shown.text, "blocks": shown.blocks}
        assert validate_message(payload) == [], message
        assert "<!channel>" not in shown.text + markup(shown.blocks)


@pytest.mark.parametrize("text", ["", NASTY], ids=["usual", "rude"])
def test_every_form_passes_slacks_rules(text: str) -> None:
    for view in views(text):
        assert validate_view(view) == []


def test_nothing_is_offered_that_cannot_be_done_any_more() -> None:
    offered = {}
    for waiver in every_state():
        shown = json.dumps(render(WaiverMessage(waiver, Audience.HOLDER, "x", NOW)).blocks)
        offered[waiver.kind, waiver.state] = [w for w in ("End now", "Withdraw") if w in shown]
    for kind in WaiverKind:
        assert offered[kind, WaiverState.ASKED] == ["Withdraw"]
        assert offered[kind, WaiverState.APPROVED] == ["End now", "Withdraw"]
        assert offered[kind, WaiverState.REFUSED] == []
        assert offered[kind, WaiverState.WITHDRAWN] == []
    assert offered[WaiverKind.EXCLUSION, WaiverState.ENDED] == ["Withdraw"]
    assert offered[WaiverKind.EXCEPTION, WaiverState.ENDED] == []
