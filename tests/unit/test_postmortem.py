"""Postmortems: facts computed, gaps named, kept in versions."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fireline.adapters.render import JinjaDocuments
from fireline.domain.audit import canonical_json
from fireline.domain.errors import IllegalTransitionError, RejectedError
from fireline.domain.incident.incident import Incident, RepairDecision, Role, Stamp
from fireline.domain.incident.timeline import EntryKind, Provenance, Review
from fireline.domain.postmortem.facts import Record, postmortem_facts
from fireline.domain.postmortem.summary import SloCost, summary
from fireline.domain.runbook.runbook import RunbookHit
from fireline.usecases import draft_postmortem, incident_channel
from fireline.usecases import manage_incident as work
from fireline.usecases.chase_actions import add_action
from fireline.usecases.manage_incident import Declare, declare
from fireline.usecases.ports import Services
from tests.builders import (
    ANA,
    BEN,
    WORKED_STAMPS,
    a_lag_slo,
    a_ledger,
    a_runbook,
    a_status,
    an_action,
    an_entry,
    an_episode,
    an_incident,
    keep_alert,
    night,
    services,
    the_worked_incident,
)
from tests.fakes import FakeChat, FakeClock, FakeDefinitions, FakeRunbooks
from tests.store_fixture import RecordingStore

GOLDEN = Path(__file__).parent / "golden" / "postmortem.md"
LAG = a_lag_slo()
DOCUMENTS = JinjaDocuments()
COST = SloCost("debezium-cdc-lag", "Debezium CDC lag", 68 / 432, 68.0, "minutes", 30 * 86400, 0.843)
NO_DAMAGE = RepairDecision(damaged=False, checked_by="ana", how="row counts match the source")


def the_worked_record() -> Record:
    slack = Provenance(
        "slack", "C1", "1795313520.000100", None, "https://slack.test/archives/C1/p1795"
    )
    entries = (
        an_entry(
            1,
            "Page-level burn alert of debezium-cdc-lag",
            kind=EntryKind.ALERT,
            occurred_at=night("02:05"),
            recorded_at=night("02:10"),
            actor_name="Fireline",
            provenance=Provenance("burn alert"),
        ),
        an_entry(
            2,
            "Declared INC-142: Orders CDC 3 h behind",
            kind=EntryKind.EVENT,
            occurred_at=night("02:10"),
            recorded_at=night("02:10"),
        ),
        an_entry(
            3,
            "connector | task FAILED\n*twice* <!channel>",
            provenance=slack,
            kind=EntryKind.EVENT,
            supporters=("U0ANA", "U0BEN"),
        ),
        an_entry(
            4,
            "snapshot lock blocks the reader",
            kind=EntryKind.HYPOTHESIS,
            occurred_at=night("02:20"),
            recorded_at=night("02:20"),
        ),
        an_entry(5, "pager was silenced", occurred_at=night("01:55"), recorded_at=night("03:10")),
        an_entry(
            6,
            "No data damaged, checked by ana: row counts match the source",
            kind=EntryKind.DECISION,
            occurred_at=night("06:35"),
            recorded_at=night("06:35"),
        ),
        an_entry(7, "taken back", retracted=True),
    )
    return Record(
        incident=the_worked_incident(repair=NO_DAMAGE),
        costs=(COST,),
        entries=tuple(replace(e, review=Review.ACCEPTED) for e in entries),
        actions=(an_action(),),
        target_minutes=60,
        names={ANA.id: "ana"},
        runbooks=(RunbookHit("debezium-lag", "Debezium lag", "debezium-lag.md", "", 1.0, ""),),
    )


def test_the_summary_sentence_of_the_worked_example() -> None:
    assert summary(the_worked_incident(), [COST], 60, downstream=(7, 1)) == (
        "On 2026-11-22 from 01:40 to 02:48 UTC, debezium-cdc-lag was out of objective (68 min,"
        " 15.7 % of its 30-day budget). Service was restored after 68 min (target 60 min, missed"
        " by 8 min); data was verified correct after 4 h 40 min. 7 datasets and consumers were"
        " downstream, 1 of them tier-0."
    )


def test_an_edit_of_the_next_day_changes_no_figure() -> None:
    record = the_worked_record()
    note = an_entry(8, "typo fixed", occurred_at=night("30:00"), recorded_at=night("30:00"))
    later = replace(record, entries=(*record.entries, note))
    before, after = postmortem_facts(record), postmortem_facts(later)
    assert (before["summary"], before["times"]) == (after["summary"], after["times"])


def test_a_summary_without_anything_known_says_so() -> None:
    bare = an_incident(stamps={Stamp.DECLARED: night("02:10")})
    assert summary(bare, [], 240) == (
        "From 2026-11-22 02:10 UTC until a time not recorded, service was impaired (duration not"
        " recorded); no SLO was linked, so its cost is not recorded. When the impact began is not"
        " recorded; times count from detection. When service was restored is not recorded."
        " What was downstream is not recorded."
    )


def test_an_incident_over_midnight_names_both_days() -> None:
    stamps = {**WORKED_STAMPS, Stamp.RESTORED: night("26:00"), Stamp.MITIGATED: night("26:00")}
    del stamps[Stamp.DATA_VERIFIED], stamps[Stamp.RESOLVED]
    text = summary(an_incident(stamps=stamps), [SloCost("x", "X", None)], 60, (1, 0))
    assert text == (
        "From 2026-11-22 01:40 to 2026-11-23 02:00 UTC, x was out of objective (1 d 20 min,"
        " budget cost not recorded). Service was restored after 1 d 20 min (target 60 min, missed"
        " by 23 h 20 min); when the data was verified is not recorded. 1 dataset or consumer was"
        " downstream, 0 of them tier-0."
    )


def test_the_document_is_the_golden_one() -> None:
    facts = postmortem_facts(the_worked_record())
    assert DOCUMENTS.postmortem({**facts, "version": 1}) == GOLDEN.read_text("utf-8")


def test_foreign_text_does_not_act_as_markdown() -> None:
    facts = postmortem_facts(the_worked_record())
    text = DOCUMENTS.postmortem({**facts, "version": 1})
    assert r"connector \| task FAILED \*twice\* \<!channel\>" in text


@given(
    st.sets(st.sampled_from(Stamp)),
    st.integers(0, 1),
    st.integers(0, 1),
    st.text(max_size=30),
)
def test_any_record_with_missing_facts_still_gives_a_document(
    left_out: set[Stamp], with_slo: int, with_repair: int, text: str
) -> None:
    stamps = {s: at for s, at in WORKED_STAMPS.items() if s not in left_out}
    stamps[Stamp.DECLARED] = WORKED_STAMPS[Stamp.DECLARED]
    incident = the_worked_incident(
        stamps=stamps,
        title=text,
        slos=("x",) if with_slo else (),
        datasets=(),
        service=None,
        roles={},
        repair=NO_DAMAGE if with_repair else None,
    )
    said = an_entry(1, text, review=Review.ACCEPTED)
    record = Record(incident, (), (said,) if with_slo else (), (), 60)
    facts = postmortem_facts(record)
    assert canonical_json(facts) == canonical_json(postmortem_facts(record))
    assert DOCUMENTS.postmortem({**facts, "version": 1}).startswith("# INC-142: ")


# --- with the database ---------------------------------------------------------------------------


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def chat() -> FakeChat:
    return FakeChat(names={ANA.id: "ana"})


@pytest.fixture
def s(sqlite_store: RecordingStore, clock: FakeClock, chat: FakeChat) -> Services:
    return services(
        sqlite_store,
        clock=clock,
        chat=chat,
        definitions=FakeDefinitions({LAG.name: LAG}),
        documents=DOCUMENTS,
        runbooks=FakeRunbooks([a_runbook(slos=(LAG.name,))]),
    )


@pytest.fixture
def resolved(s: Services, clock: FakeClock) -> Incident:
    """The worked example, lived through: 68 bad minutes in the ledger."""
    with s.store() as uow:
        uow.ledger.write(LAG.name, LAG.revision, a_ledger(night("01:40"), 68, night("07:00")))
        keep_alert(uow, an_episode(LAG))
        uow.statuses.save([a_status(LAG, 0.843, at=night("07:00"))])
        uow.commit()
    made = declare(s, Declare("Orders CDC 3 h behind", ANA, episode_id=an_episode(LAG).id))
    number = made.incident.id
    incident_channel.record_channel(s, number, incident_channel.open_channel(s, number))
    clock.set(night("02:50"))
    work.restore(s, number, "restarted the connector", ANA, at=night("02:48"))
    clock.set(night("06:20"))
    return work.resolve(s, number, NO_DAMAGE, ANA)


def test_finishing_books_the_cost_and_shares_the_draft(
    s: Services, resolved: Incident, sqlite_store: RecordingStore
) -> None:
    made = draft_postmortem.finish(s, resolved.id)
    with s.store() as uow:
        booked = uow.incidents.get(resolved.id)
        file = draft_postmortem.postmortem_file(s, uow, f"{resolved.id}:1")
    assert booked is not None
    assert round(booked.budget_cost[LAG.name], 3) == 0.157
    assert "(68 min, 15.7 % of its 30-day budget)" in made.markdown
    assert "Runbook suggested: Debezium lag" in made.markdown
    assert file is not None
    assert file.filename == "inc-1-postmortem-v1.md"
    assert "15.7 % of its 30-day budget" in file.comment
    keys = [str(call.args[0]) for call in sqlite_store.started("publish")]
    assert keys.count(f"postmortem:{resolved.id}:1") == 1


def test_finishing_twice_changes_nothing(
    s: Services, resolved: Incident, sqlite_store: RecordingStore
) -> None:
    first = draft_postmortem.finish(s, resolved.id)
    calls = len(sqlite_store.calls)
    assert draft_postmortem.finish(s, resolved.id) == first
    assert draft_postmortem.draft(s, resolved.id) == first
    assert len(sqlite_store.calls) == calls


def test_a_new_fact_makes_a_new_version_and_the_old_file_is_not_shown_again(
    s: Services, resolved: Incident
) -> None:
    draft_postmortem.finish(s, resolved.id)
    text = "Alert when the connector restarts twice"
    add_action(s, text, BEN.id, "ben", None, ANA, resolved.id)
    second = draft_postmortem.draft(s, resolved.id)
    assert second.version == 2
    assert text in second.markdown
    with s.store() as uow:
        file = draft_postmortem.postmortem_file(s, uow, f"{resolved.id}:2")
    assert file is not None
    assert "version 2: use this one" in file.comment
    assert "30-day budget" not in file.comment
    with s.store() as uow:
        assert draft_postmortem.postmortem_file(s, uow, f"{resolved.id}:1") is None
        assert draft_postmortem.postmortem_file(s, uow, "99:1") is None


def test_what_still_goes_on_has_no_postmortem(s: Services) -> None:
    number = declare(s, Declare("orders late", ANA)).incident.id
    with pytest.raises(IllegalTransitionError, match="INC-1 is still investigating"):
        draft_postmortem.draft(s, number)


def test_somebody_who_left_the_workspace_keeps_their_id(
    s: Services, resolved: Incident, chat: FakeChat
) -> None:
    work.assign_role(s, resolved.id, Role.SCRIBE, "U0GONE", "gone", ANA)
    chat.fail["user_name"] = [RejectedError("no such user", "user_not_found")]
    made = draft_postmortem.finish(s, resolved.id)
    assert "Scribe: U0GONE (user_not_found)" in made.markdown


def test_a_cost_that_the_ledger_has_not_fully_seen_says_up_to_when(
    s: Services, resolved: Incident
) -> None:
    with s.store() as uow:
        uow.statuses.save([a_status(LAG, 0.9, at=night("02:33"))])
        uow.commit()
    early = draft_postmortem.finish(s, resolved.id)
    assert "of its 30-day budget counted up to 02:30 UTC" in early.markdown
    with s.store() as uow:
        uow.statuses.save([a_status(LAG, 0.843, at=night("07:00"))])
        uow.commit()
    late = draft_postmortem.draft(s, resolved.id)
    assert late.version == 2
    assert "(68 min, 15.7 % of its 30-day budget)" in late.markdown


def test_without_a_ledger_the_cost_is_not_recorded(s: Services, clock: FakeClock) -> None:
    number = declare(s, Declare("orders late", ANA)).incident.id
    work.restore(s, number, "healed", ANA)
    clock.advance(minutes=5)
    work.resolve(s, number, NO_DAMAGE, ANA)
    made = draft_postmortem.finish(s, number)
    assert "no SLO was linked, so its cost is not recorded" in made.markdown


@given(st.timedeltas(min_value=timedelta(minutes=1), max_value=timedelta(days=9)))
def test_the_summary_and_the_table_say_the_same_duration(span: timedelta) -> None:
    stamps = {
        **WORKED_STAMPS,
        Stamp.MITIGATED: night("02:10") + span,
        Stamp.RESTORED: night("02:10") + span,
    }
    del stamps[Stamp.DATA_VERIFIED], stamps[Stamp.RESOLVED]
    facts = postmortem_facts(Record(the_worked_incident(stamps=stamps), (COST,), (), (), 60))
    times = facts["times"]
    assert isinstance(times, dict)
    assert f"restored after {times['mttr']} ({times['mttr_verdict']})" in str(facts["summary"])
