"""The sandbox against the method table, and what can be planted or installed."""

import ast
import json
from pathlib import Path

import pytest

from fireline.sandbox import seed, webapi
from fireline.sandbox.clock import VirtualClock, parse_duration
from fireline.sandbox.journal import Journal
from fireline.sandbox.model import Workspace
from fireline.sandbox.seed import Seed, plant
from fireline.sandbox.webapi.registry import REGISTRY
from fireline.sandbox.webapi.table import allowed_errors, methods
from tests.sandbox_fixture import Sandbox

SOURCES = Path(webapi.__file__).parent.parent
USER_ONLY = {"reminders.add", "search.messages"}


def named_errors(path: Path) -> set[str]:
    """Every literal that the module raises as an error name."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in {"SlackError", "invalid_blocks", "micros", "user"}
        ):
            strings = [a.value for a in node.args if isinstance(a, ast.Constant)]
            found |= {s for s in strings if isinstance(s, str) and s}
    return found


def test_every_error_name_comes_from_the_table() -> None:
    known = frozenset[str]().union(*(allowed_errors(name) for name in methods()))
    used = {
        error
        for folder in (SOURCES, SOURCES / "webapi")
        for path in folder.glob("*.py")
        if not path.name.startswith("act")
        for error in named_errors(path)
    }

    assert used
    assert used <= known, used - known


def test_every_method_of_the_table_is_there_or_only_for_people() -> None:
    assert set(methods()) - set(REGISTRY) == USER_ONLY
    assert set(REGISTRY) <= set(methods())


def test_table_is_small() -> None:
    assert (SOURCES / "data" / "methods.json").stat().st_size < 60_000


def test_seed_file_decides_everything(tmp_path: Path) -> None:
    path = tmp_path / "seed.yaml"
    path.write_text(
        """
team: {id: T1, name: Beta, domain: beta}
users:
  - {id: U1, name: eve, tz: Europe/Paris}
  - {id: U2, name: old, deactivated: true}
channels:
  - {name: ops, members: [eve, robot], is_private: true, topic: hush}
usergroups:
  - {handle: crew, users: [eve]}
apps:
  - name: Robot
    bot_user: robot
    scopes: [chat:write]
    bot_token: xoxb-robot
    signing_secret: hush
""",
        encoding="utf-8",
    )
    workspace = Workspace()

    plant(workspace, Seed.from_file(path))

    app = workspace.app_by_token("xoxb-robot")
    assert app is not None
    assert (app.scopes, app.signing_secret) == ({"chat:write"}, "hush")
    assert workspace.users["U2"].deleted
    ops = workspace.channel_named("ops")
    assert ops is not None
    assert ops.is_private
    assert ops.members == ["U1", app.bot_user_id]
    assert workspace.team_name == "Beta"


@pytest.mark.parametrize("text", ["- a list", "{broken"])
def test_unreadable_seed_names_the_file(tmp_path: Path, text: str) -> None:
    path = tmp_path / "seed.yaml"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(ValueError, match=r"seed\.yaml"):
        Seed.from_file(path)


def test_seed_with_an_unknown_member_says_who() -> None:
    with pytest.raises(ValueError, match="'ghost'"):
        plant(Workspace(), Seed({"channels": [{"name": "x", "members": ["ghost"]}]}))


def test_manifest_replaces_scopes_commands_and_events(sandbox: Sandbox) -> None:
    manifest = {
        "display_information": {"name": "Fireline"},
        "features": {
            "bot_user": {"display_name": "fireline"},
            "slash_commands": [{"command": "/only", "description": "d", "usage_hint": "h"}],
            "shortcuts": [{"name": "S", "callback_id": "s", "type": "message"}],
            "app_home": {"home_tab_enabled": True},
        },
        "oauth_config": {"scopes": {"bot": ["chat:write"]}},
        "settings": {
            "event_subscriptions": {"bot_events": ["message.channels"]},
            "interactivity": {"is_enabled": True},
            "socket_mode_enabled": True,
        },
    }
    bot = sandbox.user("fireline")

    answer = sandbox.post("/_install", manifest=manifest)

    app = sandbox.workspace.apps[answer["app_id"]]
    assert answer["bot_user_id"] == bot
    assert app.scopes == {"chat:write"}
    assert [c["command"] for c in app.commands] == ["/only"]
    assert app.events == {"message.channels"}
    assert app.socket_mode
    assert sandbox.error("users.list") == "missing_scope"


def test_second_app_gets_its_own_bot(sandbox: Sandbox) -> None:
    manifest = {"display_information": {"name": "Other"}, "oauth_config": {}}

    answer = sandbox.post("/_install", manifest=manifest, bot_token="xoxb-other")

    assert sandbox.call("auth.test", token="xoxb-other")["user_id"] == answer["bot_user_id"]
    assert answer["bot_user_id"] != sandbox.user("fireline")


def test_control_endpoints_say_what_is_wrong(sandbox: Sandbox) -> None:
    assert "not a duration" in sandbox.post("/_clock", advance="soon")["error"]
    assert "no channel" in sandbox.post("/_faults/archive", channel="nowhere")["error"]
    assert "manifest" in sandbox.post("/_install")["error"]
    assert "no app" in sandbox.post("/_faults/revoke_token", app="nobody")["error"]
    reply = sandbox.http.post(sandbox.url + "/_clock", content=b"{")
    assert "not JSON" in reply.json()["error"]


def test_fault_rules_can_be_seen_and_cleared(sandbox: Sandbox) -> None:
    sandbox.fault("error", method="auth.test", error="fatal_error", until_cleared=True)

    assert sandbox.error("auth.test") == sandbox.error("auth.test") == "fatal_error"
    rules = sandbox.get("/_faults")["rules"]
    assert [(r["kind"], r["hits"]) for r in rules] == [("error", 2)]
    sandbox.post("/_faults/clear")
    assert sandbox.call("auth.test")["ok"]


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("5m", 300), ("1h30m", 5400), ("-10s", -10), ("250ms", 0.25), ("7", 7), (3, 3)],
)
def test_durations_are_read_in_every_form(text: str | float, seconds: float) -> None:
    assert parse_duration(text) == seconds


def test_frozen_clock_moves_only_when_told() -> None:
    real = [100.0]
    clock = VirtualClock(lambda: real[0])
    clock.freeze()
    real[0] = 200.0
    clock.advance(5)

    assert clock.now() == 105
    clock.thaw()
    real[0] = 201.0
    assert clock.now() == 106


def test_tokens_of_the_default_seed_are_nowhere_in_the_data() -> None:
    assert seed.BOT_TOKEN not in json.dumps(seed.DEFAULT)


def test_journal_forgets_the_oldest_and_keeps_its_numbers() -> None:
    journal = Journal(VirtualClock(), most=20)
    for number in range(30):
        journal.add("api", what=number)

    assert len(journal.entries) <= 20
    assert [e["n"] for e in journal.since(27)] == [28, 29, 30]
