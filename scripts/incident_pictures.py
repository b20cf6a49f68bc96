"""Write every form and help page of the commands as Block Kit JSON, to be drawn and looked at.

`.venv/bin/python scripts/incident_pictures.py FOLDER`: one file a form (a modal) or message, by
the noun and verb that it belongs to. What is wrong with one by Slack's rules is said and exits 1.
"""

import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.slack_clerk import Clerk  # noqa: E402 - the same
from tests.store_fixture import RecordingStore  # noqa: E402 - the same

from fireline.adapters.slack import ids  # noqa: E402 - after the path is set
from fireline.adapters.slack.blocks import Rendered  # noqa: E402 - the same
from fireline.adapters.slack.commands import NOUNS  # noqa: E402 - the same
from fireline.adapters.slack.desk import Modal  # noqa: E402 - the same
from fireline.adapters.slack.manual import NO_FORM  # noqa: E402 - the same
from fireline.adapters.store import migrate, open_engine  # noqa: E402 - the same
from fireline.sandbox.blockkit import validate_blocks, validate_view  # noqa: E402 - the same

MESSAGES = {
    "help-verb": ("incident", "help decide"),
    "unknown-verb": ("incident", "mitigatte rolled the connector back"),
    "wrong-severity": ("incident", "severity nine two more dashboards are wrong"),
    "wrong-time": ("incident", "restore rows arrive again at:soon"),
    "wrong-mute": ("slo", "mute orders-fresh until:soon we move the topic"),
}


def drawn(clerk: Clerk) -> Iterator[tuple[str, object]]:
    """Everything there is to draw, by name."""
    for noun, known in NOUNS.items():
        yield f"help-{noun}", clerk.types(noun, "help")
        for verb in known.verbs:
            if verb not in NO_FORM[noun]:
                yield f"{noun}-{verb}", clerk.presses(ids.HELP_FORM, f"{noun} {verb}")
    for name, (noun, line) in MESSAGES.items():
        yield name, clerk.types(noun, line)


def main(folder: Path) -> int:
    """Write the files; gives how many Slack would refuse."""
    folder.mkdir(parents=True, exist_ok=True)
    refused = 0
    with tempfile.TemporaryDirectory() as place:
        engine = open_engine(f"sqlite:///{place}/fireline.db")
        migrate(engine)
        for name, reply in drawn(Clerk(RecordingStore(engine))):
            shown, problems = _json(reply)
            (folder / f"{name}.json").write_text(json.dumps(shown, ensure_ascii=False, indent=1))
            for problem in problems:
                refused += 1
                sys.stderr.write(f"{name}: {problem}\n")
        engine.dispose()
    return refused


def _json(reply: object) -> tuple[Any, list[Any]]:
    if isinstance(reply, Modal):
        return reply.view, list(validate_view(reply.view))
    if isinstance(reply, Rendered):
        return {"blocks": reply.blocks}, list(validate_blocks(reply.blocks, "message"))
    raise TypeError(reply)


if __name__ == "__main__":
    sys.exit(1 if main(Path(sys.argv[1])) else 0)
