"""A restricted incident's whole life, and then a search for its words everywhere outside (F4)."""

import json
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from typer.testing import CliRunner

from fireline.cli.app import app
from fireline.sandbox.entities import Channel, Message
from tests.e2e.conftest import ROOT, StartBot
from tests.e2e.stage import Stage, Step
from tests.e2e.world import Person, World, eventually, plain

SECRET = "wolframite"
MANY = 10
WRITING = ("chat.", "conversations.", "files.", "views.", "bookmarks.", "pins.")


def policy_file(world: World, folder: Path) -> Path:
    """The shipped policy with dia as security, bo as head."""
    document = yaml.safe_load((ROOT / "policies" / "default.yaml").read_text())
    user = world.sandbox.user
    document["people"] = {
        "@security-oncall": user("dia"),
        "@head-of-data-platform": user("bo"),
    }
    path = folder / "policy.yaml"
    path.write_text(yaml.safe_dump(document))
    return path


def inside(world: World) -> Channel:
    """The one private channel."""
    rooms = world.sandbox.workspace.channels.values()
    (room,) = [c for c in list(rooms) if c.is_private and c.name.startswith("inc-")]
    return room


def words_of(message: Message) -> str:
    return json.dumps([plain(message), message.blocks, message.metadata, message.extra])


def seen_outside(world: World, readers: set[str]) -> dict[str, str]:
    """Everything that stands in Slack for people without access, by where it stands."""
    workspace, room = world.sandbox.workspace, inside(world)
    found = _in_channels(world, readers)
    for message in list(workspace.ephemerals):
        if message.ephemeral_to not in readers:
            found[f"whispered {message.ts}"] = words_of(message)
    for view in list(workspace.views.values()):
        if view.user not in readers:
            found[f"view of {view.user}"] = json.dumps(view.payload)
    for file in list(workspace.files.values()):
        if room.id not in json.dumps(file.shares):
            found[f"file {file.name}"] = f"{file.name} {file.title} {file.data!r}"
    return found


def _in_channels(world: World, readers: set[str]) -> dict[str, str]:
    """Names, topics, bookmarks and messages of all channels but the room and readers' own."""
    found: dict[str, str] = {}
    for channel in list(world.sandbox.workspace.channels.values()):
        if channel is inside(world) or (channel.is_im and set(channel.members) & readers):
            continue
        head = [channel.name, channel.topic, channel.purpose, list(channel.bookmarks.values())]
        found[f"#{channel.name}"] = json.dumps(head)
        for message in list(channel.messages.values()):
            # What people and Slack itself wrote in the channel that was left is evidence.
            if not channel.is_archived or (message.bot_id and not message.subtype):
                found[f"#{channel.name} {message.ts}"] = words_of(message)
    return found


def sent_outside(world: World, readers: set[str]) -> dict[str, str]:
    """Every call that ever wrote anything outside the room, whatever was edited since."""
    room = inside(world).id
    found = {}
    for entry in list(world.sandbox.workspace.journal.entries):
        if entry["kind"] != "api" or not entry["method"].startswith(WRITING):
            continue
        arguments: dict[str, Any] = entry.get("arguments") or {}
        if arguments.get("channel", arguments.get("channel_id")) == room:
            continue
        if arguments.get("user") in readers or entry["method"].startswith("views.open"):
            continue
        found[f"{entry['n']} {entry['method']}"] = json.dumps(arguments)
    return found


def leaks(texts: dict[str, str]) -> list[str]:
    return [f"{where}: {text[:300]}" for where, text in texts.items() if SECRET in text.lower()]


def from_the_command_line(url: str, *numbers: int) -> dict[str, str]:
    """What the command line tells of incidents, review and audit trail."""
    calls = [
        ["incident", "list"],
        ["incident", "list", "--json"],
        ["review", "render"],
        ["audit", "export"],
    ]
    for number in numbers:
        calls += [
            ["incident", "show", str(number)],
            ["incident", "export", str(number)],
            ["postmortem", "render", str(number)],
        ]
    folders = json.dumps([str(ROOT / "slo_definitions")])
    env = {"FIRELINE_DATABASE_URL": url, "FIRELINE_DEFINITIONS": folders}
    runner = CliRunner()
    results = {" ".join(call): runner.invoke(app, call, env=env) for call in calls}
    broken = [call for call, r in results.items() if not isinstance(r.exception, SystemExit | None)]
    assert broken == []
    return {call: result.output for call, result in results.items()}


