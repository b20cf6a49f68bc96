"""What peers lose of a timeline, each as a test that shows that we keep it; on the sandbox.

The names carry the numbers of the list in the incident reference.
"""

import base64
import hashlib
import json
from collections.abc import Sequence

from sqlalchemy import text

from fireline.domain.incident.timeline import EntryKind, TimelineEntry
from fireline.domain.incident.timeline_text import current, people, words
from fireline.usecases.keep_files import keep_files
from fireline.usecases.verify_chains import verify_chains
from tests.integration.slack_bot import Bot

PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40


def flagged(bot: Bot) -> list[TimelineEntry]:
    """What stands on the timeline and came from messages, files aside."""
    with bot.store() as uow:
        entries = current(uow.timeline.entries(1))
    return [e for e in entries if e.provenance.source == "slack"]


def problems(bot: Bot) -> Sequence[str]:
    with bot.store() as uow:
        return verify_chains(uow).problems


def test_F08_backdated_note_in_place(bot: Bot) -> None:
    where = bot.declared().id
    bot.ask("/incident note lag is growing", "ana", where)
    bot.ask("/incident note pager was silenced at:-75m", "ana", where)
    with bot.store() as uow:
        notes = [e for e in current(uow.timeline.entries(1)) if e.kind is EntryKind.NOTE]
    assert [e.text for e in notes] == ["pager was silenced", "lag is growing"]
    first = notes[0]
    assert first.seq > notes[1].seq
    assert f"(noted {first.recorded_at:%H:%M})" in words(first) or "(noted 20" in words(first)


def test_F09_no_one_can_delete_history(bot: Bot) -> None:
    where = bot.declared().id
    bot.ask("/incident note the first note", "ana", where)
    bot.ask("/incident note something private", "ana", where)
    for attempt in ("delete 3", "remove 3", "timeline delete 3"):
        bot.command(f"/incident {attempt}", "ana", where)
    with bot.store() as uow:
        seq = next(e.seq for e in uow.timeline.chain(1) if e.text == "something private")
        before = [(e.seq, e.hash) for e in uow.timeline.chain(1)]
    assert "hidden" in bot.ask(f"/incident hide {seq} names a customer", "ana", where)
    with bot.store() as uow:
        chain = uow.timeline.chain(1)
    assert [(e.seq, e.hash) for e in chain][: len(before)] == before
    assert chain[seq - 1].text == "something private"
    assert problems(bot) == ()
    with bot.store.engine.begin() as connection:
        change = "UPDATE timeline_text SET text = 'nothing happened' WHERE seq = :seq"
        connection.execute(text(change), {"seq": seq})
    assert problems(bot) == (f"INC-1 timeline: entry {seq} was changed after it was written",)


def test_F10_repeated_reaction_one_entry(bot: Bot) -> None:
    where = bot.declared().id
    said = bot.act("message", user="ana", channel=where, text="the sensor is off")
    bot.act("join", user="bo", channel=where)
    bot.sandbox.fault("deliver_twice", until_cleared=True)
    for user in ("ana", "bo"):
        bot.act("reaction", user=user, channel=where, ts=said["ts"], name="pushpin")
    bot.until(lambda: flagged(bot) and len(people(flagged(bot)[0])) == 2)
    (entry,) = flagged(bot)
    assert words(entry) == "the sensor is off (+1 flagged it too)"
    for user in ("ana", "bo"):
        gone = {"channel": where, "ts": said["ts"], "name": "pushpin", "remove": True}
        bot.act("reaction", user=user, **gone)
    bot.until(lambda: not flagged(bot))


