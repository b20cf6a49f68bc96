"""Settings come from one place, and a mistake in them is named."""

import re
from pathlib import Path

import pytest

from fireline.domain.errors import InvalidInputError
from fireline.settings import load


@pytest.fixture(autouse=True)
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_defaults_need_nothing() -> None:
    settings = load()
    assert settings.database_url.startswith("sqlite:///")
    assert settings.incidents_channel == "#incidents"


def test_environment_wins_over_the_file(
    empty_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (empty_folder / "fireline.yaml").write_text("timezone: Europe/Berlin\nworkers: 4\n")
    monkeypatch.setenv("FIRELINE_TIMEZONE", "America/New_York")
    settings = load()
    assert (settings.timezone, settings.workers) == ("America/New_York", 4)


def test_a_secret_is_read_from_its_file_and_never_printed(
    empty_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = empty_folder / "token"
    secret.write_text("made-up-token\n")
    monkeypatch.setenv("FIRELINE_SLACK_BOT_TOKEN_FILE", str(secret))
    settings = load()
    assert settings.slack_bot_token is not None
    assert settings.slack_bot_token.get_secret_value() == "made-up-token"
    assert "made-up-token" not in repr(settings)


def test_a_missing_secret_file_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIRELINE_SLACK_APP_TOKEN_FILE", "nowhere")
    with pytest.raises(InvalidInputError, match="FIRELINE_SLACK_APP_TOKEN_FILE=nowhere"):
        load()


def test_an_unknown_name_is_refused_with_the_nearest_right_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("FIRELINE_SLACK_BOT_TOKN", "x")
    with pytest.raises(InvalidInputError, match="did you mean FIRELINE_SLACK_BOT_TOKEN"):
        load()


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("FIRELINE_TIMEZONE", "Mars/Olympus", "unknown time zone 'Mars/Olympus'"),
        ("FIRELINE_ALERTS_CHANNEL", "alerts", "#alerts"),
        ("FIRELINE_HTTP_PORT", "99999", "http_port"),
    ],
)
def test_a_wrong_value_is_named_with_what_would_be_right(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(InvalidInputError, match=said):
        load()


def test_data_sources_come_from_the_file_and_their_mistakes_are_named(empty_folder: Path) -> None:
    file = empty_folder / "fireline.yaml"
    file.write_text(
        "data_sources:\n  eu: {url: 'https://eu.example.com', org_id: data}\n"
        "default_data_source: eu\n"
    )
    assert load().data_sources["eu"].org_id == "data"
    for text, said in [
        ("data_sources: {eu: {url: nowhere}}", "data_sources.eu.url"),
        ("data_sources: {EU: {url: 'http://a'}}", "data_sources.EU"),
        ("data_sources: {eu: {url: 'http://a', tokn: x}}", "data_sources.eu.tokn"),
        ("data_sources: {eu: {url: 'http://a', username: x}}", "password_file together"),
        ("data_sources: {eu: {url: 'http://a', key_file: x}}", "key_file needs cert_file"),
        ("default_data_source: mars", "'mars' is not under data_sources; known: there are none"),
    ]:
        file.write_text(text)
        with pytest.raises(InvalidInputError, match=re.escape(said)):
            load()


def test_headers_for_alertmanager_come_from_the_environment_or_a_file(
    empty_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FIRELINE_ALERTMANAGER_HEADERS", '{"X-Scope-OrgID": "made-up"}')
    found = load().alertmanager_headers
    assert found["X-Scope-OrgID"].get_secret_value() == "made-up"
    assert "made-up" not in repr(found)
    monkeypatch.delenv("FIRELINE_ALERTMANAGER_HEADERS")
    (empty_folder / "headers").write_text('{"X-Other": "from a file"}\n')
    monkeypatch.setenv("FIRELINE_ALERTMANAGER_HEADERS_FILE", str(empty_folder / "headers"))
    assert load().alertmanager_headers["X-Other"].get_secret_value() == "from a file"
    for wrong in ('{"X Y": "a"}', '{"X": "a\\nb"}', "no json", '{"X": 1}'):
        (empty_folder / "headers").write_text(wrong)
        with pytest.raises(InvalidInputError, match="setting alertmanager_headers"):
            load()


def test_a_webhook_token_that_can_be_guessed_is_refused() -> None:
    with pytest.raises(InvalidInputError, match=r"ALERTMANAGER_WEBHOOK_TOKEN.*at least 16"):
        load(alertmanager_webhook_token="short")
