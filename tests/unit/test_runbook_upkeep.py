"""Runbooks kept right: whether they helped, who read them, which are stale, what has none."""

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest

from fireline.adapters.slack.blocks import runbook_upkeep
from fireline.adapters.slack.commands import NOUNS, run
from fireline.adapters.slack.desk import Asked, Later, Modal, drawn
from fireline.domain.errors import ForbiddenError, InvalidInputError, NotFoundError
from fireline.domain.people import Actor
from fireline.domain.policy.waivers import WaiverState
from fireline.domain.runbook.runbook import Runbook, Step
from fireline.domain.runbook.upkeep import Standing, Voice, counted, faults, last_reviewed
from fireline.sandbox.blockkit import validate_blocks
from fireline.usecases import runbook_upkeep as upkeep
from fireline.usecases.declare_incident import Declare, declare
from fireline.usecases.policy_views import WaiverAnswer
from fireline.usecases.public_audit import WITHHELD, public_audit
from fireline.usecases.runbook_upkeep import Told
from tests.builders import a_slo
from tests.fakes import FakeClock, FakeDefinitions, FakeRunbooks
from tests.runbook_scene import ANA, BO, DIA, LAG, scene
from tests.slack_clerk import ROOM, Clerk
from tests.store_fixture import RecordingStore

TODAY = date(2026, 11, 23)
GOOD = replace(
    LAG,
    last_reviewed=TODAY,
    review_interval_days=90,
    steps=(Step("c1", "check", "Look"),),
)


def test_the_newest_word_of_a_person_on_a_day_counts() -> None:
    said = [Voice("a", TODAY, helped=False), Voice("a", TODAY, helped=True)]
    said += [Voice("a", TODAY - timedelta(1), helped=True), Voice("b", TODAY, helped=False)]
    assert counted(said) == (2, 3)


def test_the_newer_of_file_and_record_says_when_it_was_reviewed() -> None:
    earlier, later = TODAY - timedelta(9), TODAY + timedelta(9)
    assert last_reviewed(GOOD, Standing(reviewed_on=earlier)) == TODAY
    assert last_reviewed(GOOD, Standing(reviewed_on=later)) == later
    assert last_reviewed(replace(GOOD, last_reviewed=None), Standing()) is None


@pytest.mark.parametrize(
    ("book", "standing", "days", "why"),
    [
        (GOOD, Standing(), 90, ()),
        (GOOD, Standing(), 91, ("review due for 1 day, every 90",)),
        (GOOD, Standing(reviewed_on=TODAY + timedelta(50)), 91, ()),
        (replace(GOOD, last_reviewed=None), Standing(), 0, ("never reviewed",)),
        (replace(GOOD, owner=None, steps=()), Standing(), 0, ("nobody owns it", "no steps")),
        (replace(GOOD, body="TODO: ask Bo"), Standing(), 0, ("not finished: it says TODO",)),
        (GOOD, Standing(helped=1, voices=3), 0, ("helped 1 of 3",)),
        (GOOD, Standing(helped=0, voices=1), 0, ()),
        (
            replace(GOOD, steps=(Step("a1", "action", "Drop it", dangerous=True),)),
            Standing(),
            0,
            ("no way back from step a1",),
        ),
    ],
)
def test_a_runbook_says_why_it_may_not_be_trusted(
    book: Runbook, standing: Standing, days: int, why: tuple[str, ...]
) -> None:
    assert faults(book, standing, TODAY + timedelta(days)) == why


def test_feedback_is_counted_and_kept_in_the_audit_trail(sqlite_store: RecordingStore) -> None:
    s, _ = scene(sqlite_store)
    for who, helped in ((ANA, True), (BO, False), (BO, True), (DIA, False)):
        upkeep.feedback(s, LAG.id, who, Told(helped, "as it says"))
    found = upkeep.standing_of(s, LAG)
    assert (found.helped, found.voices) == (2, 3)
    with s.store() as uow:
        entries = uow.audit.about([f"runbook:{LAG.id}"])
    assert [e.action for e in entries] == ["runbook.feedback"] * 4
    assert entries[0].detail == {"helped": True, "name": "Ana", "note": "as it says"}
    with pytest.raises(NotFoundError, match="no runbook lag"):
        upkeep.feedback(s, "lag", ANA, Told(helped=True))
    with pytest.raises(InvalidInputError, match="500 characters"):
        upkeep.feedback(s, LAG.id, ANA, Told(helped=True, note="x" * 501))


def test_what_was_said_in_a_restricted_incident_is_withheld_with_it(clerk: Clerk) -> None:
    s = clerk.desk.s
    with s.store() as uow:
        found = uow.incidents.get(1)
        assert found is not None
        uow.incidents.save(replace(found, restricted=True))
        uow.commit()
    said(clerk, "runbook", f"feedback {LAG.id} no the rows of Zoe leaked")
    with s.store() as uow:
        (entry,) = (e for e in public_audit(uow) if e.action == "runbook.feedback")
    assert entry.detail == WITHHELD