def test_F11_reaction_on_thread_reply(bot: Bot) -> None:
    where = bot.declared().id
    top = bot.act("message", user="ana", channel=where, text="who knows the sensor?")
    reply = bot.act("message", user="ana", channel=where, text="it was moved", thread_ts=top["ts"])
    bot.act("message", user="ana", channel=where, text="a neighbour")
    bot.until(lambda: _raw(bot, where, reply["ts"]))
    _forget(bot, where, reply["ts"])  # as if its event had never come
    bot.act("reaction", user="ana", channel=where, ts=reply["ts"], name="pushpin")
    bot.until(lambda: flagged(bot))
    (entry,) = flagged(bot)
    assert entry.text == "it was moved"
    assert entry.provenance.permalink is not None
    assert f"p{str(reply['ts']).replace('.', '')}" in entry.provenance.permalink
    _forget(bot, where, reply["ts"])
    bot.sandbox.fault("error", method="conversations.replies", error="thread_not_found")
    bot.act("reaction", user="ana", channel=where, ts=reply["ts"], name="bulb")
    bot.until(lambda: len(flagged(bot)) == 2)
    lost = next(e for e in flagged(bot) if e.kind is EntryKind.HYPOTHESIS)
    assert lost.text == "message not retrievable"
    assert lost.provenance.permalink == entry.provenance.permalink


def _raw(bot: Bot, channel: str, ts: str) -> bool:
    with bot.store() as uow:
        return uow.raw_messages.get(channel, ts) is not None


def _forget(bot: Bot, channel: str, ts: str) -> None:
    with bot.store.engine.begin() as connection:
        gone = "DELETE FROM raw_message WHERE channel = :channel AND ts = :ts"
        connection.execute(text(gone), {"channel": channel, "ts": ts})


def test_F14_duplicate_pin_delivery(bot: Bot) -> None:
    where = bot.declared().id
    bot.act("join", user="bo", channel=where)
    first = bot.act("message", user="ana", channel=where, text="rows are missing")
    second = bot.act("message", user="ana", channel=where, text="rows are back")
    bot.sandbox.fault("deliver_twice", until_cleared=True)
    bot.act("pin", user="ana", channel=where, ts=first["ts"])
    bot.act("pin", user="ana", channel=where, ts=second["ts"])
    bot.act("reaction", user="bo", channel=where, ts=second["ts"], name="pushpin")
    bot.until(lambda: sum(len(e.supporters) for e in flagged(bot)) == 3)
    assert [e.text for e in flagged(bot)] == ["rows are missing", "rows are back"]
    bot.act("pin", user="bo", channel=where, ts=second["ts"], remove=True)
    bot.until(lambda: sum(len(e.supporters) for e in flagged(bot)) == 2)
    assert [(e.text, len(people(e))) for e in flagged(bot)] == [
        ("rows are missing", 1),
        ("rows are back", 1),
    ]
    bot.act("pin", user="bo", channel=where, ts=first["ts"], remove=True)
    bot.until(lambda: [e.text for e in flagged(bot)] == ["rows are back"])


def test_F15_file_never_public(bot: Bot) -> None:
    where = bot.declared().id
    shared = bot.act(
        "file",
        user="ana",
        channel=where,
        filename="error.png",
        text="this is what it shows",
        content_base64=base64.b64encode(PICTURE).decode(),
    )
    bot.act("reaction", user="ana", channel=where, ts=shared["ts"], name="pushpin")
    bot.until(lambda: flagged(bot))
    (call,) = bot.store.started("keep_files")
    keep_files(bot.services, *call.args)  # type: ignore[arg-type]  # as the flow passes them
    assert keep_files(bot.services, *call.args) == 0  # type: ignore[arg-type]
    with bot.store() as uow:
        (kept,) = uow.kept_files.of(1)
        data = uow.kept_files.data(1, kept.file_id)
        lines = [e.text for e in uow.timeline.entries(1) if e.kind is EntryKind.FILE]
    digest = hashlib.sha256(PICTURE).hexdigest()
    assert data == PICTURE
    assert (kept.sha256, kept.size, kept.mimetype) == (digest, len(PICTURE), "image/png")
    assert lines == [f"File error.png (10 kB, image/png) is kept, sha256 {digest}"]
    called = {entry["method"] for entry in bot.sandbox.journal("api")}
    assert "files.sharedPublicURL" not in called
    downloads = bot.sandbox.journal("download")
    assert [(d["file"], d["allowed"]) for d in downloads] == [(shared["file"], True)]
    assert 'public_url_shared": true' not in json.dumps(bot.sandbox.get("/_state"))
