"""A bot in a process of its own, which may be killed at any moment and started again."""

import inspect
import multiprocessing
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess

from fireline.bootstrap.program import build
from fireline.settings import Settings

START_SECONDS = 20

_FORKS = multiprocessing.get_context("forkserver")
# Imported once for all children: a start then costs a fork.
_FORKS.set_forkserver_preload(
    [
        __name__,
        "dbos._sys_db_sqlite",
        "matplotlib.backends.backend_agg",
        "matplotlib.figure",
        "uvicorn.lifespan.off",
        "uvicorn.loops.auto",
        "uvicorn.protocols.http.auto",
        "uvicorn.protocols.websockets.auto",
    ]
)
# Bolt does this in every start, and Python remembers the files of all modules from it.
inspect.stack()


class BotProcess:
    """The bot: `start()`, `kill()`, and `start()` again; it dies with the process that made it."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._process: ForkServerProcess | None = None
        self._pipe: Connection | None = None

    def start(self) -> None:
        """Returns when it is connected to Slack."""
        self.begin()
        assert self._pipe is not None
        assert self._pipe.poll(START_SECONDS), "the bot did not start in time"
        assert self._pipe.recv() == "started"

    def begin(self) -> None:
        """Returns at once; unfinished work is taken up before Slack is connected."""
        here, there = _FORKS.Pipe()
        process = _FORKS.Process(target=_run, args=(self._settings, there), daemon=True)
        process.start()
        there.close()
        self._process, self._pipe = process, here

    def kill(self) -> None:
        """SIGKILL: nothing is finished, nothing is closed."""
        if self._process is None or self._pipe is None:
            return
        self._process.kill()
        self._process.join()
        self._process.close()
        self._pipe.close()
        self._process = self._pipe = None


def _run(settings: Settings, pipe: Connection) -> None:
    program = build(settings)
    program.start()
    pipe.send("started")
    try:
        pipe.recv()
    except EOFError:
        program.stop()  # whoever started us is gone
