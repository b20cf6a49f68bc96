"""What people type is understood, or refused with the right form."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fireline.adapters.slack.blocks.markup import clip, duration, esc, percent
from fireline.adapters.slack.grammar import (
    Person,
    action_number,
    incident_number,
    nearest,
    readable,
    role,
    severity,
    typed,
)
from fireline.adapters.slack.moments import due_date, next_morning, past_moment, zone
from fireline.domain.errors import InvalidInputError
from fireline.domain.incident.incident import Role, Severity

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
BERLIN = zone("Europe/Berlin")
MONDAY = date(2026, 11, 23)


def test_words_options_and_people_are_taken_apart() -> None:
    said = typed("declare orders are late sev:2 slo:orders-fresh <@U12|ada>", {"sev", "slo"})
    assert (said.verb, said.text, said.bare) == (
        "declare",
        "orders are late @ada",
        "orders are late",
    )
    assert said.options == {"sev": "2", "slo": "orders-fresh"}
    assert said.people == (Person("U12", "ada"),)


def test_a_colon_in_a_sentence_is_no_option() -> None:
    assert typed("note error: timeout at:-5m", {"at"}).text == "error: timeout"


def test_quoted_values_keep_their_spaces_even_with_smart_quotes() -> None:
    said = typed(
        "resolve repaired how:\u201cre-ran &amp; checked\u201d checked:<@U1|ana>",
        {"how", "checked"},
    )
    assert said.option("how") == "re-ran & checked"
    assert said.option("checked") == "<@U1|ana>"


def test_slacks_escapes_become_what_a_person_reads() -> None:
    raw = "<!channel> <@U1> in <#C1|data> see <https://x.y/z|the doc> &lt;b&gt; &amp;"
    assert readable(raw, {"U1": "ana"}) == "@channel @ana in #data see https://x.y/z <b> &"


@given(st.text(max_size=200))
def test_any_line_can_be_typed(line: str) -> None:
    said = typed(line, {"at"})
    assert said.text == " ".join(said.words)


@given(st.text(max_size=80))
def test_escaped_text_reads_back_as_it_was(text: str) -> None:
    assert readable(esc(text)) == text or "<" in text or "&" in text


@given(st.text(min_size=1, max_size=300), st.integers(min_value=10, max_value=80))
def test_a_clip_fits_and_shows_that_it_cut(text: str, limit: int) -> None:
    cut = clip(esc(text), limit)
    assert len(cut) <= limit
    assert cut == esc(text) or cut.endswith("\u2026")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("02:31", datetime(2026, 11, 23, 1, 31, tzinfo=UTC)),
        ("03:31", datetime(2026, 11, 22, 2, 31, tzinfo=UTC)),
        ("-15m", NOW - timedelta(minutes=15)),
        ("-1h30m", NOW - timedelta(minutes=90)),
        ("-2d", NOW - timedelta(days=2)),
        ("2026-11-22T02:31", datetime(2026, 11, 22, 1, 31, tzinfo=UTC)),
        ("2026-11-22T02:31:00Z", datetime(2026, 11, 22, 2, 31, tzinfo=UTC)),
    ],
)
def test_times_are_read_in_the_persons_zone(text: str, expected: datetime) -> None:
    assert past_moment(text, NOW, BERLIN) == expected


@pytest.mark.parametrize(
    "text",
    ["soon", "25:00", "-", "2026-12-24T02:31", "+5m", "-999d", "0001-01-01", "0001-01-01T00:00"],
)
def test_other_times_are_refused_with_the_right_form(text: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        past_moment(text, NOW, BERLIN)
    assert refused.value.field == "at"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-12-01", date(2026, 12, 1)),
        ("friday", date(2026, 11, 27)),
        ("mon", date(2026, 11, 30)),
        ("tomorrow", date(2026, 11, 24)),
        ("+7d", date(2026, 11, 30)),
        ("2w", date(2026, 12, 7)),
    ],
)
def test_due_dates(text: str, expected: date) -> None:
    assert due_date(text, MONDAY) == expected


def test_a_due_date_nobody_understands_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="due:friday"):
        due_date("when done", MONDAY)


def test_tomorrow_morning_is_nine_in_the_persons_zone() -> None:
    assert next_morning(NOW, BERLIN) == datetime(2026, 11, 24, 8, 0, tzinfo=UTC)


def test_an_unknown_zone_is_utc() -> None:
    assert str(zone("Mars/Olympus")) == "UTC"


def test_severities_roles_and_numbers_in_every_usual_form() -> None:
    assert {severity(t) for t in ("2", "sev2", "SEV-2")} == {Severity.SEV2}
    assert (role("ops"), role("ic"), role("data owner")) == (
        Role.OPERATIONS,
        Role.COMMANDER,
        Role.DATA_OWNER,
    )
    assert incident_number("INC-142") == incident_number("142") == 142
    assert action_number("act-7") == 7


@pytest.mark.parametrize("read", [severity, role, incident_number, action_number])
def test_what_cannot_be_read_is_refused(read: object) -> None:
    with pytest.raises(InvalidInputError):
        read("nonsense!")  # type: ignore[operator]


def test_the_nearest_verb() -> None:
    assert nearest("declair", ("declare", "resolve")) == "declare"
    assert nearest("zzz", ("declare",)) is None


def test_figures_in_words() -> None:
    assert [duration(s) for s in (34, 2040, 7500, 183_900)] == [
        "34 s",
        "34 min",
        "2 h 5 min",
        "2 d 3 h",
    ]
    assert [percent(x) for x in (0.041, 0.42, None, float("nan"), -0.0001)] == [
        "4.1 %",
        "42 %",
        "unknown",
        "unknown",
        "0 %",
    ]
