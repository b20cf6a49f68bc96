"""A burning alert, a bot that may be killed, and everything that can be seen afterwards."""

import shutil
from collections.abc import Callable, Iterable
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import text

from fireline.adapters.store import SqlStore, open_engine
from fireline.domain.slo.status import BurnSeverity, Episode
from fireline.flows.runtime import Runtime
from fireline.sandbox.entities import Channel, FileObject, Message
from fireline.usecases.ports import FlowCall
from fireline.usecases.verify_chains import verify_chains
from tests.builders import keep_alert
from tests.e2e.bot_process import BotProcess
from tests.e2e.broken_orders import write_definition
from tests.e2e.conftest import ROOT, settings_for
from tests.e2e.world import Person, World, eventually

ALERTS = "data-platform-alerts"
EPISODE, SLO = "ep-1", "orders-rows-valid"
FOREVER = 3600


@dataclass(frozen=True)
class Step:
    """A call of the Web API: by its method, what its arguments hold, and how many go before."""

    method: str
    where: dict[str, str] = field(default_factory=dict)
    skip: int = 0

    def fits(self, entry: dict[str, Any]) -> bool:
        """Whether a journalled call is one of these, whichever of them."""
        held = entry.get("arguments") or {}
        named = all(text in str(held.get(key, "")) for key, text in self.where.items())
        return bool(entry["method"] == self.method and named)


@dataclass(frozen=True)
class Scene:
    """A moment of a stage on SQLite, to begin from many times: its database and its Slack."""

    database: Path
    slack: tuple[dict[str, Channel], dict[str, FileObject]]

    def again(self, world: World, folder: Path) -> "Stage":
        """A stage at that moment, its bot not running."""
        workspace = world.sandbox.workspace
        workspace.channels, workspace.files = deepcopy(self.slack)
        shutil.copy(self.database, folder / "fireline.db")
        return Stage(world, f"sqlite:///{folder / 'fireline.db'}", folder)


