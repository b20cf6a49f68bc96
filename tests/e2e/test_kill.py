"""kill -9 at every step of an incident's flows: after a restart all is there, and once."""

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import install
from tests.e2e.stage import EPISODE, Scene, Stage, Step
from tests.e2e.world import World
from tests.sandbox_fixture import Sandbox

READS = {
    "apps.connections.open",
    "auth.test",
    "chat.getPermalink",
    "conversations.history",
    "conversations.info",
    "conversations.list",
    "users.info",
}
ALERT = {"metadata": f"alert:{EPISODE}"}
DECLARE = {
    "create the channel": Step("conversations.create"),
    "invite": Step("conversations.invite"),
    "invite again": Step("conversations.invite", skip=1),
    "set the topic": Step("conversations.setTopic"),
    "post the card": Step("chat.postMessage", {"metadata": "card:1"}),
    "pin the card": Step("pins.add"),
    "post the announcement": Step("chat.postMessage", {"metadata": "announcement:1"}),
    "post the runbooks": Step("chat.postMessage", {"metadata": "runbooks:1"}),
    "name the incident in the alert": Step("chat.update", ALERT),
    "name the channel in the alert": Step("chat.update", {**ALERT, "blocks": "<#C"}),
}
RESOLVE = {
    "announce the end": Step("chat.update", {"metadata": "announcement:1"}),
    "show the end on the card": Step("chat.update", {"metadata": "card:1"}),
    "pin the card": Step("pins.add"),
    "invite": Step("conversations.invite"),
    "set the topic": Step("conversations.setTopic"),
    "begin the upload": Step("files.getUploadURLExternal"),
    "share the postmortem": Step("files.completeUploadExternal"),
    "link the postmortem on the card": Step("chat.update", {"metadata": "card:1"}, skip=1),
    "pin the card again": Step("pins.add", skip=1),
}
# The others are edits as they happen while declaring.
FINISH = ("show the end on the card", "begin the upload", "share the postmortem", "set the topic")
MOMENTS = [pytest.param(False, id="before"), pytest.param(True, id="after")]

DECLARED_SEEN = {
    "room": sorted(["card:1", "runbooks:1", "channel_join", "channel_join", "channel_topic"]),
    "incidents": ["announcement:1"],
    "alerts": [f"alert:{EPISODE}"],
    "pinned": ["card:1"],
    "members": ["ana", "fireline"],
    "topic": ["INC-1 SEV1", "investigating", "commander Ana"],
}
DECLARED_RECORD = {
    "state": "investigating",
    "timeline": [
        "Page-level burn alert of orders-rows-valid",
        "Declared INC-1: Order rows pass their contract: error budget is burning",
        "Severity SEV1: tier-0 page-level burn of orders-rows-valid",
        "Ana is commander until somebody else claims it",
        "Opened channel #inc-1-order-rows-pass-their-contract",
    ],
    "audit": ["incident.declare", "incident.channel"],
}
RESOLVED_SEEN = {
    **DECLARED_SEEN,
    "room": sorted([*DECLARED_SEEN["room"], "channel_topic", "channel_topic", "file_share"]),
    "topic": ["INC-1 SEV1", "resolved", "commander Ana"],
}
RESOLVED_RECORD = {
    "state": "resolved",
    "timeline": [
        *DECLARED_RECORD["timeline"],
        "investigating -> mitigating (implied)",
        "mitigating -> restored: rows pass again",
        "The burn of orders-rows-valid could not be checked: it was not evaluated yet",
        "restored -> resolved",
        "No data damaged, checked by Bo: row counts match",
    ],
    "audit": [
        *DECLARED_RECORD["audit"],
        "incident.restore",
        "incident.resolve",
        "postmortem.draft",
    ],
}


@dataclass(frozen=True)
class Scenes:
    """Where the kills begin: a burning alert; work acknowledged of which nothing is done yet."""

    burning: Scene
    declared: Scene
    resolved: Scene


@pytest.fixture(scope="module")
def scenes(sandbox_server: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scenes]:
    """Played once, since it takes longer than to recover from it."""
    sandbox_server.post("/_reset")
    install(sandbox_server)
    world = World(sandbox_server)
    with ExitStack() as open_stages:

        def folder(name: str) -> Path:
            return tmp_path_factory.mktemp(name)

        def opened(stage: Stage) -> Stage:
            open_stages.callback(stage.close)
            return stage

        stage = opened(
            Stage(world, f"sqlite:///{folder('burning') / 'fireline.db'}", folder("slo"))
        )
        stage.burn()
        burning = stage.scene()
        stage = opened(burning.again(world, folder("declared")))
        stage.bot.start()
        stage.killed_before_any(stage.declare, {step.method for step in DECLARE.values()})
        declared = stage.scene()
        stage = opened(declared.again(world, folder("resolved")))
        stage.bot.start()
        stage.settled()
        stage.restore()
        stage.settled()
        stage.killed_before_any(stage.resolve, {step.method for step in RESOLVE.values()})
        yield Scenes(burning, declared, stage.scene())


