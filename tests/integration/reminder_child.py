"""A bot's flows in a process that is killed while it reminds, for the test of F5."""

import os
import signal
import sys
from datetime import datetime
from threading import Event

from typing_extensions import override

from fireline.adapters.slack.calls import web_client
from fireline.adapters.slack.chat import SlackChat
from fireline.adapters.store import SqlStore, open_engine
from fireline.flows.runtime import Runtime
from fireline.flows.steps import steps_of
from fireline.sandbox.seed import BOT_TOKEN
from fireline.usecases.page_telling import WATCH
from fireline.usecases.ports import FlowCall, PostedRef
from fireline.usecases.projections import PROJECTIONS
from fireline.usecases.views import Message
from tests.builders import services
from tests.fakes import FakeClock
from tests.flow_fixture import QUICK


class DyingChat(SlackChat):
    """Posts the reminder and is killed before anybody can remember that it did."""

    @override
    def post(
        self,
        channel: str,
        message: Message,
        key: str,
        chart_file: str | None = None,
        thread: PostedRef | None = None,
    ) -> PostedRef:
        posted = super().post(channel, message, key, chart_file, thread)
        if "|update:" in key:
            os.kill(os.getpid(), signal.SIGKILL)
        return posted


def main(url: str, api_url: str, now: str) -> None:
    """Look at the clock of incident 1 at this instant."""
    engine = open_engine(url)
    runtime = Runtime(engine, QUICK)
    store = SqlStore(engine, runtime.enqueue)
    chat = DyingChat(web_client(BOT_TOKEN, api_url, rate_limit_retries=1))
    s = services(store, chat=chat, clock=FakeClock(datetime.fromisoformat(now)))
    runtime.start(steps_of(s, PROJECTIONS, lambda: None))
    with store() as uow:
        uow.start(FlowCall(WATCH, (1,), "watch:1", "incidents", "clock:1"))
        uow.commit()
    Event().wait(30)


if __name__ == "__main__":
    main(*sys.argv[1:])
