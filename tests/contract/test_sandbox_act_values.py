"""What each kind of element takes from a user, and the shape Slack gives it."""

from typing import Any

import pytest

from fireline.sandbox.act_request import RefusalError
from fireline.sandbox.act_values import initial_value, picked, raw_of
from fireline.sandbox.entities import FileObject
from fireline.sandbox.model import Workspace
from fireline.sandbox.seed import Seed, plant

Json = dict[str, Any]
RED: Json = {"text": {"type": "plain_text", "text": "Red"}, "value": "red"}
GROUPS: Json = {"option_groups": [{"label": {}, "options": [RED]}]}
RICH: Json = {"type": "rich_text", "elements": []}


@pytest.fixture(scope="module")
def workspace() -> Workspace:
    planted = Workspace()
    plant(planted, Seed())
    planted.files["F1"] = FileObject("F1", "a.png", "a", "image/png", 1, "U1", 0)
    return planted


@pytest.mark.parametrize(
    ("element", "given", "key", "expected"),
    [
        ({"type": "static_select", **GROUPS}, "red", "selected_option", RED),
        ({"type": "static_select", **GROUPS}, RED, "selected_option", RED),
        ({"type": "static_select", **GROUPS}, None, "selected_option", None),
        ({"type": "radio_buttons", "options": [RED]}, ["red"], "selected_option", RED),
        ({"type": "checkboxes", "options": [RED]}, [RED], "selected_options", [RED]),
        ({"type": "checkboxes", "options": [RED]}, "red", "selected_options", [RED]),
        ({"type": "checkboxes", "options": [RED]}, None, "selected_options", []),
        ({"type": "datepicker"}, "2026-11-23", "selected_date", "2026-11-23"),
        ({"type": "timepicker"}, "09:30", "selected_time", "09:30"),
        ({"type": "datetimepicker"}, "1795361993", "selected_date_time", 1795361993),
        ({"type": "users_select"}, "@ana", "selected_user", "U0000000001"),
        ({"type": "multi_users_select"}, ["ana"], "selected_users", ["U0000000001"]),
        ({"type": "channels_select"}, "#general", "selected_channel", "C0000000001"),
        ({"type": "conversations_select"}, "general", "selected_conversation", "C0000000001"),
        ({"type": "plain_text_input"}, "", "value", None),
        ({"type": "plain_text_input"}, {"type": "x", "value": "hi"}, "value", "hi"),
        ({"type": "number_input", "is_decimal_allowed": True}, 1.5, "value", "1.5"),
        ({"type": "email_text_input"}, "a@b.test", "value", "a@b.test"),
        ({"type": "url_text_input"}, "https://x.test", "value", "https://x.test"),
        ({"type": "rich_text_input"}, RICH, "rich_text_value", RICH),
        ({"type": "file_input"}, ["F1"], "files", [{"id": "F1", "name": "a.png"}]),
    ],
)
def test_value_takes_slacks_shape(
    workspace: Workspace, element: Json, given: Any, key: str, expected: Any
) -> None:
    assert picked(workspace, element, given) == {"type": element["type"], key: expected}


def test_typed_rich_text_becomes_a_rich_text_block(workspace: Workspace) -> None:
    value = picked(workspace, {"type": "rich_text_input"}, "hi")["rich_text_value"]
    assert value["elements"][0]["elements"] == [{"type": "text", "text": "hi"}]


@pytest.mark.parametrize(
    ("element", "given", "error"),
    [
        ({"type": "button"}, "x", "element_not_found"),
        ({"type": "static_select", **GROUPS}, "blue", "option_not_found"),
        ({"type": "timepicker"}, "24:00", "invalid_time"),
        ({"type": "datepicker"}, "23.11.2026", "invalid_date"),
        ({"type": "datetimepicker"}, "soon", "invalid_date"),
        ({"type": "datetimepicker"}, True, "invalid_date"),
        ({"type": "users_select"}, "zoe", "option_not_found"),
        ({"type": "channels_select"}, "nowhere", "option_not_found"),
        ({"type": "number_input", "min_value": "2"}, 1, "invalid_number"),
        ({"type": "number_input", "max_value": "2"}, 3, "invalid_number"),
        ({"type": "email_text_input"}, "a@b", "invalid_email"),
        ({"type": "url_text_input"}, "x", "invalid_url"),
        ({"type": "rich_text_input"}, 3, "invalid_value"),
        ({"type": "file_input"}, ["F9"], "file_not_found"),
        (
            {"type": "multi_users_select", "max_selected_items": 1},
            ["ana", "bo"],
            "too_many_selected",
        ),
    ],
)
def test_value_that_cannot_be_is_refused(
    workspace: Workspace, element: Json, given: Any, error: str
) -> None:
    with pytest.raises(RefusalError, match=f"^{error}:"):
        picked(workspace, element, given)


@pytest.mark.parametrize(
    ("element", "expected"),
    [
        ({"type": "plain_text_input", "initial_value": "a"}, {"value": "a"}),
        ({"type": "checkboxes", "initial_options": [RED]}, {"selected_options": [RED]}),
        ({"type": "users_select"}, {"selected_user": None}),
    ],
)
def test_untouched_element_holds_its_initial_value(element: Json, expected: Json) -> None:
    assert initial_value(element) == {"type": element["type"], **expected}


def test_raw_values_are_found_in_any_shape() -> None:
    assert raw_of({"selected_options": [RED, {"value": "b"}]}) == ["red", "b"]
    assert raw_of({"rich_text_value": RICH}) == RICH
    assert raw_of({"other": 1}) == {"other": 1}
