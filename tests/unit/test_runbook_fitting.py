"""Why a runbook fits, as people read it."""

import pytest

from fireline.adapters.slack.blocks.fitting import why_it_fits
from fireline.domain.runbook.runbook import RunbookHit


@pytest.mark.parametrize(
    ("why", "shown"),
    [
        ("text", "found in its text"),
        ("named by the SLO", "named by the SLO"),
        (
            "title: late, delay; alias: late\u2192delay",
            "its title says late, delay; \u201clate\u201d as \u201cdelay\u201d",
        ),
        ("spelling: consmer\u2192consumer", "read \u201cconsmer\u201d as \u201cconsumer\u201d"),
        ("spelling: \u2192consumer", "read as \u201cconsumer\u201d"),
    ],
)
def test_the_shorthand_of_the_search_is_put_into_words(why: str, shown: str) -> None:
    assert why_it_fits(RunbookHit("a", "A", "a.md", "", 1.0, why, "")) == shown
