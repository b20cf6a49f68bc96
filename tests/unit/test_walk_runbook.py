"""A runbook walked in an incident: who did what when, and what needs a second person."""

import json
from dataclasses import replace

import pytest

from fireline.adapters.runbooks.parsing import parse
from fireline.adapters.slack.blocks import render
from fireline.domain.errors import ForbiddenError, InvalidInputError, NotFoundError
from fireline.domain.incident.incident import Role
from fireline.domain.incident.runbook_run import RunbookRun, RunStep, StepResult
from fireline.domain.incident.timeline import EntryKind
from fireline.domain.incident.walking import Approval, Mark, approved, running
from fireline.sandbox.blockkit import validate_blocks
from fireline.usecases import walk_runbook as walk
from fireline.usecases.incident_card import card
from fireline.usecases.incident_handover import handover_card, offer
from fireline.usecases.incident_roles import assign_role
from fireline.usecases.ports import Services
from fireline.usecases.runbook_views import RunMessage
from tests.fakes import FakeRunbooks
from tests.runbook_scene import ANA, BO, DIA, LAG, RESET, scene
from tests.store_fixture import RecordingStore
from tests.unit.slack_samples import NASTY, NOW

DONE, FAILED, SKIPPED = StepResult.DONE, StepResult.FAILED, StepResult.SKIPPED


@pytest.fixture
def s(sqlite_store: RecordingStore) -> Services:
    """Ana commands INC-1; the lag runbook is walked in it."""
    made, incident = scene(sqlite_store)
    walk.start(made, incident.id, LAG.id, BO)
    return made


def mark(s: Services, step: str, result: StepResult = DONE, note: str = "") -> None:
    walk.mark(s, 1, step, Mark(result, note), BO)


def drawn(s: Services) -> str:
    """The message in the channel, as Slack takes it."""
    with s.store() as uow:
        view = walk.runbook_run(s, uow, "1:1")
    assert view is not None
    shown = render(view)
    assert not validate_blocks(shown.blocks, "message")
    return json.dumps(shown.blocks, ensure_ascii=False)


def test_a_run_has_one_message_whose_key_names_it(
    s: Services, sqlite_store: RecordingStore
) -> None:
    mark(s, "1")
    keys = [c.args[0] for c in sqlite_store.calls if "runbook_run" in str(c.args)]
    assert keys == ["runbook_run:1:1"] * 2


def test_each_step_is_on_the_timeline_with_who_what_and_what_was_seen(s: Services) -> None:
    mark(s, "c1", note="partition 3: 41,000 behind")
    mark(s, "2", SKIPPED)
    with s.store() as uow:
        entries = [e for e in uow.timeline.entries(1) if e.provenance.source == "runbook"]
    assert [e.kind for e in entries] == [EntryKind.ACTION] * 3
    assert entries[1].actor_name == "Bo"
    assert entries[1].text == (
        "Runbook kafka-consumer-lag, step 1 of 4 (c1) done: Which partitions lag?\n"
        "partition 3: 41,000 behind"
    )
    assert "step 2 of 4 (d1) skipped" in entries[2].text


def test_message_and_card_say_which_step_is_next(s: Services) -> None:
    mark(s, "1", note="one of them")
    shown = drawn(s)
    assert "step 2 of 4" in shown
    assert "done by Bo" in shown
    assert "one of them" in shown
    with s.store() as uow:
        view = card(s, uow, "1")
    assert view is not None
    assert view.runbook_step == "Runbook step 2 of 4: Slow consumer or broken broker?"
    assert "Runbook step 2 of 4" in json.dumps(render(view).blocks)


def test_a_dangerous_step_shows_its_command_and_whom_it_waits_for(s: Services) -> None:
    mark(s, "1")
    mark(s, "2")
    shown = drawn(s)
    assert RESET in shown
    assert "waits for approval by commander <@U1ANA>" in shown
    assert "Undo: set the old offsets" in shown
    assert "runbook_step_done" not in shown


def test_a_dangerous_step_is_done_only_after_the_commander_approved_it(s: Services) -> None:
    with pytest.raises(ForbiddenError, match="the commander approves it first"):
        mark(s, "a1")
    with pytest.raises(ForbiddenError, match="<@U1ANA>"):
        walk.approve(s, 1, "a1", "a1", DIA)
    with pytest.raises(InvalidInputError, match="Type `a1`") as refused:
        walk.approve(s, 1, "3", "yes", ANA)
    assert refused.value.field == "confirm"
    after = walk.approve(s, 1, "3", "A1", ANA)
    (decision,) = after.details.decisions
    assert (decision.approver, decision.decided_by) == ("Ana", "Ana")
    assert "kafka-consumer-lag may be done: Reset the offsets" in decision.text
    mark(s, "a1")
    with s.store() as uow:
        last = uow.timeline.entries(1)[-1]
    assert "done, approved by Ana: Reset the offsets" in last.text


def test_nobody_approves_what_they_do_themselves(s: Services) -> None:
    walk.approve(s, 1, "a1", "a1", ANA)
    with pytest.raises(ForbiddenError, match="somebody else does it"):
        walk.mark(s, 1, "a1", Mark(DONE), ANA)
    walk.mark(s, 1, "a1", Mark(FAILED, "timed out"), ANA)
    with pytest.raises(ForbiddenError, match="yourself"):
        walk.approve(s, 1, "a1", "a1", ANA)


