"""Somebody at the bot's desk: types commands and presses buttons, with no Slack around it."""

from pathlib import Path
from typing import Any

from fireline.adapters.files.drills import DrillFiles
from fireline.adapters.slack.buttons import BUTTONS
from fireline.adapters.slack.commands import NOUNS, command_names, run
from fireline.adapters.slack.desk import Asked, Desk, Reply, finished
from fireline.adapters.slack.interactions import Pressed, Redraw
from fireline.domain.people import Actor
from fireline.usecases.declare_incident import Declare, declare
from fireline.usecases.incident_channel import record_channel
from fireline.usecases.ports import ChannelRef
from tests.builders import a_slo, services
from tests.fakes import FakeDefinitions
from tests.store_fixture import RecordingStore

ANA = Actor("U1ANA", "Ana")
ROOM = "C1ROOM"
DRILLS = Path(__file__).parents[1] / "policies" / "drills"
COMMANDS = command_names()


class Clerk:
    """Ana, in the channel of INC-1 or elsewhere."""

    def __init__(self, store: RecordingStore) -> None:
        slo = a_slo("orders-fresh")
        definitions = FakeDefinitions({slo.name: slo})
        s = services(store, definitions=definitions, drills=DrillFiles([DRILLS]))
        self.desk = Desk(s, looks=0)
        made = declare(s, Declare(text="orders are late", actor=ANA)).incident
        record_channel(s, made.id, ChannelRef(ROOM, "inc-1-orders-are-late"))

    def types(self, noun: str, line: str, channel: str = ROOM) -> Reply | None:
        """Type it; `@bo` and `@dia` are people."""
        escaped = line.replace("@bo", "<@U2BO|bo>").replace("@dia", "<@U3DIA|dia>")
        asked = Asked(ANA, channel)
        return finished(run(self.desk, asked, NOUNS[noun], COMMANDS[noun], escaped))

    def presses(self, action: str, value: str) -> Reply | Redraw | None:
        return BUTTONS[action](self.desk, Asked(ANA, ROOM), Pressed(value, COMMANDS))


def pressable(reply: Any) -> dict[str, str]:
    """Values of the buttons of a message, by action."""
    rows = [block for block in reply.blocks if block["type"] == "actions"]
    return {e["action_id"]: e.get("value", "") for row in rows for e in row["elements"]}
