"""A team with rotations, people and PagerDuty, and an incident that calls them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from fireline.domain.incident.incident import Incident, Severity
from fireline.domain.incident.page import Page
from fireline.domain.oncall.plan import OnCallPlan
from fireline.domain.oncall.rotation import Override, Person, Rotation
from fireline.domain.people import SYSTEM, Actor
from fireline.domain.policy.alert_rules import AlertRules
from fireline.domain.policy.incident_rules import IncidentRules
from fireline.domain.policy.policy import Policy
from fireline.domain.slo.recurrence import recurring
from fireline.usecases.incident_channel import open_channel, record_channel
from fireline.usecases.incident_clock import watch_incident
from fireline.usecases.incident_notices import deliver
from fireline.usecases.incident_pages import tell_pager
from fireline.usecases.manage_incident import Declare, declare
from fireline.usecases.page_views import PageMessage, PagingMessage
from fireline.usecases.ports import PostedMessage, Services
from fireline.usecases.projections import PROJECTIONS
from tests.builders import ANA, BEN, a_lag_slo, services
from tests.fakes import FakeChat, FakeClock, FakeDefinitions, FakePost
from tests.pager_fake import FakePager
from tests.store_fixture import RecordingStore

CHEN, DIA, HANA, VERA = (
    Actor(f"U0{name.upper()}", name) for name in ("chen", "dia", "hana", "vera")
)
FIRST, SECOND = "@oncall-data-platform", "@oncall-data-platform-secondary"
SRE, HEAD, VP = "@incident-commander-sre", "@head-of-data-platform", "@vp-data"
PEOPLE = {HEAD: HANA.id, VP: VERA.id}
LAG = a_lag_slo()
# Cards and announcements have tests of their own, and take most of the time.
TOLD = frozenset({"page", "paging", "incident_notice"})
RULE = Actor(SYSTEM.id, "rule")


@dataclass
class FakeOnCalls:
    """Rotations in memory."""

    plan: OnCallPlan

    def current(self) -> OnCallPlan:
        return self.plan


def rotation(alias: str, *people: Actor, overrides: Sequence[Override] = ()) -> Rotation:
    """Turns change on Mondays at 10:00 UTC; the first has the week of 16 November 2026."""
    members = tuple(Person(one.name, one.id) for one in people)
    rhythm = recurring("FREQ=WEEKLY", datetime(2026, 11, 16, 10), "UTC", 1)  # noqa: DTZ001
    return Rotation(alias, members, rhythm, overrides=tuple(overrides), services=("orders-cdc",))


@dataclass
class Scene:
    """The team at night; flows are run by hand."""

    store: RecordingStore
    s: Services
    chat: FakeChat
    clock: FakeClock
    pager: FakePager
    done: set[str] = field(default_factory=set)

    def declared(
        self, by: Actor = RULE, slo: str | None = LAG.name, text: str = "", **given: Any
    ) -> Incident:
        """An incident of tier 0, by a rule unless a person is named; flows have run."""
        made = declare(self.s, Declare(text, by, slo=slo, severity=Severity.SEV2, **given))
        self.flows()
        return self.incident(made.incident.id)

    def incident(self, incident_id: int = 1) -> Incident:
        with self.store() as uow:
            found = uow.incidents.get(incident_id)
        assert found is not None
        return found

    def flows(self) -> None:
        """Run every flow that was started and has not run."""
        for _ in range(20):
            waiting = [c for c in self.store.calls if c.id not in self.done]
            if not waiting:
                return
            for call in waiting:
                self.done.add(call.id)
                self.run(call.flow, call.args)

    def run(self, flow: str, args: tuple[Any, ...]) -> None:
        if flow == "publish" and args[2] in TOLD:
            deliver(self.s, PROJECTIONS, PostedMessage(*args))
        elif flow == "declare_incident":
            record_channel(self.s, args[0], open_channel(self.s, args[0]))
        elif flow == "watch_incident":
            watch_incident(self.s, args[0])
        elif flow == "tell_pager":
            tell_pager(self.s, *args)

    def after(self, minutes: int, looks: int = 1) -> Incident:
        """Time goes by, looked at so often."""
        for _ in range(looks):
            self.clock.advance(minutes=minutes / looks)
            watch_incident(self.s, 1)
        self.flows()
        return self.incident()

    def called(self) -> list[str]:
        """Every alias that was called, in order."""
        return [page.alias for page in self.pages()]

    def pages(self) -> tuple[Page, ...]:
        return self.incident().details.pages

    def to(self, person: Actor) -> list[FakePost]:
        """Pages in the person's direct messages."""
        where = f"@{person.id}"
        pages = [p for p in self.chat.posts if isinstance(p.message, PageMessage)]
        return [p for p in pages if p.channel_id == where]

    def rounds(self) -> Iterator[PagingMessage]:
        """What the channel sees of the calls."""
        for post in self.chat.posts:
            if isinstance(post.message, PagingMessage):
                yield post.message


def scene(store: RecordingStore, *, rules: IncidentRules | None = None, **given: Any) -> Scene:
    """Ana is on call, Ben second; the SRE commander is paged by PagerDuty; a head and a VP."""
    people = (ANA, BEN, CHEN, DIA, HANA, VERA)
    chat = FakeChat(names={one.id: one.name for one in people})
    clock, pager = FakeClock(), FakePager({SRE})
    plan = OnCallPlan((rotation(FIRST, ANA, CHEN), rotation(SECOND, BEN, DIA)))
    policy = replace(Policy(), alerts=AlertRules(people=PEOPLE), incidents=rules or IncidentRules())
    parts: dict[str, Any] = {
        "chat": chat,
        "clock": clock,
        "pager": pager,
        "oncall": FakeOnCalls(plan),
        "policy": policy,
        "definitions": FakeDefinitions({LAG.name: LAG}),
    }
    return Scene(store, services(store, **{**parts, **given}), chat, clock, pager)
