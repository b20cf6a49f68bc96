"""Nothing that shows a restricted incident outside its channel holds a word of it (F4)."""

import json
from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fireline.adapters.render import JinjaDocuments
from fireline.adapters.slack.blocks import home as home_blocks
from fireline.adapters.slack.blocks import render
from fireline.domain.incident.exposure import may_read, outside_words, public_view
from fireline.domain.incident.incident import Incident, Role, Severity, Stamp
from fireline.domain.incident.kinds import AccessState
from fireline.domain.incident.timeline import EntryKind
from fireline.domain.postmortem.promise import public_action
from fireline.usecases import chase_actions, incident_views, post_review
from fireline.usecases.alert_history import alert_history
from fireline.usecases.answer_question import answer
from fireline.usecases.home import home
from fireline.usecases.impact_views import RestrictedNotice
from fireline.usecases.incident_export import as_document
from fireline.usecases.incident_record import Change, happened, write_down
from fireline.usecases.outside import APART, told_there
from fireline.usecases.ports import PostedMessage, Services
from fireline.usecases.projections import PROJECTIONS
from fireline.usecases.public_audit import public_audit
from fireline.usecases.similar_incidents import similar_incidents
from fireline.usecases.views import Notice
from tests.builders import (
    ANA,
    BEN,
    a_lag_slo,
    a_status,
    an_action,
    an_episode,
    an_incident,
    keep_alert,
    night,
    services,
)
from tests.fakes import FakeClock, FakeDefinitions
from tests.store_fixture import RecordingStore
from tests.unit.secret_records import filled

LAG = a_lag_slo()
SECRETS = st.text(st.sampled_from("abcdefghijklmnopqrstuvwxyz"), min_size=9, max_size=14)
EVE = "U0EVE"


@pytest.fixture
def s(sqlite_store: RecordingStore) -> Services:
    clock = FakeClock(night("03:00"))
    definitions = FakeDefinitions({LAG.name: LAG})
    made = services(sqlite_store, clock=clock, definitions=definitions, documents=JinjaDocuments())
    with made.store() as uow:
        uow.statuses.save([a_status(LAG, 0.4)])
        keep_alert(uow, an_episode(LAG), incident_id=1)
        uow.incidents.add(an_incident(uow.incidents.next_id()))
        uow.actions.add(an_action(87, incident_id=1))
        uow.commit()
    return made


def secretive(secret: str, **changes: Any) -> Incident:
    """A restricted incident with the secret in every text, led by ana, related to a real alert."""
    made: Incident = filled(Incident, secret)
    known = an_incident(1)
    return replace(
        made,
        id=1,
        state=known.state,
        severity=Severity.SEV1,
        declared_by=ANA.id,
        roles={Role.COMMANDER: ANA.id},
        stamps=known.stamps,
        slos=(secret, LAG.name),
        channel_id="C0PRIVATE",
        restricted=True,
        drill=False,
        details=replace(made.details, access=(), left_channels=()),
        **changes,
    )


def shown_outside(s: Services) -> Iterator[object]:
    """Everything that somebody who may not read it can be shown."""
    with s.store() as uow:
        for kind, ref in (("announcement", "1"), ("alert", f"{LAG.name}-page-1")):
            message = PROJECTIONS[kind](s, uow, ref)
            assert message is not None
            yield vars_of(render(message))
        for kind in sorted(PROJECTIONS):
            target = PostedMessage(f"{kind}:1", "#elsewhere", kind, "1", ts="1.1")
            if kind in {"card", "runbook_suggestion", "blast"}:
                message = told_there(uow, target, target, PROJECTIONS[kind](s, uow, "1"))
                yield vars_of(render(message)) if message is not None else None
        for incident in uow.incidents.all():
            yield as_document(uow, incident, timeline=True)
        yield [e.content() for e in public_audit(uow)]
        yield [repr(x) for x in chase_actions.lines(s, uow, uow.actions.all(), EVE)]
    yield vars_of(render(incident_views.overview(s, EVE)))
    yield home_blocks.home(home(s, EVE))
    review = post_review.digest(s)
    yield vars_of(render(review))
    yield review.markdown
    yield vars_of(render(alert_history(s, LAG.name)))
    yield repr(similar_incidents(s, LAG.name, None, LAG.datasets))
    for question in ("what is open?", "is raw_orders safe to use?"):
        yield repr(answer(s, question, "C0ELSE"))