@pytest.fixture
def begin(world: World, tmp_path: Path) -> Iterator[Callable[[Scene], Stage]]:
    """A stage from a scene."""
    with ExitStack() as open_stages:

        def at(scene: Scene) -> Stage:
            stage = scene.again(world, tmp_path)
            open_stages.callback(stage.close)
            return stage

        yield at


@pytest.fixture
def burning(begin: Callable[[Scene], Stage], scenes: Scenes) -> Stage:
    """A running bot and its burning alert."""
    stage = begin(scenes.burning)
    stage.bot.start()
    return stage


@pytest.fixture
def declared(begin: Callable[[Scene], Stage], scenes: Scenes) -> Stage:
    """An acknowledged declaration of which nothing is done; no bot."""
    return begin(scenes.declared)


@pytest.fixture
def resolved(begin: Callable[[Scene], Stage], scenes: Scenes) -> Stage:
    """An acknowledged resolution of which nothing is done; no bot."""
    return begin(scenes.resolved)


def check_declared(stage: Stage) -> None:
    assert stage.seen() == DECLARED_SEEN
    assert stage.recorded() == DECLARED_RECORD
    assert stage.alert_links()


def check_resolved(stage: Stage) -> None:
    assert stage.seen() == RESOLVED_SEEN
    assert stage.recorded() == RESOLVED_RECORD
    with stage.store() as uow:
        made = uow.postmortems.latest(1)
        kept = uow.messages.get("postmortem:1:1")
    assert made is not None
    assert made.version == 1
    assert kept is not None
    assert kept.ts in stage.room.messages
    shared = [f for f in stage.world.sandbox.workspace.files.values() if f.shares]
    assert [f.data.decode() for f in shared] == [made.markdown]


def writes(stage: Stage) -> list[dict[str, Any]]:
    every = stage.world.sandbox.workspace.journal.entries
    return [e for e in every if e["kind"] == "api" and e["method"] not in READS]


def uncovered(calls: list[dict[str, Any]], steps: dict[str, Step]) -> list[str]:
    """Calls that no step names."""
    met: Counter[str] = Counter()
    missing = []
    for call in calls:
        fitting = [name for name, step in steps.items() if step.fits(call)]
        if not any(met[name] == steps[name].skip for name in fitting):
            missing.append(f"{call['method']} {call['arguments']}")
        met.update(fitting)
    return missing


def test_the_steps_are_all_the_calls_that_change_something(burning: Stage) -> None:
    stage = burning
    stage.declare()
    stage.settled()
    check_declared(stage)
    assert uncovered(writes(stage), DECLARE) == []
    stage.restore()
    stage.settled()
    before = len(writes(stage))
    stage.resolve()
    stage.settled()
    check_resolved(stage)
    assert uncovered(writes(stage)[before:], RESOLVE) == []


@pytest.mark.parametrize("done", MOMENTS)
@pytest.mark.parametrize("step", DECLARE)
def test_a_bot_killed_while_declaring_leaves_nothing_out_and_nothing_twice(
    declared: Stage, step: str, *, done: bool
) -> None:
    declared.killed_at(DECLARE[step], declared.bot.begin, done=done)
    declared.restarted()
    check_declared(declared)


@pytest.mark.parametrize("done", MOMENTS)
@pytest.mark.parametrize("step", FINISH)
def test_a_bot_killed_while_resolving_shares_one_postmortem(
    resolved: Stage, step: str, *, done: bool
) -> None:
    resolved.killed_at(RESOLVE[step], resolved.bot.begin, done=done)
    resolved.restarted()
    check_resolved(resolved)


@pytest.mark.real
@pytest.mark.parametrize("step", ["create the channel", "post the card"])
def test_so_it_is_on_postgresql(world: World, postgres_url: str, tmp_path: Path, step: str) -> None:
    with closing(Stage(world, postgres_url, tmp_path)) as stage:
        stage.burn()
        stage.killed_at(DECLARE[step], stage.declare, done=True)
        stage.restarted()
        check_declared(stage)


def test_a_bot_killed_again_while_it_recovers_still_does_everything_once(burning: Stage) -> None:
    burning.killed_at(DECLARE["post the card"], burning.declare, done=True)
    burning.killed_at(DECLARE["pin the card"], burning.bot.begin, done=False)
    burning.killed_at(DECLARE["post the runbooks"], burning.bot.begin, done=True)
    burning.restarted()
    check_declared(burning)


def test_what_was_acknowledged_survives_a_kill_at_once(burning: Stage) -> None:
    burning.declare()
    burning.bot.kill()
    burning.restarted()
    check_declared(burning)


def test_what_could_not_be_kept_was_not_acknowledged(burning: Stage) -> None:
    with ThreadPoolExecutor(1) as beside:
        shown: list[Future[dict[str, Any]]] = []

        def declare() -> None:
            words = {"command": "/incident", "text": "declare orders are late"}
            post = burning.world.sandbox.post
            act = beside.submit(post, "/_act/command", user="ana", channel="general", **words)
            shown.append(act)

        burning.killed_at(Step("users.info"), declare, done=False)
        answer = shown[0].result(10)
    assert not answer["ack"]["received"]
    assert answer["error_shown"]
    burning.restarted()
    assert burning.world.channels("inc-") == []
    with burning.store() as uow:
        assert uow.incidents.all() == []
