"""People and faults disturb an incident's channel; the record is right and Slack follows it."""

import json

import pytest

from fireline.domain.errors import EffectError
from fireline.domain.incident.incident import Incident, IncidentState, Severity
from fireline.sandbox.entities import Channel
from tests.integration.slack_bot import Bot


def incident(bot: Bot) -> Incident:
    with bot.store() as uow:
        found = uow.incidents.get(1)
    assert found is not None
    return found


def meddle(bot: Bot, act: str, **body: object) -> None:
    """Ana changes the channel; the bot hears of it and acts."""
    before = len(bot.store.started("tidy_channel"))
    bot.act(act, user="ana", **body)
    bot.until(lambda: len(bot.store.started("tidy_channel")) > before)
    bot.flows()


def tidied(bot: Bot) -> Channel:
    where = bot.declared()
    bot.flow("tidy_channel", (1,))
    return where


def test_F01_severity_saved_when_slack_fails(bot: Bot) -> None:  # noqa: N802 - F1 of the guide
    where = bot.declared()
    for method in ("chat.update", "conversations.setTopic"):
        bot.sandbox.fault("error", method=method, error="fatal_error", times=1)
    answer = bot.ask("/incident severity 1 finance saw wrong numbers", "ana", where.id)
    assert "SEV1" in answer
    assert incident(bot).severity is Severity.SEV1
    with pytest.raises(EffectError):
        bot.flows()
    for _ in range(3):
        try:
            bot.flows()
        except EffectError:
            continue
    bot.flow("tidy_channel", (1,))
    bot.flow("publish", ("card:1", where.id, "card", "1"))
    assert "INC-1 SEV1" in where.topic["value"]
    assert "SEV1" in json.dumps(where.messages[where.pins[0]].blocks)
    with bot.store() as uow:
        said = [e.text for e in uow.timeline.entries(1)]
    assert sum("finance saw wrong numbers" in text for text in said) == 1


@pytest.mark.parametrize("topic", ["join the zoom", "a | b | SEV4 | closed | x", ""])
def test_F02_topic_is_never_read(bot: Bot, topic: str) -> None:  # noqa: N802 - F2 of the guide
    where = tidied(bot)
    right = where.topic["value"]
    meddle(bot, "topic", channel=where.id, topic=topic)
    assert where.topic["value"] == right
    where.topic["value"] = topic
    assert "is being mitigated" in bot.ask("/incident mitigate restarting", "ana", where.id)
    assert incident(bot).state is IncidentState.MITIGATING
    bot.flows()
    assert "mitigating" in where.topic["value"]


def test_a_renamed_channel_keeps_working_and_gets_its_name_back(bot: Bot) -> None:
    where = tidied(bot)
    name = where.name
    meddle(bot, "rename", channel=where.id, name="party")
    assert where.name == name
    assert "Noted" in bot.ask("/incident note all is well", "ana", where.id)


def test_a_card_that_is_unpinned_or_deleted_comes_back_once(bot: Bot) -> None:
    where = tidied(bot)
    card = where.messages[where.pins[0]]
    meddle(bot, "pin", channel=where.id, ts=card.ts, remove=True)
    assert where.pins == [card.ts]
    bot.act("moderate", user="ana", channel=where.id, ts=card.ts)
    bot.flow("tidy_channel", (1,))  # Slack tells nobody of it who wrote it; the next look does
    bot.flows()
    (again,) = where.pins
    assert again != card.ts
    assert "INC-1" in where.messages[again].text
    bot.flow("tidy_channel", (1,))
    (link,) = [b["link"] for b in where.bookmarks.values() if b["title"] == "Status card"]
    assert again.replace(".", "") in link


def test_links_lead_to_the_card_and_to_what_it_stands_beside(bot: Bot) -> None:
    where = tidied(bot)
    (link,) = [b["link"] for b in where.bookmarks.values() if b["title"] == "Status card"]
    assert where.pins[0].replace(".", "") in link
    bot.flow("tidy_channel", (1,))
    assert len([b for b in where.bookmarks.values() if b["title"] == "Status card"]) == 1


def test_an_archived_channel_is_opened_while_work_goes_on(bot: Bot) -> None:
    where = tidied(bot)
    meddle(bot, "archive", channel=where.id)
    assert not where.is_archived
    assert "Noted" in bot.ask("/incident note on we go", "ana", where.id)
