"""A drill from its form to its figures, through the sandbox."""

import json
from pathlib import Path

from fireline.adapters.files.drills import DrillFiles
from fireline.sandbox.entities import Message
from fireline.usecases.incident_clock import watch_incidents
from tests.integration.slack_bot import Bot

FOLDER = Path(__file__).parents[2] / "policies" / "drills"


def test_a_drill_begins_from_its_form_and_every_message_of_it_says_so(bot: Bot) -> None:
    object.__setattr__(bot.services, "drills", DrillFiles([FOLDER]))
    bot.command("/incident drill")
    bot.submit(bot.open_view(), scenario="pipeline-and-quality")
    bot.until(bot.ephemerals)
    bot.flows()
    with bot.store() as uow:
        incident = uow.incidents.all()[-1]
    assert incident.channel_id is not None
    channel = bot.sandbox.workspace.channels[incident.channel_id]
    assert channel.name.startswith("drill-1-")
    bot.sandbox.post("/_clock", advance="16m")
    watch_incidents(bot.services)
    bot.flows()
    public = bot.sandbox.workspace.channels[bot.sandbox.channel("incidents")]
    ours = [m for m in (*bot.said(channel), *bot.said(public)) if m.blocks]
    told = [m for m in ours if "loudspeaker" in json.dumps(m.blocks)]
    assert len(told) == 4
    assert [m.text for m in ours if not _says_so(m)] == []
    assert "unknown" not in bot.ask("/incident drill fire")
    assert "Known: pipeline-and-quality" in bot.ask("/incident drill fire")


def _says_so(message: Message) -> bool:
    return "DRILL" in message.text and "DRILL" in json.dumps(message.blocks)
