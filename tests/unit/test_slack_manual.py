"""Every verb of every command: help with an example that is understood, and the right form."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from fireline.adapters.slack import ids
from fireline.adapters.slack.blocks import Rendered
from fireline.adapters.slack.commands import NOUNS
from fireline.adapters.slack.desk import Modal
from fireline.adapters.slack.manual import CHAPTERS, NO_FORM, example_of
from fireline.adapters.store import open_engine
from fireline.domain.errors import InvalidInputError, UserError
from fireline.sandbox.blockkit import validate_blocks, validate_view
from tests.slack_clerk import COMMANDS, Clerk, pressable
from tests.store_fixture import RecordingStore

VERBS = [(noun, verb) for noun in NOUNS for verb in NOUNS[noun].verbs]
# Typed alone these do what they are for: all that their form asks may be left out.
MAY_BE_BARE = {
    ("incident", verb)
    for verb in (
        *("repair", "review", "close", "verify", "mitigate", "release", "claim"),
        *("join", "subscribe", "unsubscribe", "export"),
    )
} | {("incident", "show"), ("postmortem", "show"), ("postmortem", "draft"), ("review", "show")}


@pytest.fixture(scope="module")
def reader(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clerk]:
    """One for all who change nothing."""
    file = tmp_path_factory.mktemp("manual") / "fireline.db"
    shutil.copy(migrated_sqlite, file)
    engine = open_engine(f"sqlite:///{file}")
    yield Clerk(RecordingStore(engine))
    engine.dispose()


@pytest.fixture
def clerk(sqlite_store: RecordingStore) -> Clerk:
    return Clerk(sqlite_store)


def text_of(reply: object) -> str:
    assert isinstance(reply, Rendered), reply
    assert not validate_blocks(reply.blocks, "message")
    return str(reply.blocks)


def test_each_verb_stands_in_one_chapter_and_no_chapter_names_another() -> None:
    for noun, chapters in CHAPTERS.items():
        named = [verb for chapter in chapters for verb in chapter.examples]
        assert sorted(named) == sorted(NOUNS[noun].verbs), f"see adapters/slack/manual.py: {noun}"
        assert set(NO_FORM[noun]) <= set(named)


@pytest.mark.parametrize("noun", NOUNS)
@pytest.mark.parametrize("asking", ["help", "?"])
def test_help_shows_every_verb_by_chapter_and_what_each_does(
    reader: Clerk, noun: str, asking: str
) -> None:
    shown = reader.types(noun, asking)
    said = text_of(shown)
    for verb in NOUNS[noun].verbs:
        assert f"`{verb}`" in said
        assert f"{COMMANDS[noun]} help {verb}" in said
    for chapter in CHAPTERS[noun]:
        assert f"*{chapter.title}*" in said


@pytest.mark.parametrize(("noun", "verb"), VERBS)
def test_a_verb_is_explained_with_its_form_and_an_example(
    reader: Clerk, noun: str, verb: str
) -> None:
    shown = reader.types(noun, f"help {verb}")
    said = text_of(shown)
    assert text_of(reader.types(noun, f"{verb} ?")) == said
    assert f"{COMMANDS[noun]} {example_of(noun, verb)}" in said.replace('\\"', '"')
    written = [form for form in NOUNS[noun].help if form.split(" ")[0] == verb]
    assert written or verb in {"investigate", "search"}, f"HELP of {noun} lacks {verb}"
    if verb in NO_FORM[noun]:
        assert NO_FORM[noun][verb] in said
        return
    form = reader.presses(ids.HELP_FORM, pressable(shown)[ids.HELP_FORM])
    assert isinstance(form, Modal), form
    assert not validate_view(form.view)


@pytest.mark.parametrize(("noun", "verb"), VERBS)
def test_an_example_is_understood_and_what_is_missing_or_wrong_opens_the_form(
    clerk: Clerk, noun: str, verb: str
) -> None:
    answer = answered(clerk, noun, example_of(noun, verb))
    assert not (isinstance(answer, Modal) and answer.because), answer
    for wrong in ("", " \u00a7\u00a7 x:y", f" {'9' * 12}", " words at:soon sev:9 until:soon"):
        reply = answered(clerk, noun, verb + wrong)
        assert not isinstance(reply, InvalidInputError) or verb in NO_FORM[noun], reply
        assert not isinstance(reply, Modal) or not validate_view(reply.view)
        if not wrong and verb not in NO_FORM[noun] and (noun, verb) not in MAY_BE_BARE:
            assert isinstance(reply, Modal), reply


def answered(clerk: Clerk, noun: str, line: str) -> object:
    """The answer, or the refusal in its place."""
    try:
        return clerk.types(noun, line)
    except UserError as error:
        return error


# Of `/runbook`, words that begin with no verb are a search; here no page fits any.
@pytest.mark.parametrize(("noun", "verb"), VERBS)
def test_a_mistyped_verb_offers_the_nearest_and_keeps_the_text(
    reader: Clerk, noun: str, verb: str
) -> None:
    mistyped = f"{verb[:2]}{verb[1:]}x" if len(verb) > 3 else f"{verb}x"
    reply = reader.types(noun, f"{mistyped} some words")
    assert pressable(reply)[ids.RUN_INSTEAD] == f"{COMMANDS[noun]} {verb} some words"


def test_where_no_incident_is_meant_the_form_asks_which(reader: Clerk) -> None:
    reply = reader.types("incident", "task tell finance", "C2ELSE")
    assert isinstance(reply, Modal)
    fields = {block.get("block_id"): block for block in reply.view["blocks"]}
    assert fields["incident"]["element"]["initial_option"]["value"] == "1"
    assert fields["text"]["element"]["initial_value"] == "tell finance"
