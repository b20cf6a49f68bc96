"""Declaring in every way, through the sandbox: quiet, over already, with flags."""

import json
from datetime import timedelta
from typing import Any

from fireline.domain.incident.incident import Incident, IncidentState, Stamp
from fireline.domain.incident.kinds import Harm, IncidentType
from fireline.sandbox.entities import Message
from tests.integration.slack_bot import Bot

SLO = "orders-api-availability"
PAST = "/incident declare orders were late past from:-3h restored:-2h"


def newest(bot: Bot) -> Incident:
    with bot.store() as uow:
        return uow.incidents.all()[-1]


def direct(bot: Bot) -> list[Message]:
    """What stands in direct messages."""
    channels = bot.sandbox.workspace.channels.values()
    return [m for c in channels if c.id.startswith("D") for m in c.messages.values()]


def announced(bot: Bot) -> list[Message]:
    return bot.said(bot.sandbox.workspace.channels[bot.sandbox.channel("incidents")])


def press(bot: Bot, message: Message, words: str, user: str = "ana") -> dict[str, Any]:
    for block in message.blocks:
        for element in block.get("elements", []):
            if words in json.dumps(element) and "action_id" in element:
                return bot.act(
                    "click",
                    user=user,
                    channel=message.channel,
                    ts=message.ts,
                    block_id=block["block_id"],
                    action_id=element["action_id"],
                )
    raise AssertionError(words)


def test_a_quiet_one_is_judged_in_a_direct_message_and_opens_its_channel_when_confirmed(
    bot: Bot,
) -> None:
    answer = bot.ask("/incident declare orders look odd quiet")
    assert "waits for triage" in answer
    bot.flows()
    (judged,) = direct(bot)
    assert "Is this an incident?" in json.dumps(judged.blocks)
    assert newest(bot).channel_id is None
    press(bot, judged, "Confirm")
    bot.until(lambda: newest(bot).state is IncidentState.INVESTIGATING)
    bot.flows()
    where = newest(bot).channel_id
    assert where is not None
    assert f"<#{where}>" in json.dumps(direct(bot)[0].blocks)
    assert any("INC-1" in m.text for m in announced(bot))


def test_a_quiet_one_is_declined_from_its_message_without_anybody_having_read_of_it(
    bot: Bot,
) -> None:
    bot.ask("/incident declare orders look odd quiet")
    bot.flows()
    press(bot, direct(bot)[0], "Decline")
    view = bot.open_view()
    bot.submit(view, choice="expected", text="planned load")
    bot.flows()
    assert newest(bot).state is IncidentState.DECLINED
    assert "Declined: no incident" in json.dumps(direct(bot)[0].blocks)
    assert announced(bot) == []


def test_what_is_over_is_recorded_and_worked_on_by_naming_it(bot: Bot) -> None:
    assert "recorded" in bot.ask(PAST)
    bot.flows()
    (shown,) = direct(bot)
    assert "INC-1" in json.dumps(shown.blocks)
    line = f'resolve no-damage checked:<@{bot.sandbox.user("ana")}> how:"counts agree" in:INC-1'
    bot.ask(f"/incident {line}")
    assert newest(bot).state is IncidentState.RESOLVED
    assert announced(bot) == []


def test_what_is_over_is_refused_without_both_times(bot: Bot) -> None:
    assert "needs both times" in bot.ask("/incident declare orders were late past from:-3h")
    words = bot.ask("/incident declare orders were late past from:-1h restored:-2h")
    assert "is before impact_started" in words


def test_a_flag_within_the_words_is_a_word(bot: Bot) -> None:
    bot.ask("/incident declare the topic went quiet again")
    assert newest(bot).state is IncidentState.INVESTIGATING
    assert newest(bot).title == "the topic went quiet again"
    bot.ask("/incident declare orders are late restricted")
    assert newest(bot).restricted


def about(bot: Bot, *wanted: str, user: str = "ana") -> list[dict[str, Any]]:
    """Choose SLOs and data in the open form as somebody does: type, then pick."""
    view = bot.open_view(user)
    where = {"user": user, "view_id": view.id, "block_id": "about", "action_id": "declare_about"}
    found = bot.act("options", **where, query="")
    offered = [o for group in found["option_groups"] or [] for o in group["options"]]
    return [one for one in offered if one["value"] in wanted]


