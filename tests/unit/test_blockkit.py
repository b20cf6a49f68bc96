"""Every broken payload kind is found, with its pointer; valid payloads raise no alarm."""

import copy

import pytest

from fireline.sandbox.blockkit import validate_blocks, validate_message, validate_view
from tests.unit.blockkit_broken import BROKEN_IN_MESSAGE, BROKEN_VIEWS
from tests.unit.blockkit_pieces import (
    Json,
    actions,
    button,
    buttons,
    card,
    chart,
    confirm,
    container,
    data_table,
    field,
    markdown,
    modal,
    mrkdwn,
    option,
    options,
    plain,
    section,
    select,
    table,
    task,
)

VALID_IN_MESSAGE: dict[str, list[Json]] = {
    "section 3000": [section(text=mrkdwn("x" * 3000))],
    "10 fields of 1000": [section(fields=[mrkdwn("x" * 1000)] * 10)],
    "field 2000": [section(fields=[plain("x" * 2000)])],
    "50 blocks": [section()] * 50,
    "header 150": [{"type": "header", "text": plain("x" * 150)}],
    "25 buttons": [actions(*buttons(25))],
    "100 options": [actions(select(options=options(100)))],
    "ids of 255": [{**actions(button(action_id="x" * 255)), "block_id": "y" * 255}],
    "markdown 12000": [markdown(12_000)],
    "markdown 12000 in two": [markdown(6000), markdown(6000)],
    "13000 characters": [section(text=mrkdwn("x" * 2600))] * 5,
    "same action_id in two blocks": [actions(button()), actions(button())],
    "initial option": [actions(select(options=options(2), initial_option=option("1", "1")))],
    "external menu": [
        actions({"type": "external_select", "action_id": "e", "initial_option": option()})
    ],
    "confirm": [actions(button(confirm=confirm(), style="danger", value="1"))],
    "image of a file": [{"type": "image", "slack_file": {"id": "F1"}, "alt_text": "A chart"}],
    "accessory": [
        section(
            text=mrkdwn(), accessory={"type": "overflow", "action_id": "o", "options": options(2)}
        )
    ],
    "context": [
        {
            "type": "context",
            "elements": [
                mrkdwn(),
                {"type": "image", "image_url": "https://x.test/a.png", "alt_text": "a"},
            ],
        }
    ],
    "table": [table(100, 20)],
    "data table": [data_table(101)],
    "charts": [
        chart(),
        {**chart(), "chart": {"type": "pie", "segments": [{"label": "a", "value": 1}]}},
    ],
    "cards": [{"type": "carousel", "elements": [card(), card(body=mrkdwn())]}],
    "container": [container(10)],
    "plan": [{"type": "plan", "title": "Do", "tasks": [task()]}, task()],
    "rich text": [
        {
            "type": "rich_text",
            "elements": [
                {
                    "type": "rich_text_list",
                    "style": "bullet",
                    "elements": [
                        {
                            "type": "rich_text_section",
                            "elements": [
                                {"type": "text", "text": "a", "style": {"bold": True}},
                                {"type": "user", "user_id": "U1"},
                            ],
                        }
                    ],
                }
            ],
        }
    ],
    "feedback": [
        {
            "type": "context_actions",
            "elements": [
                {
                    "type": "feedback_buttons",
                    "action_id": "f",
                    "positive_button": {"text": plain(), "value": "1"},
                    "negative_button": {"text": plain(), "value": "0"},
                }
            ],
        }
    ],
    "video": [
        {
            "type": "video",
            "alt_text": "a",
            "title": plain(),
            "video_url": "https://x.test/v",
            "thumbnail_url": "https://x.test/t",
        }
    ],
    "file": [{"type": "file", "external_id": "e", "source": "remote"}],
    "input": [field()],
}

VALID_VIEWS: dict[str, Json] = {
    "title 24": modal(title=plain("x" * 24)),
    "100 blocks": modal(*[section()] * 100),
    "inputs": modal(
        field(hint=plain("x" * 2000), label=plain("x" * 2000)),
        field({"type": "number_input", "is_decimal_allowed": False, "min_value": "1"}),
        field({"type": "datetimepicker", "initial_date_time": 1795361993}),
        field({"type": "file_input", "max_files": 3}),
        field({"type": "multi_users_select", "initial_users": ["U1"]}, optional=True),
        field({"type": "checkboxes", "options": [{"text": mrkdwn(), "value": "a"}]}),
    ),
    "alert": modal({"type": "alert", "text": mrkdwn(), "level": "warning"}),
    "no submit without input": {"type": "modal", "title": plain(), "blocks": [section()]},
    "home": {"type": "home", "blocks": [section(), actions(button())], "private_metadata": ""},
}