class Stage:
    """One world with one database and one bot; `close()` at the end."""

    def __init__(self, world: World, url: str, folder: Path) -> None:
        definitions = [write_definition(folder)]
        runbooks = folder / "runbooks"
        if not runbooks.exists():
            runbooks.mkdir()
            shutil.copy(ROOT / "runbooks" / "dbt-test-failed.md", runbooks)
        settings = settings_for(
            world,
            folder,
            database_url=url,
            definitions=definitions,
            runbooks=runbooks,
            polling_seconds=0.02,
        )
        self.world = world
        self._settings = settings
        self.bot = BotProcess(settings)
        self.ana = Person(world, "ana")
        self._engine = open_engine(url)
        self._flows = Runtime(self._engine)
        self.store = SqlStore(self._engine, self._flows.enqueue)

    def close(self) -> None:
        self.bot.kill()
        self._engine.dispose()

    def scene(self) -> Scene:
        """This moment; the bot dies."""
        self.bot.kill()
        with self._engine.connect() as connection:
            connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
        self._engine.dispose()
        workspace = self.world.sandbox.workspace
        slack = deepcopy((workspace.channels, workspace.files))
        return Scene(Path(str(self._engine.url.database)), slack)

    def burn(self) -> None:
        """Start the bot and let it post an alert."""
        self.bot.start()
        now = datetime.now(UTC)  # noqa: TID251 - the bot's clock is the real one
        began = now - timedelta(minutes=9)
        fired = began + timedelta(minutes=4)
        episode = Episode(EPISODE, SLO, BurnSeverity.PAGE, fired, f"#{ALERTS}", began, now, 20.0)
        key = f"alert:{EPISODE}"
        call = FlowCall("publish", (key, f"#{ALERTS}", "alert", EPISODE), "burn", "posting", ALERTS)
        with self.store() as uow:
            keep_alert(uow, episode)
            uow.start(call)
            uow.commit()
        self.settled()

    def schedules(self) -> None:
        """From its next start on, the bot minds the clock; it cannot ask Prometheus."""
        changes = {"schedules": True, "remind_every_seconds": 1}
        self.bot = BotProcess(self._settings.model_copy(update=changes))

    def on_call(self, file: Path) -> None:
        """From its next start on, the bot knows these rotations."""
        self.bot = BotProcess(self._settings.model_copy(update={"oncall": [file]}))

    def audit(self) -> list[str]:
        """What the audit trail says was done."""
        with self.store() as uow:
            assert verify_chains(uow).problems == ()
            return [entry.action for entry in uow.audit.all()]

    def declare(self) -> None:
        """Press the alert's button."""
        self.ana.clicks("Declare incident", self.world.wait_message(ALERTS, "Declare incident"))

    def restore(self) -> None:
        self.ana.command("/incident restore rows pass again", self.room.name)

    def resolve(self) -> None:
        line = '/incident resolve no-damage checked:@bo how:"row counts match"'
        self.ana.command(line, self.room.name)

    def settled(self) -> None:
        """Wait until no flow is waiting or at work."""
        eventually(lambda: self._flows.pending_count() == 0, "all flows ended")

    def killed_before_any(self, act: Callable[[], object], methods: Iterable[str]) -> None:
        """Act, and kill the bot once it acknowledged, with no call of these methods done."""
        faults = self.world.sandbox.workspace.faults
        for method in methods:
            faults.add("slow", method, None, seconds=FOREVER, unless_gone=True)
        act()
        self.bot.kill()
        faults.clear()

    def killed_at(self, step: Step, act: Callable[[], object], *, done: bool) -> None:
        """Act, and kill the bot while Slack holds this call, its work done or not begun."""
        workspace = self.world.sandbox.workspace
        rule = workspace.faults.add(
            "slow_after" if done else "slow",
            step.method,
            seconds=FOREVER,
            unless_gone=True,
            where=step.where,
            skip=step.skip,
        )

        def arrived() -> bool:
            calls = self.world.api_calls(step.method)
            return bool(rule.hits) and (not done or any(c.get("fault") for c in calls))

        act()
        eventually(arrived, f"the call {step}")
        self.bot.kill()
        workspace.faults.clear()

    def restarted(self) -> None:
        """Start the bot again and wait until it did all it had left to do."""
        self.bot.begin()
        self.settled()

    @property
    def room(self) -> Channel:
        """The incident's one channel."""
        (only,) = self.world.channels("inc-")
        return only

    def seen(self) -> dict[str, Any]:
        """What people see in Slack: every message by its key or kind."""
        room = self.room
        users = self.world.sandbox.workspace.users
        return {
            "room": _kinds(room),
            "incidents": _kinds(self.world.channel("incidents")),
            "alerts": _kinds(self.world.channel(ALERTS)),
            "pinned": [_kind(room.messages[ts]) for ts in room.pins],
            "members": sorted(users[member].name for member in room.members),
            "topic": room.topic["value"].split(" · ")[:3],
        }

    def alert_links(self) -> bool:
        """Whether the alert shows the way into the room."""
        (alert,) = self.world.messages(ALERTS)
        return "INC-1" in str(alert.blocks) and self.room.id in str(alert.blocks)

    def recorded(self) -> dict[str, Any]:
        """What the database holds."""
        with self.store() as uow:
            assert verify_chains(uow).problems == ()
            (incident,) = uow.incidents.all()
            room = self.room
            assert (incident.channel_id, incident.channel_name) == (room.id, room.name)
            for posted in (uow.messages.get(key) for key in ("card:1", "runbooks:1")):
                assert posted is not None
                assert posted.ts in room.messages
            assert self._flows.dead_letters() == []
            return {
                "state": incident.state.value,
                "timeline": [entry.text for entry in uow.timeline.entries(incident.id)],
                "audit": [entry.action for entry in uow.audit.all()],
            }


def _kind(message: Message) -> str:
    key = ((message.metadata or {}).get("event_payload") or {}).get("key")
    return str(key or message.subtype or message.text)


def _kinds(channel: Channel) -> list[str]:
    return sorted(_kind(m) for m in channel.messages.values() if not m.deleted)