def vars_of(rendered: Any) -> object:
    return [rendered.text, rendered.blocks]


@given(secret=SECRETS)
@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_F04_restricted_text_never_leaves(s: Services, secret: str) -> None:  # noqa: N802 - F4
    """IB posts description and impact of security incidents to the public digest."""
    word = f"qz{secret}"
    with s.store() as uow:
        before = uow.incidents.get(1)
        assert before is not None
        saved = uow.incidents.save(secretive(word, version=before.version))
        uow.actions.save(an_action(87, incident_id=1, text=f"Tell {word} to nobody at all"))
        entry = happened(BEN, f"note {word}", night("02:20"), EntryKind.NOTE)
        change = Change("incident.note", BEN, night("02:20"), {"text": word}, (entry,))
        write_down(uow, saved, change)
        uow.commit()
    outside = [json.dumps(view, default=str) for view in shown_outside(s)]
    assert [view for view in outside if word in view.lower()] == []
    assert any("Restricted incident" in view for view in outside)


@given(secret=SECRETS)
def test_the_public_view_holds_no_text_of_the_record(secret: str) -> None:
    word = f"qz{secret}"
    seen = public_view(secretive(word))
    assert word not in repr(seen)
    assert (seen.ref, seen.severity, seen.roles) == (
        "INC-1",
        Severity.SEV1,
        {Role.COMMANDER: ANA.id},
    )
    assert tuple(seen.stamps) == (Stamp.DECLARED,)
    assert outside_words(seen, "@ana") == "Restricted incident INC-1, SEV1. Ask @ana."
    assert word not in repr(public_action(an_action(text=word, evidence=word), secretive(word)))


def test_an_incident_that_is_not_restricted_is_shown_as_it_is() -> None:
    incident = an_incident()
    assert public_view(incident) == incident
    assert may_read(incident, None)


def test_those_who_lead_or_were_let_in_read_it_whole() -> None:
    incident = secretive("qzorders")
    (access,) = filled(type(incident.details), "x").access
    let_in = replace(access, user=BEN.id, state=AccessState.GRANTED)
    refused = replace(access, user=EVE, state=AccessState.DENIED)
    opened = replace(incident, details=replace(incident.details, access=(let_in, refused)))
    assert public_view(opened, ANA.id) == opened
    assert public_view(opened, BEN.id) == opened
    assert public_view(opened, EVE) == public_view(opened)
    assert not may_read(opened, None)


def test_a_message_of_any_kind_says_the_sentence_where_it_does_not_belong(s: Services) -> None:
    with s.store() as uow:
        before = uow.incidents.get(1)
        assert before is not None
        uow.incidents.save(secretive("qzorders", version=before.version))
        uow.commit()
    secret = Notice("qzorders")
    with s.store() as uow:
        for kind, ref in product(set(PROJECTIONS) - APART, ("1", "1:2", "1|board|#finance")):
            there = PostedMessage(f"{kind}:{ref}", "#finance", kind, ref, ts="1.1")
            assert type(told_there(uow, there, there, secret)) is RestrictedNotice
            direct = replace(there, channel=f"@{EVE}", ts=None)
            assert type(told_there(uow, direct, None, secret)) is RestrictedNotice
            assert told_there(uow, replace(there, ts=None), None, secret) is None
            inside = replace(there, channel="C0PRIVATE")
            assert told_there(uow, inside, inside, secret) == secret
