"""Whatever people do with messages and entries, in whatever order: nothing is lost or doubled."""

from collections.abc import Callable
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fireline.adapters.store import open_engine
from fireline.domain.errors import UserError
from fireline.domain.incident.chain import first_broken_entry
from fireline.domain.incident.timeline import EntryKind, Review
from fireline.domain.incident.timeline_text import accepted, current
from fireline.usecases import capture_timeline as capture
from fireline.usecases import raw_messages as raw
from fireline.usecases.accept_timeline import accept, correct, hide
from fireline.usecases.incident_channel import open_channel, record_channel
from fireline.usecases.manage_incident import Declare, declare
from fireline.usecases.ports import RawMessage, Services
from tests.builders import ANA, BEN, services
from tests.store_fixture import RecordingStore

MESSAGES = ("1795313520.000100", "1795313521.000100")
PEOPLE = (ANA, BEN)
EMOJI = ("pushpin", "scales", "ballot_box_with_check")
DEEDS = ("flag", "unflag", "pin", "unpin", "edit", "delete", "accept", "correct", "hide", "all")
STEP = st.tuples(
    st.sampled_from(DEEDS), st.sampled_from(MESSAGES), st.sampled_from(PEOPLE), st.integers(0, 9)
)


def deed(s: Services, channel: str, step: tuple[str, str, object, int]) -> Callable[[], object]:
    what, ts, who, number = step
    assert who in PEOPLE
    actor = ANA if who == ANA else BEN
    with s.store() as uow:
        standing = [e.seq for e in current(uow.timeline.entries(1))]
    seq = standing[number % len(standing)]
    return {
        "flag": lambda: capture.flag(s, channel, ts, EMOJI[number % 3], actor),
        "unflag": lambda: capture.unflag(s, channel, ts, EMOJI[number % 3], actor),
        "pin": lambda: capture.pin(s, channel, ts, actor),
        "unpin": lambda: capture.unpin(s, channel, ts, actor),
        "edit": lambda: raw.record_edit(s, raw.Edit(channel, ts, f"words {number}")),
        "delete": lambda: raw.record_delete(s, channel, ts),
        "accept": lambda: accept(s, 1, ANA, [seq]),
        "correct": lambda: correct(s, 1, seq, f"better {number}", "clearer", ANA),
        "hide": lambda: hide(s, 1, seq, "private", ANA),
        "all": lambda: accept(s, 1, ANA),
    }[what]


def check(s: Services, before: list[str]) -> list[str]:
    """The chain holds and only grew; a message stands once per kind; what counts was accepted."""
    with s.store() as uow:
        chain = uow.timeline.chain(1)
        incident = uow.incidents.get(1)
    assert incident is not None
    hashes = [entry.hash for entry in chain]
    assert hashes[: len(before)] == before
    assert first_broken_entry("INC-1", chain) is None
    stand = current(chain)
    said = [(e.provenance.ts, e.kind) for e in stand if e.provenance.source == "slack"]
    assert len(said) == len(set(said))
    assert all(e.review in {Review.ACCEPTED, Review.CORRECTED} for e in accepted(chain))
    flagged = {e.provenance.ts for e in stand if e.kind is EntryKind.DECISION}
    for decision in incident.details.decisions:
        assert (decision.withdrawn_at is None) == (decision.source.partition(":")[2] in flagged)
    return hashes


@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=st.lists(STEP, min_size=4, max_size=9))
def test_any_order_of_flags_edits_and_judgements_keeps_the_record(
    migrated_sqlite: Path, tmp_path: Path, steps: list[tuple[str, str, object, int]]
) -> None:
    file = tmp_path / "sequence.db"
    file.write_bytes(migrated_sqlite.read_bytes())
    engine = open_engine(f"sqlite:///{file}")
    s = services(RecordingStore(engine))
    made = declare(s, Declare("orders late", ANA)).incident
    channel = str(record_channel(s, made.id, open_channel(s, made.id)).channel_id)
    for ts in MESSAGES:
        raw.record_message(s, RawMessage(channel, ts, BEN.id, BEN.name, f"said {ts}"))
    hashes = check(s, [])
    for step in steps:
        try:
            deed(s, channel, step)()
        except UserError:
            continue
        finally:
            hashes = check(s, hashes)
    engine.dispose()