def test_F04_restricted_text_never_leaves_its_channel(  # noqa: N802 - the fault's number
    world: World, start_bot: StartBot, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    url = f"sqlite:///{tmp_path / 'fireline.db'}"
    program = start_bot(policy=policy_file(world, tmp_path), log_level="DEBUG", database_url=url)
    ana, dia, chen = (Person(world, name) for name in ("ana", "dia", "chen"))
    readers = {world.sandbox.user(name) for name in ("ana", "bo", "dia")}

    ana.command(f"/incident declare the {SECRET} share is open to everybody restricted")
    room = eventually(lambda: inside(world) if _rooms(world) else None, "the private channel")
    world.wait_message(room.name, SECRET)
    assert room.name == "inc-1"
    assert _walk(world, ana, room).count(SECRET) > MANY
    eventually(lambda: readers <= set(room.members), "security and head are invited")
    eventually(lambda: _called(world, "dia"), "security is called at once, without the clock")

    # Somebody else sees the sentence, asks, is let in, and is then one who may read it.
    announced = world.wait_message("incidents", "Restricted incident")
    chen.command("/incident show INC-1")
    chen.command("/incident")
    chen._act("home_opened")  # noqa: SLF001 - there is no verb for it
    chen.clicks("Request access", announced)
    asked = world.wait_message(room.name, "asks to read INC-1")
    outside = {**seen_outside(world, readers), **sent_outside(world, readers)}
    assert leaks(outside) == []
    assert len(outside) > MANY
    dia.clicks("Let them in", asked)
    eventually(lambda: world.sandbox.user("chen") in room.members, "chen is let in")

    texts = from_the_command_line(url, 1)
    texts["/metrics"] = httpx.get(program.health_url.replace("/healthz", "/metrics")).text
    lines = [repr((r.msg, r.args, r.exc_info)) for r in caplog.records]
    texts["logs"] = "\n".join(lines)
    assert leaks(texts) == []
    assert len(lines) > MANY
    assert "Restricted incident INC-1, SEV2" in texts["incident list"]
    assert "Restricted incidents: 1 (SEV2 1)" in texts["review render"]


def test_what_was_public_before_is_taken_back_when_an_incident_is_exposed(
    world: World, start_bot: StartBot, tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path / 'fireline.db'}"
    start_bot(policy=policy_file(world, tmp_path), database_url=url)
    ana, chen = Person(world, "ana"), Person(world, "chen")
    readers = {world.sandbox.user(name) for name in ("ana", "bo", "dia")}
    ana.command(f"/incident declare the {SECRET} share is open to everybody")
    old = world.wait_channel("inc-1-")
    world.wait_message(old.name, SECRET)
    announced = world.wait_message("incidents", SECRET)
    ana.command(f"/incident update c: {SECRET} is open a: closing it", old.name)
    world.wait_message(old.name, "closing it")
    ana.command(f"/incident dataset add {SECRET}.users exposed", old.name)
    room = eventually(lambda: inside(world) if _rooms(world) else None, "the private channel")
    world.wait_message(room.name, SECRET)
    eventually(lambda: old.is_archived, "the old channel is archived")
    eventually(lambda: SECRET not in plain(announced), "the announcement is edited")
    chen.command("/incident show INC-1")
    eventually(lambda: leaks(seen_outside(world, readers)) == [], "nothing is left outside")
    assert old.name == "inc-1-left"
    assert "Restricted incident INC-1, SEV1" in old.topic["value"]
    assert leaks(from_the_command_line(url, 1)) == []


def test_a_bot_killed_again_and_again_on_the_way_into_the_private_channel_moves_once(
    world: World, tmp_path: Path
) -> None:
    with closing(Stage(world, f"sqlite:///{tmp_path / 'fireline.db'}", tmp_path)) as stage:
        stage.bot.start()
        stage.ana.command(f"/incident declare the {SECRET} share is open to everybody")
        stage.settled()
        old = stage.room
        line = f"/incident expose {SECRET} was read by strangers"
        steps = (
            (Step("conversations.create"), True),
            (Step("conversations.rename"), True),
        )
        act: Callable[[], object] = lambda: stage.ana.command(line, old.name)  # noqa: E731
        for step, done in steps:
            stage.killed_at(step, act, done=done)
            act = stage.bot.begin
        stage.restarted()
        pointer = f"pointer:1:{old.id}"
        assert sorted(_ours(old)) == ["left:card:1", "left:runbooks:1", pointer]
        assert leaks({m.ts: plain(m) for m in _ours(old).values()}) == []
        assert (old.name, old.is_archived) == ("inc-1-left", True)
        assert inside(world).pins == [_ours(inside(world))["card:1"].ts]


def _ours(channel: Channel) -> dict[str, Message]:
    """The bot's messages by their keys; a key that stands twice fails."""
    ours = [m for m in list(channel.messages.values()) if m.bot_id and not m.subtype]
    keys = [str((m.metadata or {}).get("event_payload", {}).get("key")) for m in ours]
    assert len(keys) == len(set(keys)), keys
    return dict(zip(keys, ours, strict=True))


def _rooms(world: World) -> list[Channel]:
    every = list(world.sandbox.workspace.channels.values())
    return [c for c in every if c.is_private and c.name.startswith("inc-")]


def _walk(world: World, ana: Person, room: Channel) -> str:
    """Say the secret in every way there is; gives what the room shows."""
    said = (
        f"note {SECRET} was read from outside",
        f"rename {SECRET} share",
        f"cause a wrong {SECRET} policy",
        f"hypothesis {SECRET} key leaked",
        f"decide rotate {SECRET} keys why:{SECRET}",
        f"task tell {SECRET} owners",
        f"update c: {SECRET} a: {SECRET} n: {SECRET}",
        f"dataset add {SECRET}.users exposed",
        "window -2h..now published",
        f"unit add {SECRET}.users 2026-11-22..2026-11-23 withdraw",
        f"severity 2 {SECRET} is small",
    )
    for line in said:
        ana.command(f"/incident {line}", room.name)
    ana.command(f"/postmortem action Rotate every {SECRET} key each month @chen", room.name)
    ana.command(f"/incident restore {SECRET} is closed", room.name)
    ana.command(f'/incident resolve no-damage checked:@ana how:"{SECRET} logs"', room.name)
    eventually(lambda: SECRET in room.name or _shared(world), "the postmortem draft is shared")
    return " ".join(plain(m) for m in list(room.messages.values()))


def _called(world: World, name: str) -> bool:
    """Whether a direct message calls this person."""
    user, every = world.sandbox.user(name), list(world.sandbox.workspace.channels.values())
    mine = [c for c in every if c.is_im and user in c.members]
    return any("Called as" in plain(m) for c in mine for m in list(c.messages.values()))


def _shared(world: World) -> bool:
    return any(SECRET.encode() in f.data for f in list(world.sandbox.workspace.files.values()))
