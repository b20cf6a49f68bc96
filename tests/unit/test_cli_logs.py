"""What the program logs: one form for all libraries, to standard error, without secrets."""

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from fireline.bootstrap.logs import configure_logging

SECRETS = ("xoxb-1-secret", "xapp-1-secret", "hush", "eyJ0b2tlbg")


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """The root logger with one handler of ours, put back afterwards."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    stream = io.StringIO()
    root.handlers[:] = [logging.StreamHandler(stream)]
    yield stream
    root.handlers[:] = before
    root.setLevel(level)
    structlog.reset_defaults()


def refuse() -> None:
    message = "with xoxb-1-secret in it"
    raise RuntimeError(message)


def say_secrets() -> None:
    log = structlog.get_logger("fireline.test")
    log.info("said", url="postgresql://bot:hush@db/x", tokens=["xoxb-1-secret"])
    log.warning("failed", error=ValueError("xoxb-1-secret"), header="Bearer eyJ0b2tlbg")
    try:
        refuse()
    except RuntimeError:
        logging.getLogger("library").exception("went wrong with %s", {"app": "xapp-1-secret"})


@pytest.mark.parametrize("as_json", [True, False])
def test_no_secret_is_written(written: io.StringIO, *, as_json: bool) -> None:
    configure_logging("INFO", as_json=as_json)
    say_secrets()
    text = written.getvalue()
    assert "RuntimeError: with *** in it" in text.replace("\\n", "\n")
    assert [s for s in SECRETS if s in text] == []
    assert "\x1b[" not in text, "no colours where nobody sees them"


def test_json_lines_have_time_level_and_name(written: io.StringIO) -> None:
    configure_logging("WARNING", as_json=True)
    structlog.get_logger("fireline.test").info("not shown")
    structlog.get_logger("fireline.test").warning("shown", count=3)
    logging.getLogger("library").warning("from %s", "elsewhere")
    logging.getLogger("httpx").info("noise")
    first, second = (json.loads(line) for line in written.getvalue().splitlines())
    assert {
        "event": "shown",
        "count": 3,
        "level": "warning",
        "logger": "fireline.test",
    }.items() <= (first.items())
    assert second["event"] == "from elsewhere"
    assert second["timestamp"].endswith("Z")
