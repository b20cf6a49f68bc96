"""Flows that die before and after each of their calls to Slack: nothing left out, nothing twice.

`tests/e2e/test_kill.py` kills a bot for real at the steps of declaring and resolving. Here the
same flows of an incident's other stories are cut short within the process, at every call in turn.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from fireline.adapters.lineage.dbt import read_manifest
from fireline.domain.incident.incident import Incident, IncidentState
from fireline.sandbox.entities import Channel
from fireline.usecases.room_care import put_away
from fireline.usecases.verify_chains import verify_chains
from tests.e2e.test_peer_faults import closed
from tests.integration.slack_bot import Bot

MANIFEST = Path(__file__).parents[1] / "data" / "dbt" / "manifest.json"
READS = (
    *("auth.", "users.", "chat.getPermalink", "pins.list"),
    *("conversations.info", "conversations.history", "conversations.list"),
    *("conversations.members", "conversations.replies"),
)
MOST = 200


class CutShortError(BaseException):
    """The process died here."""


class Cuts:
    """Dies before and after each different call that changes something in Slack, once each."""

    def __init__(self, call: Callable[..., Any]) -> None:
        self._call = call
        self.made: set[tuple[str, str, bool]] = set()

    def __call__(self, api_method: str, **given: Any) -> Any:
        if api_method.startswith(READS):
            return self._call(api_method, **given)
        self._die(api_method, given, done=False)
        answer = self._call(api_method, **given)
        self._die(api_method, given, done=True)
        return answer

    def _die(self, method: str, given: Any, *, done: bool) -> None:
        held = given.get("json") or given.get("params") or given.get("data") or {}
        named = {k: held.get(k) for k in ("channel", "users", "ts", "timestamp", "metadata")}
        cut = (method, json.dumps(named, default=str, sort_keys=True), done)
        if cut not in self.made:
            self.made.add(cut)
            raise CutShortError


@contextmanager
def cutting(bot: Bot) -> Iterator[Cuts]:
    """While this lasts, no call to Slack goes through at the first attempt."""
    client = bot.chat._client  # noqa: SLF001 - what a death cuts off is behind every port
    whole = client.api_call
    cuts = Cuts(whole)
    client.api_call = cuts  # type: ignore[method-assign]  # put back below
    try:
        yield cuts
    finally:
        client.api_call = whole  # type: ignore[method-assign]  # as it was


def flows_cut_short(bot: Bot) -> Cuts:
    """Run what was started to its end, beginning again after each death."""
    with cutting(bot) as cuts:
        for _ in range(MOST):
            waiting = [call for call in bot.store.calls if call.id not in bot.done]
            if not waiting:
                return cuts
            try:
                bot.flow(waiting[0].flow, waiting[0].args)
            except CutShortError:
                continue
            bot.done.add(waiting[0].id)
    raise AssertionError("it did not come to an end")


def incident(bot: Bot, number: int = 1) -> Incident:
    with bot.store() as uow:
        found = uow.incidents.get(number)
    assert found is not None
    return found


def check_once(bot: Bot) -> None:
    """Every message that is on record is there, and none is there twice."""
    workspace = bot.sandbox.workspace
    for channel in workspace.channels.values():
        keys = Counter(filter(None, (_key(m) for m in channel.messages.values())))
        assert [key for key, count in keys.items() if count > 1] == [], channel.name
        assert len(channel.pins) == len(set(channel.pins))
    with bot.store() as uow:
        assert verify_chains(uow).problems == ()
        for call in bot.store.calls:
            posted = uow.messages.get(str(call.args[0])) if call.flow == "publish" else None
            if posted is not None and posted.ts and posted.channel_id:
                assert posted.ts in workspace.channels[posted.channel_id].messages, posted.key


def _key(message: Any) -> str:
    return str(((message.metadata or {}).get("event_payload") or {}).get("key") or "")


def room(bot: Bot, number: int = 1) -> Channel:
    return bot.sandbox.workspace.channels[str(incident(bot, number).channel_id)]


def test_consumers_are_told_once(bot: Bot) -> None:
    text = MANIFEST.read_text("utf-8").replace("#finance-data", "#orders-team")
    with bot.store() as uow:
        uow.lineages.save("dbt:demo", read_manifest(json.loads(text)), bot.services.clock.now())
        uow.commit()
    where = bot.declared("orders are wrong").id
    bot.ask("/incident dataset add raw_orders wrong", "ana", where)
    bot.ask("/incident window -6h..-2h published", "ana", where)
    bot.flows()
    bot.command("/incident notify do-not-use", "ana", where)
    bot.submit(bot.open_view())
    bot.until(lambda: incident(bot).details.notices)
    cuts = flows_cut_short(bot)
    assert len(cuts.made) > len(incident(bot).details.notices)
    check_once(bot)
    told = [m for m in bot.said(bot.sandbox.workspace.channels[where]) if "Do not use" in m.text]
    (elsewhere,) = (c for c in bot.sandbox.workspace.channels.values() if c.name == "orders-team")
    told += [m for m in bot.said(elsewhere) if "Do not use" in m.text]
    assert len(told) == len(incident(bot).details.notices)


def test_command_is_offered_and_taken_once(bot: Bot) -> None:
    where = bot.declared().id
    bot.ask("/incident join INC-1", "bo", "general")
    bot.flows()
    bo = bot.sandbox.user("bo")
    bot.ask(f"/incident handover <@{bo}>", "ana", where)
    assert flows_cut_short(bot).made
    check_once(bot)
    (offer,) = [m for m in bot.said(room(bot)) if _key(m).startswith("handover")]
    (row,) = [b for b in offer.blocks if b["type"] == "actions"]
    press = {"block_id": row["block_id"], "action_id": row["elements"][0]["action_id"]}
    bot.act("click", user="bo", channel=offer.channel, ts=offer.ts, **press)
    bot.until(lambda: bo in incident(bot).roles.values())
    assert flows_cut_short(bot).made
    check_once(bot)
    assert "commander Bo" in room(bot).topic["value"]


def test_a_merge_is_told_once_and_its_channel_archived_once(bot: Bot) -> None:
    bot.declared("orders are late")
    where = bot.declared("payments are late").id
    bot.ask("/incident merge INC-1", "ana", where)
    assert flows_cut_short(bot).made
    check_once(bot)
    assert incident(bot, 2).state is IncidentState.MERGED
    bot.sandbox.advance("25h")
    archived_cut_short(bot, 2)
    assert not room(bot).is_archived


def test_a_closed_incident_is_archived_once(bot: Bot) -> None:
    closed(bot)
    bot.sandbox.advance("169h")
    archived_cut_short(bot, 1)


def archived_cut_short(bot: Bot, number: int) -> None:
    """The clock archives the channel, dying on the way; it is on record once."""
    with cutting(bot):
        for _ in range(MOST):
            try:
                put_away(bot.services)
            except CutShortError:
                continue
            break
    flows_cut_short(bot)
    check_once(bot)
    assert room(bot, number).is_archived
    assert incident(bot, number).details.archived_at is not None
    with bot.store() as uow:
        texts = [entry.text for entry in uow.timeline.entries(number)]
    assert len([text for text in texts if text.endswith("is archived")]) == 1