def test_stale_names_the_longest_without_a_review_first(sqlite_store: RecordingStore) -> None:
    clock = FakeClock()
    today = clock.now().date()
    old = replace(GOOD, id="old", last_reviewed=today - timedelta(200))
    older = replace(GOOD, id="older", last_reviewed=today - timedelta(400))
    never = replace(GOOD, id="never", last_reviewed=None)
    fresh = replace(GOOD, id="fresh", last_reviewed=today)
    books = FakeRunbooks([fresh, old, never, older])
    s, _ = scene(sqlite_store, clock=clock, runbooks=books)
    found = upkeep.stale(s)
    assert [line.id for line in found.lines] == ["never", "older", "old"]
    assert "review due for 310 days" in found.lines[1].why[0]
    shown = runbook_upkeep.stale(found)
    assert not validate_blocks(shown.blocks, "message")
    assert "3 of 4 runbooks need a look" in shown.text
    upkeep.reviewed(s, "older", ANA)
    assert [line.id for line in upkeep.stale(s).lines] == ["never", "old"]


def test_missing_names_slos_without_a_runbook_and_names_that_lead_nowhere(
    sqlite_store: RecordingStore,
) -> None:
    slos = [
        a_slo("has-one", runbook=LAG.id),
        a_slo("has-none"),
        a_slo("dangling", runbook="gone", tier=0),
        a_slo("elsewhere", runbook="https://wiki.example.com/lag"),
    ]
    s, _ = scene(sqlite_store, definitions=FakeDefinitions({slo.name: slo for slo in slos}))
    found = upkeep.missing(s)
    assert [(gap.name, gap.about) for gap in found.slos] == [
        ("dangling", "tier 0, names gone, which is not there"),
        ("has-none", "tier 1"),
    ]
    shown = runbook_upkeep.missing(found)
    assert not validate_blocks(shown.blocks, "message")
    assert "2 of 4 SLOs without a runbook" in shown.text


@pytest.fixture
def clerk(sqlite_store: RecordingStore) -> Clerk:
    made = Clerk(sqlite_store)
    assert isinstance(made.desk.s.runbooks, FakeRunbooks)
    made.desk.s.runbooks.books.append(LAG)
    return made


def said(clerk: Clerk, noun: str, line: str, channel: str = ROOM) -> str:
    reply = clerk.types(noun, line, channel)
    assert reply is not None
    assert not isinstance(reply, Modal | Later), reply
    shown = drawn(reply)
    assert not validate_blocks(shown.blocks, "message")
    return json.dumps(shown.blocks, ensure_ascii=False)


def test_a_page_says_what_people_made_of_it_and_offers_to_begin(clerk: Clerk) -> None:
    assert "helped 1 of 1" in said(clerk, "runbook", f"feedback {LAG.id} yes it was step 2")
    answer = said(clerk, "runbook", f"reviewed {LAG.id}")
    assert "last_reviewed: " in answer
    page = said(clerk, "runbook", f"show {LAG.id}")
    assert "helped 1 of 1" in page
    assert "by Ana" in page
    assert "Start it here" in page
    assert "Start it here" not in said(clerk, "runbook", f"show {LAG.id}", "C2ELSE")
    assert "Start: A consumer group" in said(clerk, "runbook", "search consumer group")


def test_the_form_of_a_step_has_the_next_one_filled_in(clerk: Clerk) -> None:
    said(clerk, "runbook", f"start {LAG.id}")
    said(clerk, "runbook", "step c1 done one of them")
    for line, text in (("step", "2. Slow consumer"), ("step d1", "2. Slow consumer")):
        form = clerk.types("runbook", line)
        assert isinstance(form, Modal)
        fields = {block.get("block_id"): block for block in form.view["blocks"]}
        chosen = fields["step"]["element"]["initial_option"]
        assert chosen["text"]["text"].startswith(text)


def test_an_slo_is_linked_to_the_incident_of_the_channel(clerk: Clerk) -> None:
    assert "linked to orders-fresh" in said(clerk, "slo", "link orders-fresh")
    with pytest.raises(NotFoundError, match="belongs to no incident"):
        clerk.types("slo", "link orders-fresh", "C2ELSE")


def test_incidents_of_an_slo_leave_out_drills_and_withhold_restricted_ones(clerk: Clerk) -> None:
    said(clerk, "slo", "link orders-fresh")
    s = clerk.desk.s
    for words, drill in (("leaked rows of Zoe", False), ("practice", True)):
        asked = Declare(text=words, actor=ANA, slos=("orders-fresh",), drill=drill)
        declare(s, replace(asked, restricted=not drill))
    shown = said(clerk, "slo", "incidents orders-fresh 30d")
    assert "*INC-1* orders are late" in shown
    assert "*restricted*" in shown
    assert "Zoe" not in shown
    assert "practice" not in shown
    assert "*Incidents*" not in said(clerk, "slo", "incidents orders-fresh")


def test_a_request_is_approved_by_its_number_and_only_by_whom_it_was_put_to(
    clerk: Clerk,
) -> None:
    said(clerk, "slo", "exclude orders-fresh 22:00..23:00 move of the topic approver:@bo")
    with pytest.raises(ForbiddenError):
        clerk.types("slo", "approve MW-1")
    asked = Asked(Actor("U2BO", "Bo"), ROOM)
    answer = run(clerk.desk, asked, NOUNS["slo"], "/slo", "approve mw-1")
    assert isinstance(answer, WaiverAnswer)
    assert answer.waiver.state is WaiverState.APPROVED
