"""Flows over a real database with recorded steps."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from threading import Event, Lock

import pytest
from sqlalchemy import Engine

from fireline.adapters.store import SqlStore
from fireline.flows.alertmanager import AlertmanagerSteps
from fireline.flows.attempts import RetryPlan
from fireline.flows.exposure import ExposureSteps
from fireline.flows.paging import PagingSteps
from fireline.flows.runtime import Runtime, RuntimeOptions
from fireline.flows.steps import Steps
from fireline.usecases.ports import ChannelRef, FlowCall, PostedMessage

QUICK = RuntimeOptions(
    polling_seconds=0.02,
    scheduled=False,
    log_level="CRITICAL",
    retry=RetryPlan(attempts=4, surprises=2, first=0.01, cap=0.05, longest=30),
)


def until(condition: Callable[[], object], seconds: float = 15) -> None:
    """Wait for it, and fail when it does not come true."""
    deadline = time.monotonic() + seconds
    pause = Event()
    while not condition():
        assert time.monotonic() < deadline, "it did not come true in time"
        pause.wait(0.005)


@dataclass
class Recorded:
    """What the steps did, in order; `before` hooks run inside a step, by its name."""

    done: list[tuple[str, object]] = field(default_factory=list)
    before: dict[str, Callable[[object], object]] = field(default_factory=dict)
    times: list[float] = field(default_factory=list)
    failures: list[tuple[str, str, str]] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)

    def did(self, name: str, subject: object) -> None:
        """Run the hook, then remember."""
        hook = self.before.get(name)
        if hook is not None:
            hook(subject)
        with self._lock:
            self.done.append((name, subject))
            self.times.append(time.monotonic())

    def names(self) -> list[str]:
        return [name for name, _ in self.done]

    def subjects(self, name: str) -> list[object]:
        return [subject for done, subject in self.done if done == name]

    def steps(self) -> Steps:
        """Steps that record."""

        def open_channel(incident_id: int) -> ChannelRef:
            self.did("open", incident_id)
            return ChannelRef("C1", "inc-1")

        def private(incident_id: int) -> ChannelRef:
            self.did("private", incident_id)
            return ChannelRef("C2", "inc-1", private=True)

        def mend() -> bool:
            self.did("mend", None)
            return self.names().count("mend") % 3 != 0

        def publish(target: PostedMessage) -> None:
            self.did("publish", f"{target.channel}/{target.key}")

        return Steps(
            open_channel=open_channel,
            record_channel=lambda _id, channel: self.did("record", (channel.id, channel.name)),
            invite_people=lambda incident_id: self.did("invite", incident_id),
            sync_topic=lambda incident_id: self.did("topic", incident_id),
            tidy_channel=lambda incident_id: self.did("tidy", incident_id),
            put_away=lambda: self.did("put away", None),
            redraft=lambda _: None,
            keep_files=lambda *_: None,
            finish=lambda incident_id: self.did("finish", incident_id),
            publish=publish,
            evaluate=lambda: self.did("evaluate", None),
            mend_ledger=mend,
            remind=lambda: self.did("remind", None),
            remind_alerts=lambda: self.did("remind_alerts", None),
            watch_incidents=lambda: self.did("watch_incidents", None),
            verify_repairs=lambda: self.did("verify_repairs", None),
            review=lambda: self.did("review", None),
            prune=lambda: self.did("prune", None),
            keep_ledger=lambda: self.did("keep_ledger", None),
            record_failure=lambda *failure: self.failures.append(failure),
            alertmanager=AlertmanagerSteps(
                follow_alerts=lambda: self.did("follow_alerts", None),
                make_silence=lambda request: self.did("make_silence", request),
                silence_failed=lambda *failed: self.did("silence_failed", failed),
                end_silence=lambda ending: self.did("end_silence", ending),
                ending_failed=lambda *failed: self.did("ending_failed", failed),
            ),
            paging=PagingSteps(
                watch_incident=lambda incident_id: self.did("watch_incident", incident_id),
                tell_pager=lambda *told: self.did("tell_pager", told),
                page_lost=lambda *lost: self.did("page_lost", lost),
                poll_pager=lambda: self.did("poll_pager", None),
            ),
            exposure=ExposureSteps(
                note_readers=lambda incident_id: self.did("readers", incident_id),
                open_private=private,
                move_in=lambda _id, channel: self.did("move", (channel.id, channel.private)),
                invite_people=lambda incident_id: self.did("invite", incident_id),
                shut_left=lambda incident_id: self.did("shut", incident_id),
                report_strangers=lambda incident_id: self.did("strangers", incident_id),
            ),
        )


@dataclass
class Flows:
    """A started runtime with its store and what its steps did."""

    engine: Engine
    runtime: Runtime
    store: SqlStore
    recorded: Recorded

    def start(self, *calls: FlowCall) -> None:
        """Enqueue in one transaction."""
        with self.store() as uow:
            for call in calls:
                uow.start(call)
            uow.commit()

    def settled(self, seconds: float = 15) -> None:
        """Wait until nothing is left to do."""
        until(lambda: self.runtime.pending_count() == 0, seconds)


StartFlows = Callable[..., Flows]


@pytest.fixture
def start_flows() -> Iterator[StartFlows]:
    """Start a runtime on an engine; a second start stops the first, as a restart does."""
    running: list[Runtime] = []

    def start(
        engine: Engine,
        recorded: Recorded | None = None,
        steps: Callable[[SqlStore], Steps] | None = None,
        **changes: object,
    ) -> Flows:
        stop()
        recorded = recorded or Recorded()
        options = replace(QUICK, **changes)  # type: ignore[arg-type]  # tests change what they like
        runtime = Runtime(engine, options)
        store = SqlStore(engine, runtime.enqueue)
        runtime.start(steps(store) if steps else recorded.steps())
        running.append(runtime)
        return Flows(engine, runtime, store, recorded)

    def stop() -> None:
        while running:
            running.pop().stop()

    yield start
    stop()


def posting(number: int, channel: str = "C1", key: str | None = None) -> FlowCall:
    """The call that posts message `number`."""
    key = key or f"m{number}"
    return FlowCall(
        "publish", (key, channel, "card", "1"), f"{number:08d}:{key}", "posting", channel
    )
