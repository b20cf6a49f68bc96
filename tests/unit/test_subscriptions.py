"""Stakeholders follow an incident: one message each, edited, with what they wait for in replies."""

from dataclasses import replace

import pytest

from fireline.domain.errors import ForbiddenError, InvalidInputError
from fireline.domain.incident.details import Update
from fireline.domain.incident.incident import Incident, IncidentState, RepairDecision
from fireline.usecases import incident_channel
from fireline.usecases import manage_incident as work
from fireline.usecases.impact_views import IncidentNotice, RestrictedNotice
from fireline.usecases.incident_updates import post_update
from fireline.usecases.manage_incident import Declare, declare
from fireline.usecases.ports import PostedMessage, Services
from fireline.usecases.private_words import deliver
from fireline.usecases.projections import PROJECTIONS
from fireline.usecases.subscription_views import Subscription
from fireline.usecases.subscriptions import FOLLOWED, REPLY, subscribe, unsubscribe
from tests.builders import ANA, BEN, services
from tests.fakes import EPOCH, FakeChat, FakeClock, FakePost
from tests.store_fixture import RecordingStore


@pytest.fixture
def chat() -> FakeChat:
    return FakeChat()


@pytest.fixture
def s(sqlite_store: RecordingStore, chat: FakeChat) -> Services:
    return services(sqlite_store, chat=chat, clock=FakeClock())


@pytest.fixture
def incident(s: Services) -> Incident:
    made = declare(s, Declare("orders late", ANA)).incident
    return incident_channel.record_channel(s, made.id, incident_channel.open_channel(s, made.id))


def told(store: RecordingStore, s: Services, chat: FakeChat) -> list[FakePost]:
    """Everything that Ben has been told, after every flow has run."""
    for call in store.started("publish"):
        target = PostedMessage(*(str(arg) for arg in call.args))
        if target.kind in {FOLLOWED, REPLY}:
            deliver(s, PROJECTIONS, target)
    return [post for post in chat.posts if post.channel_id == f"@{BEN.id}"]


def said(text: str, executive: str = "") -> Update:
    return Update(0, EPOCH, "ana", text, executive=executive)


def test_a_subscriber_has_one_message_and_updates_in_its_thread(
    s: Services, incident: Incident, sqlite_store: RecordingStore, chat: FakeChat
) -> None:
    subscribe(s, incident.id, BEN)
    again = subscribe(s, incident.id, BEN)
    assert again.details.subscribers == (BEN.id,)
    told(sqlite_store, s, chat)
    post_update(s, incident.id, said("lag is 3 h", "Yesterday's revenue is late."), ANA)
    main, reply = told(sqlite_store, s, chat)
    assert isinstance(main.message, Subscription)
    assert main.message.said == "Yesterday's revenue is late."
    assert reply.thread == main.ts
    assert isinstance(reply.message, IncidentNotice)
    assert reply.message.text == "INC-1, update 1: Yesterday's revenue is late."
    assert len(told(sqlite_store, s, chat)) == 2


def test_they_are_told_when_service_is_back_and_when_data_is_safe(
    s: Services, incident: Incident, sqlite_store: RecordingStore, chat: FakeChat
) -> None:
    subscribe(s, incident.id, BEN)
    work.mitigate(s, incident.id, "restarting", ANA)
    work.restore(s, incident.id, "restarted", ANA)
    work.resolve(s, incident.id, RepairDecision(damaged=False, checked_by="ana", how="ok"), ANA)
    main, *replies = told(sqlite_store, s, chat)
    assert isinstance(main.message, Subscription)
    assert main.message.state is IncidentState.RESOLVED
    texts = [r.message.text for r in replies if isinstance(r.message, IncidentNotice)]
    assert texts == [
        "INC-1: The service works again; data is not safe yet.",
        "INC-1: It is resolved: data is safe to use again.",
    ]


def test_whoever_unsubscribes_is_told_no_more(
    s: Services, incident: Incident, sqlite_store: RecordingStore, chat: FakeChat
) -> None:
    subscribe(s, incident.id, BEN)
    unsubscribe(s, incident.id, BEN)
    post_update(s, incident.id, said("lag is 3 h"), ANA)
    (main,) = told(sqlite_store, s, chat)
    assert isinstance(main.message, Subscription)
    assert not main.message.on


def test_what_is_over_is_not_followed_any_more(s: Services, incident: Incident) -> None:
    work.restore(s, incident.id, "restarted", ANA)
    work.resolve(s, incident.id, RepairDecision(damaged=False, checked_by="ana", how="ok"), ANA)
    with pytest.raises(InvalidInputError, match="INC-1 is resolved"):
        subscribe(s, incident.id, BEN)


def test_a_restricted_incident_is_followed_by_nobody_without_access(
    s: Services, incident: Incident, sqlite_store: RecordingStore, chat: FakeChat
) -> None:
    subscribe(s, incident.id, BEN)
    told(sqlite_store, s, chat)
    with s.store() as uow:
        found = uow.incidents.get(incident.id)
        assert found is not None
        uow.incidents.save(replace(found, restricted=True))
        uow.commit()
    post_update(s, incident.id, said("customer names were shown"), ANA)
    (main,) = told(sqlite_store, s, chat)
    assert isinstance(main.message, RestrictedNotice)
    with pytest.raises(ForbiddenError, match="Ask for access first"):
        subscribe(s, incident.id, replace(BEN, id="U0DIA"))
