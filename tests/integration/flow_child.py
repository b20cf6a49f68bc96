"""A process that dies inside a step of a flow, for the test of recovery."""

import os
import sys
from functools import partial
from pathlib import Path
from threading import Event

from fireline.adapters.store import SqlStore, open_engine
from fireline.flows.runtime import Runtime
from fireline.usecases.ports import FlowCall
from tests.flow_fixture import QUICK, Recorded


def main(url: str, journal: Path, deadly: str) -> None:
    """Start a declare flow and write every finished step to the journal, until the deadly one."""
    recorded = Recorded()

    def note(step: str, _subject: object) -> None:
        with journal.open("a", encoding="utf-8") as file:
            file.write(step + "\n")
        if step == deadly:
            os._exit(9)

    for step in ("open", "record", "invite"):
        recorded.before[step] = partial(note, step)
    engine = open_engine(url)
    runtime = Runtime(engine, QUICK)
    runtime.start(recorded.steps())
    with SqlStore(engine, runtime.enqueue)() as uow:
        uow.start(FlowCall("declare_incident", (1,), "declare:1", "incidents", "1"))
        uow.commit()
    Event().wait(30)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), sys.argv[3])
