"""A page of a timeline as it is in the night of the worked example."""

from typing import Any

from fireline.domain.incident.accepting import Standing
from fireline.domain.incident.timeline import EntryKind, Review
from fireline.usecases.timeline_views import Listing, TimelineLine, TimelinePage
from tests.builders import night


def a_line(seq: int, at: str, kind: EntryKind, text: str, **changes: Any) -> TimelineLine:
    given: dict[str, Any] = {
        "seq": seq,
        "kind": kind,
        "at": night(at),
        "actor": "Ana Silva",
        "text": text,
        "remarks": (),
        "review": Review.PENDING,
        "reason": None,
        "permalink": None,
    }
    return TimelineLine(**{**given, **changes})


def a_page(**changes: Any) -> TimelinePage:
    lines = (
        a_line(9, "01:55", EntryKind.NOTE, "pager was silenced", noted_at=night("03:10")),
        a_line(
            3,
            "02:05",
            EntryKind.ALERT,
            "debezium-cdc-lag burns at page level (20.0x over 5 min, 15.0x over 60 min)",
            actor="Fireline",
            review=Review.ACCEPTED,
        ),
        a_line(
            5,
            "02:14",
            EntryKind.HYPOTHESIS,
            "the snapshot lock blocks the reader",
            actor="Bo Larsen",
            remarks=("(+1 flagged it too)",),
            permalink="https://acme-data.slack.com/archives/C1/p1",
        ),
        a_line(
            10,
            "02:20",
            EntryKind.DECISION,
            "Decision 1: restart the connector. Considered: restart, roll back. Why: quicker.",
            remarks=("(corrected)",),
            review=Review.CORRECTED,
            reason="said restart, meant the connector",
        ),
        a_line(
            7,
            "02:31",
            EntryKind.EVENT,
            "",
            deleted=True,
            deleted_at=night("03:12"),
            actor="Bo Larsen",
            review=Review.HIDDEN,
            reason="names a customer",
        ),
        a_line(
            8,
            "02:33",
            EntryKind.FILE,
            "File error.png (10 kB, image/png) is kept, sha256 9f86d081884c7d659a2feaa0c55ad015",
            permalink="https://acme-data.slack.com/files/F1",
        ),
    )
    given: dict[str, Any] = {
        "incident_id": 142,
        "ref": "INC-142",
        "title": "Orders CDC 3 h behind",
        "listing": Listing.CURRENT,
        "page": 1,
        "pages": 3,
        "lines": lines,
        "standing": Standing(12, 9, 1),
        "dated": False,
        "may_judge": True,
    }
    return TimelinePage(**{**given, **changes})
