"""An incident's course through commands, buttons and forms on the sandbox."""

import json

from fireline.domain.incident.incident import (
    Incident,
    IncidentState,
    RepairDecision,
    Role,
    Severity,
)
from fireline.sandbox.entities import Channel
from tests.integration.slack_bot import Bot


def incident(bot: Bot) -> Incident:
    with bot.store() as uow:
        return uow.incidents.all()[-1]


def texts(bot: Bot) -> list[str]:
    with bot.store() as uow:
        return [e.text for e in uow.timeline.entries(incident(bot).id)]


def card(channel: Channel) -> str:
    return json.dumps(channel.messages[channel.pins[0]].blocks)


def test_declare_with_one_line_opens_channel_card_and_announcement(bot: Bot) -> None:
    channel = bot.declared("orders are three hours late sev:2")
    assert channel.name == "inc-1-orders-are-three-hours-late"
    assert bot.sandbox.user("ana") in channel.members
    assert len(channel.pins) == 1
    assert "INC-1 SEV2" in card(channel)
    assert "INC-1 SEV2" in channel.topic["value"]
    public = bot.sandbox.workspace.channels[bot.sandbox.channel("incidents")]
    assert [m for m in bot.said(public) if "INC-1" in m.text]


def test_declare_without_words_opens_the_form_and_the_form_declares(bot: Bot) -> None:
    bot.command("/incident declare sev:1")
    view = bot.open_view()
    assert view.payload["title"]["text"] == "Declare incident"
    bot.submit(view, text="payments stopped")
    assert incident(bot).severity is Severity.SEV1
    assert incident(bot).title == "payments stopped"
    bot.until(lambda: any("INC-1" in m.text for m in bot.ephemerals()))


def test_verbs_change_the_record_and_the_card_follows(bot: Bot) -> None:
    where = bot.declared().id
    assert "SEV1" in bot.ask("/incident severity 1 all of finance waits", "ana", where)
    assert "bo" in bot.ask("/incident role operations @bo", "ana", where).lower()
    bot.ask("/incident note saw the sensor hang at:-5m", "ana", where)
    bot.ask("/incident mitigate restarting the sensor", "ana", where)
    bot.ask("/incident restore sensor restarted", "ana", where)
    now = incident(bot)
    assert (now.severity, now.state) == (Severity.SEV1, IncidentState.RESTORED)
    assert now.roles[Role.OPERATIONS] == bot.sandbox.user("bo")
    assert "saw the sensor hang" in texts(bot)
    bot.flows()
    assert "Restored, data not confirmed" in card(bot.sandbox.workspace.channels[where])


def test_resolve_asks_whether_data_is_damaged(bot: Bot) -> None:
    where = bot.declared().id
    bot.ask("/incident restore sensor restarted", "ana", where)
    bot.command("/incident resolve", "ana", where)
    view = bot.open_view()
    assert "Is data damaged?" in json.dumps(view.payload)
    bot.submit(view, damage="no-damage", checked=bot.sandbox.user("bo"), how="counted rows")
    assert incident(bot).state is IncidentState.RESOLVED
    assert incident(bot).repair == RepairDecision(
        damaged=False, checked_by="Bo", how="counted rows"
    )
    assert any("counted rows" in text for text in texts(bot))


def test_resolve_can_be_typed_whole(bot: Bot) -> None:
    where = bot.declared().id
    bot.ask("/incident restore done", "ana", where)
    line = '/incident resolve repaired checked:@bo how:"re-ran & compared"'
    assert "resolved" in bot.ask(line, "ana", where)
    assert incident(bot).repair == RepairDecision(
        damaged=True, checked_by="Bo", how="re-ran & compared"
    )


def test_a_refused_step_says_why_at_the_form(bot: Bot) -> None:
    where = bot.declared().id
    bot.command("/incident resolve", "ana", where)
    answer = bot.submit(
        bot.open_view(), damage="no-damage", checked=bot.sandbox.user("bo"), how="looked"
    )
    assert answer["response_action"] == "errors"
    assert "restore" in json.dumps(answer["errors"]).lower()
    assert incident(bot).state is IncidentState.INVESTIGATING


def test_card_buttons_open_the_forms_and_take_command(bot: Bot) -> None:
    channel = bot.declared()
    ts = channel.pins[0]
    bot.ask("/incident role commander none", "ana", channel.id)
    bot.flows()
    click = {"channel": channel.id, "ts": ts}
    bot.act("join", user="bo", channel=channel.id)
    bot.act("click", user="bo", action_id="card_claim_commander", **click)
    bot.until(lambda: incident(bot).roles.get(Role.COMMANDER) == bot.sandbox.user("bo"))
    bot.act("click", user="ana", action_id="card_menu", value="card_note:1", **click)
    bot.submit(bot.open_view(), text="the broker is full")
    assert "the broker is full" in texts(bot)
    bot.act("click", user="bo", action_id="card_menu", value="card_severity:1", **click)
    assert "Severity of INC-1" in json.dumps(bot.open_view("bo").payload)


def test_an_unknown_verb_offers_the_nearest_and_keeps_the_text(bot: Bot) -> None:
    answer = bot.ask("/incident declair orders are late")
    assert "Did you mean" in answer
    asked = bot.ephemerals()[-1]
    bot.act("click", user="ana", channel="orders-team", ts=asked.ts, action_id="run_instead")
    bot.until(lambda: _count(bot) == 1)
    assert incident(bot).title == "orders are late"


def _count(bot: Bot) -> int:
    with bot.store() as uow:
        return len(uow.incidents.all())


def test_outside_an_incident_channel_verbs_say_where_to_go(bot: Bot) -> None:
    assert "belongs to no incident" in bot.ask("/incident note hello")
    assert "No open incident" in bot.ask("/incident")


def test_an_action_item_is_added_and_done_with_a_link(bot: Bot) -> None:
    where = bot.declared().id
    bot.act("join", user="bo", channel=where)
    assert "ACT-1" in bot.ask("/postmortem action add an alert @bo due:+7d", "ana", where)
    done = bot.ask("/review action ACT-1 done https://git.example/pr/7", "bo", where)
    assert "ACT-1 is done" in done
    with bot.store() as uow:
        item = uow.actions.get(1)
    assert item is not None
    assert item.text == "add an alert"
    assert item.owner == bot.sandbox.user("bo")
    assert item.evidence == "https://git.example/pr/7"


def test_home_shows_incidents_actions_and_budgets(bot: Bot) -> None:
    where = bot.declared().id
    bot.ask("/postmortem action add an alert @ana due:friday", "ana", where)
    bot.act("home_opened", user="ana")
    view = bot.open_view("ana", "home")
    shown = json.dumps(view.payload)
    assert "INC-1" in shown
    assert "add an alert" in shown
    bot.act("click", user="ana", view_id=view.id, action_id="action_done")
    bot.submit(bot.open_view(), url="https://git.example/pr/8")
    with bot.store() as uow:
        item = uow.actions.get(1)
    assert item is not None
    assert item.evidence == "https://git.example/pr/8"


def test_slo_runbook_and_review_answer_privately(bot: Bot) -> None:
    assert "1 SLO" in bot.ask("/slo")
    assert "orders" in bot.ask("/slo show orders-api-availability").lower()
    assert "NAME" in bot.ask("/slo help") or bot.ephemerals()[-1].blocks
    assert "review" in bot.ask("/review").lower()
    assert "nothing-like-it" in bot.ask("/slo show nothing-like-it")
    assert bot.ask("/runbook zebra")
