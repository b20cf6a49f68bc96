"""The timeline's window and forms are such as Slack takes, whatever stands in them."""

import json
from dataclasses import replace

import pytest

from fireline.adapters.slack.blocks import timeline as drawn
from fireline.domain.incident.accepting import Standing
from fireline.domain.incident.timeline import EntryKind, Review
from fireline.sandbox.blockkit import validate_view
from fireline.usecases.timeline_views import Listing, TimelinePage
from tests.unit.slack_samples import NASTY
from tests.unit.timeline_samples import a_line, a_page

RUDE = a_line(
    999_999_999,
    "02:05",
    EntryKind.NOTE,
    NASTY * 3,
    actor=NASTY,
    remarks=(NASTY[:200],) * 3,
    review=Review.HIDDEN,
    reason=NASTY,
    permalink="https://x/" + "y" * 900,
)


@pytest.mark.parametrize(
    "page",
    [
        a_page(),
        a_page(lines=tuple(replace(RUDE, seq=n) for n in range(10)), title=NASTY, dated=True),
        a_page(lines=(), standing=Standing(0, 0, 0), listing=Listing.PENDING, page=0, pages=1),
        a_page(lines=tuple(a_line(i, "02:05", kind, "x") for i, kind in enumerate(EntryKind))),
        a_page(lines=(replace(RUDE, replaced=True), replace(RUDE, seq=1, retracted=True))),
    ],
)
def test_every_page_is_a_view_that_slack_takes(page: TimelinePage) -> None:
    for may_judge in (True, False):
        view = drawn.window(replace(page, may_judge=may_judge), "C1")
        assert not validate_view(view)
        assert "<!channel>" not in json.dumps(view)


def test_only_who_may_judge_sees_menus_and_accept_all() -> None:
    theirs, mine = (drawn.window(a_page(may_judge=j), "C1") for j in (False, True))
    assert "timeline_entry" not in json.dumps(theirs)
    assert "timeline_accept_all" not in json.dumps(theirs)
    assert "The scribe or the commander accepts entries." in json.dumps(theirs)
    assert json.dumps(mine).count('"timeline_entry"') == 6
    assert "Accept all 12" in json.dumps(mine)


def test_what_an_entry_is_already_is_not_offered() -> None:
    accepted = drawn.window(a_page(lines=(a_line(1, "02:05", EntryKind.NOTE, "x"),)), "C1")
    hidden = drawn.window(a_page(lines=(RUDE,)), "C1")
    assert "accept:142:1:current:1" in json.dumps(accepted)
    assert '"hide:' not in json.dumps(hidden)


def test_the_forms_are_views_that_slack_takes() -> None:
    meta: dict[str, object] = {"incident": 1, "seq": 2, "listing": "current", "page": 0}
    for form in (drawn.correct_form, drawn.hide_form):
        assert not validate_view(form("INC-142", NASTY, meta))