@pytest.mark.parametrize("name", BROKEN_IN_MESSAGE)
def test_a_broken_block_is_found_where_it_is(name: str) -> None:
    blocks, code, pointer = BROKEN_IN_MESSAGE[name]
    found = [(problem.code, problem.pointer) for problem in validate_blocks(blocks, "message")]
    assert (code, pointer) in found


@pytest.mark.parametrize("name", BROKEN_VIEWS)
def test_a_broken_view_is_found_where_it_is(name: str) -> None:
    view, code, pointer = BROKEN_VIEWS[name]
    assert (code, pointer) in [(problem.code, problem.pointer) for problem in validate_view(view)]


@pytest.mark.parametrize("name", VALID_IN_MESSAGE)
def test_valid_blocks_raise_no_alarm_and_stay_untouched(name: str) -> None:
    blocks = VALID_IN_MESSAGE[name]
    before = copy.deepcopy(blocks)
    assert validate_message({"text": "Hi", "blocks": blocks}) == []
    assert blocks == before


@pytest.mark.parametrize("name", VALID_VIEWS)
def test_a_valid_view_raises_no_alarm(name: str) -> None:
    assert validate_view(VALID_VIEWS[name]) == []


def test_a_message_of_51_blocks_is_refused() -> None:
    problems = validate_message({"text": "Hi", "blocks": [section()] * 51})
    assert [(p.code, p.pointer, p.constraint) for p in problems] == [
        ("too_many_items", "/blocks", "max=50")
    ]


def test_a_modal_with_an_input_needs_a_submit_button() -> None:
    view = modal(field())
    del view["submit"]
    assert "missing_field" in [problem.code for problem in validate_view(view)]


def test_blocks_of_attachments_count_with_those_of_the_message() -> None:
    attached = {"blocks": [section(text=mrkdwn(), block_id="a"), {"type": "alert"}]}
    message = {"blocks": [section(text=mrkdwn(), block_id="a")], "attachments": [attached]}
    found = [(problem.code, problem.pointer) for problem in validate_message(message)]
    assert ("duplicate_block_id", "/attachments/0/blocks/0/block_id") in found
    assert ("wrong_surface", "/attachments/0/blocks/1/type") in found


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        ({}, "no_text"),
        ({"text": ""}, "no_text"),
        ({"text": 3}, "invalid_type"),
        ({"text": "a", "markdown_text": "b"}, "markdown_text_conflict"),
        ({"markdown_text": "x" * 12_001}, "too_many_characters"),
        ({"text": "a", "attachments": [{}] * 101}, "too_many_items"),
        ({"text": "a", "attachments": ["x"]}, "invalid_type"),
        ({"text": "a", "blocks": "[]"}, "invalid_type"),
    ],
)
def test_a_message_without_proper_content_is_refused(payload: Json, code: str) -> None:
    assert code in [problem.code for problem in validate_message(payload)]


def test_text_inside_nested_blocks_counts_once() -> None:
    inner = [section(text=mrkdwn("x" * 3000)) for _ in range(4)]
    box = {"type": "container", "title": plain("t"), "child_blocks": inner}
    assert validate_message({"blocks": [box]}) == []


def test_a_payload_that_is_no_object_is_a_problem_and_no_crash() -> None:
    assert validate_message([])[0].code == "invalid_type"  # type: ignore[arg-type]
    assert validate_view("x")[0].code == "invalid_type"  # type: ignore[arg-type]
    assert validate_blocks({"type": "section"}, "message")[0].code == "invalid_type"
    assert validate_blocks([], "canvas")[0].code == "wrong_surface"


def test_a_problem_lists_itself_as_blocks_validate_does() -> None:
    problem = validate_blocks([{"type": "header", "text": mrkdwn()}], "message")[0]
    assert problem.as_dict().keys() == {"code", "message", "pointer", "constraint"}
