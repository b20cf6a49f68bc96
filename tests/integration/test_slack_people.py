"""People who are named in Slack: known ones, strangers, bots, and two at the same button."""

import json

import pytest

from fireline.domain.incident.incident import Incident, IncidentState, Role
from tests.integration.slack_bot import Bot


def incident(bot: Bot) -> Incident:
    with bot.store() as uow:
        return uow.incidents.all()[-1]


def texts(bot: Bot) -> list[str]:
    with bot.store() as uow:
        return [e.text for e in uow.timeline.entries(incident(bot).id)]


@pytest.mark.parametrize("who", ["<@U9999999999>", "@fireline", "@chen"])
def test_only_active_people_get_roles_and_promises(bot: Bot, who: str) -> None:
    bot.sandbox.workspace.users[bot.sandbox.user("chen")].deleted = True
    where = bot.declared().id
    before = incident(bot).roles
    refused = "is no active person in this workspace"
    assert refused in bot.ask(f"/incident role operations {who}", "ana", where)
    promise = f"/postmortem action add an alert for the sensor {who} due:+7d"
    assert refused in bot.ask(promise, "ana", where)
    bot.ask("/incident restore sensor restarted", "ana", where)
    how = 'how:"counted rows"'
    assert refused in bot.ask(f"/incident resolve no-damage checked:{who} {how}", "ana", where)
    assert incident(bot).roles == before
    with bot.store() as uow:
        assert uow.actions.all() == []


def test_a_mention_in_words_is_kept_as_a_name(bot: Bot) -> None:
    dia = bot.sandbox.user("dia")
    where = bot.declared(f"<@{dia}> says orders are late").id
    bot.ask(f"/incident note asked <@{dia}> again", "ana", where)
    assert incident(bot).title == "@Dia says orders are late"
    assert "asked @Dia again" in texts(bot)


def test_a_question_by_direct_message_is_answered_once(bot: Bot) -> None:
    bot.sandbox.fault("deliver_twice")
    asked = bot.act("message", user="ana", channel="@fireline", text="what is burning?")
    where = bot.sandbox.workspace.channels[asked["channel"]]
    bot.until(lambda: len(where.messages) > 1)
    bot.until(lambda: not [d for d in bot.sandbox.journal("delivery") if not d["acked"]])
    assert ["Nothing burns" in m.text for m in bot.said(where)] == [False, True]


def test_two_people_at_the_same_button_make_one_commander(bot: Bot) -> None:
    where = bot.declared()
    bot.act("join", user="bo", channel=where.id)
    bot.ask("/incident role commander none", "ana", where.id)
    bot.flows()
    stale = where.messages[where.pins[0]]
    press = {"channel": where.id, "ts": stale.ts, "action_id": "card_claim_commander"}
    assert "I take command" in json.dumps(stale.blocks)
    bot.act("click", user="bo", **press)
    bot.until(lambda: Role.COMMANDER in incident(bot).roles)
    bot.act("click", user="ana", **press)
    bot.until(lambda: any("became commander of INC-1 first" in m.text for m in bot.ephemerals()))
    assert incident(bot).roles[Role.COMMANDER] == bot.sandbox.user("bo")
    assert texts(bot).count("Commander: Bo") == 1
    assert "Commander: Ana" not in texts(bot)


def test_a_guest_does_not_move_an_incident_on(bot: Bot) -> None:
    bot.sandbox.workspace.users[bot.sandbox.user("dia")].is_restricted = True
    where = bot.declared("orders are late").id
    bot.ask("/incident join INC-1", "dia")
    bot.flows()
    told = bot.ask("/incident mitigate restarting", "dia", where)
    assert "guests do not move an incident on. Do this: ask a member of its channel" in told
    assert incident(bot).state is IncidentState.INVESTIGATING


def test_my_actions_lists_ones_own_promises_with_their_buttons(bot: Bot) -> None:
    where = bot.declared("orders are late").id
    ana = bot.sandbox.user("ana")
    bot.ask(f"/postmortem action alert on sensor silence <@{ana}> due:+7d", "ana", where)
    bot.act("shortcut", user="ana", callback_id="my_actions")
    shown = json.dumps(bot.open_view().payload)
    assert "1 action item of yours" in shown
    assert "alert on sensor silence" in shown
    assert "Done, with link" in shown
    bot.act("shortcut", user="chen", callback_id="my_actions")
    assert "Nothing of yours is open" in json.dumps(bot.open_view("chen").payload)