def test_a_failed_try_spends_the_approval(s: Services) -> None:
    walk.approve(s, 1, "a1", "a1", ANA)
    mark(s, "a1", FAILED, "no quorum")
    with pytest.raises(ForbiddenError, match="approves it first"):
        mark(s, "a1")
    assert "Undo: set the old offsets" in drawn(s)


def test_the_role_that_the_runbook_names_approves(sqlite_store: RecordingStore) -> None:
    steps = tuple(replace(one, approver="data_owner") for one in LAG.steps)
    s, _ = scene(sqlite_store, runbooks=FakeRunbooks([replace(LAG, steps=steps)]))
    walk.start(s, 1, LAG.id, BO)
    assign_role(s, 1, Role.DATA_OWNER, DIA.id, DIA.name, ANA)
    with pytest.raises(ForbiddenError, match="data owner"):
        walk.approve(s, 1, "a1", "a1", ANA)
    assert walk.approve(s, 1, "a1", "a1", DIA).details.decisions[0].approver == "Dia"


def test_security_approves_what_the_runbook_leaves_to_it(s: Services) -> None:
    with s.store() as uow:
        incident = uow.incidents.get(1)
    assert incident is not None
    run = incident.details.runbook_runs[0]
    steps = tuple(replace(one, approver="security") for one in run.steps)
    runs = (replace(run, steps=steps),)
    held = replace(incident, details=replace(incident.details, runbook_runs=runs))
    given = Approval("a1", "a1", frozenset({DIA.id}))
    with pytest.raises(ForbiddenError, match="Security approves step 3"):
        approved(held, given, ANA, run.started_at)
    after, place = approved(held, given, DIA, run.started_at)
    assert (place, after.details.decisions[0].approver) == (3, "Dia")


def test_the_handover_names_the_step_that_comes_next(s: Services) -> None:
    offer(s, 1, BO.id, BO.name, ANA)
    with s.store() as uow:
        view = handover_card(s, uow, "1:1")
    assert view is not None
    words = "A consumer group falls behind: step 1 of 4: Which partitions lag?"
    assert ("Runbook", words) in view.known


def test_a_step_said_twice_counts_once_and_a_late_press_changes_nothing(s: Services) -> None:
    mark(s, "1")
    with s.store() as uow:
        before = len(uow.timeline.entries(1))
    walk.mark(s, 1, "1", Mark(DONE, first=True), DIA)
    with pytest.raises(InvalidInputError, match="done already: Bo"):
        walk.mark(s, 1, "1", Mark(SKIPPED, first=True), DIA)
    with s.store() as uow:
        assert len(uow.timeline.entries(1)) == before


def test_one_runbook_is_walked_at_a_time_and_stop_ends_it(s: Services) -> None:
    assert isinstance(s.runbooks, FakeRunbooks)
    s.runbooks.books.append(replace(LAG, id="other"))
    with pytest.raises(InvalidInputError, match="`/runbook stop`"):
        walk.start(s, 1, "other", ANA)
    assert len(walk.start(s, 1, LAG.id, DIA).details.runbook_runs) == 1
    walk.stop(s, 1, DIA)
    assert "stopped by Dia" in drawn(s)
    with pytest.raises(NotFoundError, match="walks no runbook"):
        mark(s, "2")
    again = walk.start(s, 1, "other", ANA)
    run = running(again)
    assert run is not None
    assert run.number == 2


def test_when_every_step_is_settled_the_message_says_what_comes_next(s: Services) -> None:
    for step in ("1", "2", "4"):
        mark(s, step)
    mark(s, "3", SKIPPED)
    shown = drawn(s)
    assert "all 4 steps settled" in shown
    assert "/incident verify" in shown
    assert "/runbook feedback kafka-consumer-lag" in shown
    assert walk.run_of(s, 1) is None


def test_what_has_no_steps_or_no_such_step_is_said_with_what_there_is(s: Services) -> None:
    with pytest.raises(NotFoundError, match=r"from 1 to 4 or one of c1, d1, a1, c2"):
        mark(s, "9")
    walk.stop(s, 1, ANA)
    with pytest.raises(InvalidInputError, match="no steps"):
        walk.start(s, 1, "bare", ANA)
    with pytest.raises(NotFoundError):
        walk.start(s, 1, "nothing-like-it", ANA)


def test_who_approves_and_how_it_is_undone_is_read_from_the_file() -> None:
    text = (
        "---\nsteps:\n  - {id: a1, kind: action, title: Drop, dangerous: true,"
        ' approver: data_owner, undo: "restore the copy"}\n---\n# Drop it\n'
    )
    (step,) = parse("drop.md", text).runbook.steps
    assert (step.dangerous, step.approver, step.undo) == (True, "data_owner", "restore the copy")


def test_a_run_of_hostile_text_is_drawn_within_the_limits_and_notifies_nobody() -> None:
    ugly = RunStep(NASTY, "action", NASTY, NASTY + "```", NASTY, dangerous=True, undo=NASTY)
    done = replace(ugly, result=FAILED, by_name=NASTY, note=NASTY, approved_by="")
    for place in (0, 30, 60):
        steps = (done,) * place + (ugly,) * (60 - place)
        run = RunbookRun(1, NASTY, NASTY, steps, "U1", NASTY, NOW, verifies=True)
        shown = render(RunMessage(1, "INC-1", run, "commander"))
        assert not validate_blocks(shown.blocks, "message")
        read = [block for block in shown.blocks if block["type"] != "actions"]
        assert "<!channel>" not in json.dumps(read)