def test_words_answer_with_a_button_that_opens_the_details(bot: Bot) -> None:
    bot.ask("/incident declare orders are late")
    press(bot, bot.ephemerals()[-1], "Add details")
    view = bot.open_view()
    chosen = about(bot, f"slo:{SLO}")
    assert [o["description"]["text"] for o in chosen] == ["tier 1"]
    bot.submit(view, symptoms=["late", "published"], about=chosen, at="-90m", severity="2")
    bot.until(lambda: newest(bot).slos)
    after = newest(bot)
    assert after.slos == (SLO,)
    assert after.details.harms == (Harm.LATE, Harm.WRONG)
    assert after.details.types == (IncidentType.FRESHNESS, IncidentType.QUALITY)
    assert after.details.published_bad
    assert after.severity.label == "SEV2"
    began = after.at(Stamp.IMPACT_STARTED)
    assert began is not None
    assert timedelta(minutes=89) < after.stamps[Stamp.DECLARED] - began < timedelta(minutes=91)


def test_the_form_says_what_the_rules_say_as_it_is_filled_in(bot: Bot) -> None:
    bot.command("/incident declare")
    view = bot.open_view()
    assert "By the rules SEV3" in json.dumps(view.payload)
    bot.act(
        "click",
        user="ana",
        view_id=view.id,
        block_id="symptoms",
        action_id="declare_symptoms",
        value=["down"],
        values={"text": {"value": "orders are gone"}},
    )
    bot.until(lambda: "By the rules SEV2 (full outage" in json.dumps(bot.open_view().payload))
    bot.submit(bot.open_view(), text="orders are gone", symptoms=["down", "missing"])
    bot.until(lambda: newest(bot).details.outage)
    assert newest(bot).severity.label == "SEV2"


def test_the_form_refuses_at_the_field_and_keeps_the_rest(bot: Bot) -> None:
    bot.command("/incident declare")
    view = bot.open_view()
    refused = bot.submit(view, text="orders were late", at="soon", restored="-1h")
    assert list(refused["errors"]) == ["at"]
    refused = bot.submit(view, text="orders were late", at="", restored="-1h")
    assert "needs both times" in refused["errors"]["at"]
    bot.submit(view, text="orders were late", at="-3h", restored="-1h")
    bot.until(bot.ephemerals)
    assert newest(bot).details.past


def test_the_boxes_make_it_quiet_restricted_or_a_drill(bot: Bot) -> None:
    bot.command("/incident declare something restricted drill")
    bot.until(bot.ephemerals)
    bot.command("/incident declare drill")
    view = bot.open_view()
    assert '"initial_options": [{"text": {"type": "plain_text", "text": "Drill"' in json.dumps(
        view.payload
    )
    bot.submit(view, text="orders are odd", how=["quiet", "drill"])
    bot.until(lambda: newest(bot).id > 1)
    assert (newest(bot).state, newest(bot).drill) == (IncidentState.TRIAGE, True)


def test_a_message_is_declared_with_its_words_and_where_they_stand(bot: Bot) -> None:
    said = bot.act("message", user="dia", channel="orders-team", text="orders are 3 h behind")
    bot.act(
        "shortcut",
        user="ana",
        callback_id="declare_from_message",
        channel="orders-team",
        ts=said["ts"],
    )
    view = bot.open_view()
    shown = json.dumps(view.payload)
    assert "orders are 3 h behind" in shown
    assert "this message" in shown
    bot.submit(view, text="orders are 3 h behind")
    bot.until(bot.ephemerals)
    with bot.store() as uow:
        first = next(e for e in uow.timeline.entries(1) if e.text.startswith("Declared"))
    assert first.provenance.ts == said["ts"]
    assert first.provenance.permalink


def test_the_global_shortcut_opens_the_empty_form(bot: Bot) -> None:
    bot.act("shortcut", user="ana", callback_id="declare_incident")
    assert bot.open_view().payload["callback_id"] == "declare"


def test_data_that_was_exposed_makes_it_restricted_when_that_is_said_later(bot: Bot) -> None:
    bot.ask("/incident declare a table was open")
    press(bot, bot.ephemerals()[-1], "Add details")
    bot.submit(bot.open_view(), symptoms=["exposed"])
    bot.until(lambda: newest(bot).restricted)
    assert newest(bot).severity.label == "SEV1"
