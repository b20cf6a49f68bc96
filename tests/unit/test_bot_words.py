"""What bots say without text is kept with the incident, whatever they say it in."""

import pytest

from fireline.adapters.slack.capture import words
from fireline.adapters.slack.desk import Desk
from tests.builders import services
from tests.store_fixture import RecordingStore

SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "deployed 4711"}}


@pytest.mark.parametrize(
    "message",
    [
        {"text": "", "blocks": [SECTION, {"type": "divider"}]},
        {"text": "", "blocks": [{"type": "markdown", "text": "deployed 4711"}]},
        {"text": "", "attachments": [{"fallback": "deployed 4711"}]},
        {"text": "", "attachments": [{"color": "#fff"}], "blocks": [SECTION]},
    ],
)
def test_a_bots_words_are_found(sqlite_store: RecordingStore, message: dict[str, object]) -> None:
    assert words(Desk(services(sqlite_store)), message) == "deployed 4711"
