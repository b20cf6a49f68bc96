"""The timeline in Slack: its window, the accept step, decisions from messages, the export."""

import json
from collections.abc import Sized
from dataclasses import replace
from functools import partial
from typing import Any

from fireline.adapters.render.documents import JinjaDocuments
from fireline.bootstrap import offline
from fireline.domain.incident.incident import Incident
from fireline.domain.incident.timeline import EntryKind, Review, TimelineEntry
from fireline.domain.incident.timeline_text import current
from fireline.usecases.incident_export import ExportFormat, as_document, written
from tests.integration.slack_bot import Bot


def entries(bot: Bot) -> dict[str, TimelineEntry]:
    with bot.store() as uow:
        return {e.text: e for e in current(uow.timeline.entries(1))}


def incident(bot: Bot) -> Incident:
    with bot.store() as uow:
        found = uow.incidents.get(1)
    assert found is not None
    return found


def shown(bot: Bot) -> str:
    return json.dumps(bot.open_view().payload, ensure_ascii=False)


def press(bot: Bot, action_id: str, **value: Any) -> None:
    before = bot.open_view().hash
    bot.act("click", user="ana", view_id=bot.open_view().id, action_id=action_id, **value)
    bot.until(lambda: bot.open_view().hash != before)


def test_the_window_accepts_corrects_and_hides_in_place(bot: Bot) -> None:
    where = bot.declared().id
    bot.ask("/incident note lag is 3 min", "ana", where)
    bot.ask("/incident note a joke", "ana", where)
    bot.command("/incident timeline", "ana", where)
    wrong, joke = entries(bot)["lag is 3 min"].seq, entries(bot)["a joke"].seq
    place = "current:0"
    press(bot, "timeline_entry", block_id=f"entry-{wrong}", value=f"accept:1:{wrong}:{place}")
    assert entries(bot)["lag is 3 min"].review is Review.ACCEPTED
    press(bot, "timeline_entry", block_id=f"entry-{wrong}", value=f"correct:1:{wrong}:{place}")
    bot.submit(bot.open_view(), text="lag is 3 h", reason="wrong unit")
    assert entries(bot)["lag is 3 h"].review is Review.CORRECTED
    press(bot, "timeline_entry", block_id=f"entry-{joke}", value=f"hide:1:{joke}:{place}")
    bot.submit(bot.open_view(), reason="not of this incident")
    assert "hidden: not of this incident" in shown(bot)
    press(bot, "timeline_accept_all")
    assert incident(bot).details.timeline_accepted_at is not None
    assert "0 wait" in shown(bot)


def test_the_card_opens_what_waits(bot: Bot) -> None:
    channel = bot.declared()
    bot.ask("/incident restore done", "ana", channel.id)
    bot.ask('/incident resolve no-damage checked:@ana how:"rows"', "ana", channel.id)
    bot.flows()
    card = channel.messages[channel.pins[0]]
    bot.act("click", user="ana", channel=channel.id, ts=card.ts, action_id="card_act_accept")
    assert "Timeline of INC-1" in shown(bot)
    press(bot, "timeline_accept_all")
    assert incident(bot).details.timeline_accepted_at is not None


def test_the_same_is_typed_and_wrong_numbers_are_told(bot: Bot) -> None:
    where = bot.declared().id
    bot.ask("/incident note lag is 3 min", "ana", where)
    seq = entries(bot)["lag is 3 min"].seq
    said = bot.ask(f'/incident correct {seq} lag is 3 h why:"wrong unit"', "ana", where)
    assert f"entry {seq} is corrected" in said
    assert "not on the timeline any more" in bot.ask(f"/incident hide {seq} old", "ana", where)
    assert "is no entry" in bot.ask("/incident accept everything", "ana", where)
    assert "/incident timeline all" in bot.ask("/incident timeline yesterday", "ana", where)
    newest = entries(bot)["lag is 3 h"].seq
    assert "still wait" in bot.ask(f"/incident accept {newest}", "ana", where)
    assert "timeline accepted" in bot.ask("/incident accept all", "ana", where)


def test_a_decision_is_recorded_from_a_message_elsewhere(bot: Bot) -> None:
    bot.declared()
    said = bot.act("message", user="ana", channel="orders-team", text="then we roll back")
    bot.act(
        "shortcut",
        user="ana",
        callback_id="record_decision",
        channel="orders-team",
        message=said["ts"],
    )
    view = bot.open_view()
    assert "then we roll back" in shown(bot)
    bot.submit(view, incident="1", text="roll back", why="quicker", reversible="yes")
    bot.until(lambda: incident(bot).details.decisions)
    (made,) = incident(bot).details.decisions
    assert (made.text, made.why, made.reversible) == ("roll back", "quicker", True)
    (entry,) = (e for e in entries(bot).values() if e.kind is EntryKind.DECISION)
    assert entry.provenance.permalink is not None


def test_an_action_item_from_a_message_elsewhere_may_belong_to_an_incident(bot: Bot) -> None:
    bot.declared()
    said = bot.act("message", user="ana", channel="orders-team", text="add a landing check")
    bot.act(
        "shortcut",
        user="ana",
        callback_id="make_action_item",
        channel="orders-team",
        message=said["ts"],
    )
    bot.submit(bot.open_view(), incident="1")
    with bot.store() as uow:
        (item,) = uow.actions.all()
    assert (item.text, item.incident_id) == ("add a landing check", 1)


def test_decide_task_and_time_say_what_is_wrong_and_what_is_left(bot: Bot) -> None:
    where = bot.declared().id
    bot.ask('/incident decide restart it question:"how?" known:"one lock"', "ana", where)
    assert "outcome of decision 1" in bot.ask("/incident decide outcome:1 it helped", "ana", where)
    assert incident(bot).details.decisions[0].outcome == "it helped"
    assert "outcome:2" in bot.ask("/incident decide outcome:two it helped", "ana", where)
    assert "reversible:no" in bot.ask("/incident decide x reversible:maybe", "ana", where)
    bot.ask("/incident task tell finance", "ana", where)
    assert "1 tell finance" in bot.ask("/incident task restart it", "ana", where)
    assert "2 restart it" in bot.ask("/incident task done 1", "ana", where)
    said = bot.ask("/incident time impact_start -3h first load", "ana", where)
    assert "Did you mean `impact_started`?" in said
    bot.command("/incident time impact_started", "ana", where)
    bot.submit(bot.open_view(), at="-3h", reason="the first load")
    assert "impact_started" in " ".join(entries(bot))


def _more_than(messages: Sized, count: int) -> bool:
    return len(messages) > count


def test_the_export_in_the_channel_is_what_the_command_line_prints(bot: Bot) -> None:
    bot.services = replace(bot.services, documents=JinjaDocuments())
    channel = bot.declared()
    bot.ask("/incident note lag is 3 h", "ana", channel.id)
    for form in ExportFormat:
        before = len(channel.messages)
        assert "follows here" in bot.ask(f"/incident export {form.value}", "ana", channel.id)
        bot.flows()
        bot.until(partial(_more_than, channel.messages, before))
        shared = [m for m in bot.said(channel) if m.files][-1]
        data = bot.sandbox.workspace.files[shared.files[0]].data.decode()
        with bot.store() as uow:
            found = uow.incidents.get(1)
            assert found is not None
            document = as_document(uow, found, timeline=True)
        assert data == written(document, form, JinjaDocuments())
        assert data == offline.incident_export(bot.store, "INC-1", form.value)
        assert "lag is 3 h" in data
    assert "export md" in bot.ask("/incident export pdf", "ana", channel.id)
