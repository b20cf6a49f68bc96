"""What people say and flag in an incident channel, through every way Slack repeats itself."""

from fireline.adapters.slack.calls import web_client
from fireline.adapters.slack.catch_up import catch_up
from fireline.domain.incident.timeline import TimelineEntry
from fireline.sandbox.seed import BOT_TOKEN
from tests.integration.slack_bot import Bot


def shown(bot: Bot) -> list[TimelineEntry]:
    with bot.store() as uow:
        return [e for e in uow.timeline.entries(1) if e.provenance.ts and not e.retracted]


def test_a_flagged_thread_reply_enters_once_with_two_supporters(bot: Bot) -> None:
    where = bot.declared().id
    bot.act("join", user="bo", channel=where)
    top = bot.act("message", user="ana", channel=where, text="looking")
    reply = bot.act(
        "message", user="bo", channel=where, text="it is the sensor", thread_ts=top["ts"]
    )
    for user in ("ana", "bo"):
        bot.act("reaction", user=user, channel=where, ts=reply["ts"], name="pushpin")
    bot.until(lambda: shown(bot) and len(shown(bot)[0].supporters) == 2)
    (entry,) = shown(bot)
    assert (entry.text, entry.actor_name) == ("it is the sensor", "Bo")
    assert entry.provenance.thread_ts == top["ts"]


def test_a_flag_taken_back_retracts_and_an_edit_adds_a_version(bot: Bot) -> None:
    where = bot.declared().id
    said = bot.act("message", user="ana", channel=where, text="lag 10 min")
    bot.act("reaction", user="ana", channel=where, ts=said["ts"], name="bulb")
    bot.until(lambda: shown(bot))
    bot.act("edit", user="ana", channel=where, ts=said["ts"], text="lag 20 min")
    bot.until(lambda: any(e.text == "lag 20 min" for e in shown(bot)))
    bot.act("reaction", user="ana", channel=where, ts=said["ts"], name="bulb", remove=True)
    bot.until(lambda: all(e.text != "lag 20 min" for e in shown(bot)))


def test_everything_delivered_twice_has_one_effect(bot: Bot) -> None:
    where = bot.declared().id
    bot.sandbox.fault("deliver_twice", until_cleared=True)
    said = bot.act("message", user="ana", channel=where, text="half of the rows")
    bot.act("reaction", user="ana", channel=where, ts=said["ts"], name="pushpin")
    before = len(bot.ephemerals())
    bot.command("/incident note counted rows", "ana", where)
    bot.until(lambda: len(bot.ephemerals()) > before and shown(bot))
    bot.command("/incident note second", "ana", where)
    bot.until(lambda: len(bot.ephemerals()) > before + 1)
    with bot.store() as uow:
        texts = [e.text for e in uow.timeline.entries(1)]
    assert texts.count("counted rows") == 1
    assert texts.count("half of the rows") == 1


def test_no_envelope_stays_unacked(bot: Bot) -> None:
    where = bot.declared().id
    bot.act("message", user="ana", channel="orders-team", text="hello")
    bot.act("join", user="bo", channel=where)
    bot.act("leave", user="bo", channel=where)
    bot.act(
        "pin",
        user="ana",
        channel=where,
        ts=bot.sandbox.workspace.channels[where].pins[0],
        remove=True,
    )
    bot.command("/incident nonsense words")
    bot.until(lambda: not [d for d in bot.sandbox.journal("delivery") if not d["acked"]])


def test_the_shortcut_adds_a_message_and_asks_elsewhere(bot: Bot) -> None:
    where = bot.declared().id
    said = bot.act("message", user="ana", channel=where, text="rows are back")
    bot.act(
        "shortcut",
        user="ana",
        callback_id="add_to_timeline",
        channel=where,
        message=said["ts"],
    )
    bot.until(lambda: any(e.text == "rows are back" for e in shown(bot)))
    other = bot.act("message", user="ana", channel="orders-team", text="customers call")
    bot.act(
        "shortcut",
        user="ana",
        callback_id="add_to_timeline",
        channel="orders-team",
        message=other["ts"],
    )
    bot.submit(bot.open_view(), incident="1", kind="event")
    assert any(e.text == "customers call" for e in shown(bot))


def test_a_long_message_full_of_quotes_from_elsewhere_enters_whole(bot: Bot) -> None:
    bot.declared()
    code = bot.act("message", user="ana", channel="orders-team", text='"\n' * 3000)
    bot.act(
        "shortcut",
        user="ana",
        callback_id="add_to_timeline",
        channel="orders-team",
        message=code["ts"],
    )
    bot.submit(bot.open_view(), incident="1", kind="event")
    assert any(len(e.text) > 5000 for e in shown(bot))


def test_a_dropped_socket_comes_back_and_works(bot: Bot) -> None:
    opened = bot.socket.state().reconnects
    bot.sandbox.fault("drop_socket")
    bot.until(lambda: bot.socket.state().reconnects > opened and bot.socket.state().healthy)
    assert "No open incident" in bot.ask("/incident")


def test_a_refused_token_is_told_with_an_id(bot: Bot) -> None:
    bot.sandbox.fault("error", method="views.open", error="expired_trigger_id")
    assert "try once more" in bot.ask("/incident declare")


def test_a_pin_that_was_missed_is_found_again_and_the_cards_own_is_none(bot: Bot) -> None:
    where = bot.declared()
    said = bot.act("message", user="ana", channel=where.id, text="rows are missing")
    where.pins.append(str(said["ts"]))  # while nobody listened
    client = web_client(BOT_TOKEN, bot.sandbox.api_url)
    for _ in range(2):
        catch_up(bot.services, client, bot.chat, None)
    bot.act("pin", user="ana", channel=where.id, ts=said["ts"], remove=True)
    bot.until(lambda: not shown(bot))
    bot.act("pin", user="ana", channel=where.id, ts=said["ts"])
    bot.until(lambda: shown(bot))
    catch_up(bot.services, client, bot.chat, None)
    ana = bot.sandbox.user("ana")
    assert [(e.text, e.supporters) for e in shown(bot)] == [("rows are missing", (f"pin:{ana}",))]
