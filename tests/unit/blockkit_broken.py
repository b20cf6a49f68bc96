"""Payloads that Slack refuses, each with the code and the place of its problem."""

from typing import Any

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
    image,
    markdown,
    modal,
    mrkdwn,
    option,
    options,
    plain,
    raw,
    section,
    select,
    table,
    task,
)

LONG, MANY, FEW = "too_many_characters", "too_many_items", "too_few_items"
ABSENT, KIND = "missing_field", "unsupported_type"

BROKEN_IN_MESSAGE: dict[str, tuple[list[Any], str, str]] = {
    "unknown block": ([{"type": "sectoin"}], "unknown_type", "/0/type"),
    "no type": ([{"text": mrkdwn()}], ABSENT, "/0/type"),
    "type is a number": ([{"type": 3}], ABSENT, "/0/type"),
    "block is a string": (["section"], "invalid_type", "/0"),
    "unknown key": ([section(text=mrkdwn(), colour="red")], "unknown_field", "/0/colour"),
    "text is a string": ([section(text="Hi")], "invalid_type", "/0/text"),
    "text is a number": ([section(text=mrkdwn(3))], "invalid_type", "/0/text/text"),  # type: ignore[arg-type]
    "empty text": ([section(text=mrkdwn(""))], "too_few_characters", "/0/text/text"),
    "unknown text kind": (
        [section(text={"type": "md", "text": "x"})],
        "unknown_type",
        "/0/text/type",
    ),
    "section without text or fields": ([{"type": "section"}], ABSENT, "/0"),
    "section 3001": ([section(text=mrkdwn("x" * 3001))], LONG, "/0/text/text"),
    "11 fields": ([section(fields=[mrkdwn()] * 11)], MANY, "/0/fields"),
    "field 2001": ([section(fields=[mrkdwn("x" * 2001)])], LONG, "/0/fields/0/text"),
    "header 151": ([{"type": "header", "text": plain("x" * 151)}], LONG, "/0/text/text"),
    "mrkdwn header": ([{"type": "header", "text": mrkdwn()}], KIND, "/0/text/type"),
    "mrkdwn button": ([actions(button(text=mrkdwn()))], KIND, "/0/elements/0/text/type"),
    "mrkdwn option": (
        [actions(select(options=[{"text": mrkdwn(), "value": "a"}]))],
        KIND,
        "/0/elements/0/options/0/text/type",
    ),
    "button text 76": ([actions(button(text=plain("x" * 76)))], LONG, "/0/elements/0/text/text"),
    "button value 2001": ([actions(button(value="x" * 2001))], LONG, "/0/elements/0/value"),
    "button url 3001": (
        [actions(button(url="https://x.test/" + "x" * 2986))],
        LONG,
        "/0/elements/0/url",
    ),
    "button url bad": ([actions(button(url="not a url"))], "invalid_format", "/0/elements/0/url"),
    "button style": ([actions(button(style="warning"))], "invalid_value", "/0/elements/0/style"),
    "button without text": (
        [actions({"type": "button", "action_id": "b"})],
        ABSENT,
        "/0/elements/0",
    ),
    "action_id 256": ([actions(button(action_id="x" * 256))], LONG, "/0/elements/0/action_id"),
    "block_id 256": ([section(text=mrkdwn(), block_id="x" * 256)], LONG, "/0/block_id"),
    "26 buttons": ([actions(*buttons(26))], MANY, "/0/elements"),
    "no elements": ([actions()], FEW, "/0/elements"),
    "11 in context": ([{"type": "context", "elements": [mrkdwn()] * 11}], MANY, "/0/elements"),
    "button in context": (
        [{"type": "context", "elements": [button()]}],
        KIND,
        "/0/elements/0/type",
    ),
    "text input in actions": (
        [actions({"type": "plain_text_input", "action_id": "t"})],
        KIND,
        "/0/elements/0/type",
    ),
    "unknown element": (
        [actions({"type": "slider", "action_id": "s"})],
        "unknown_type",
        "/0/elements/0/type",
    ),
    "101 options": ([actions(select(options=options(101)))], MANY, "/0/elements/0/options"),
    "0 options": ([actions(select(options=[]))], FEW, "/0/elements/0/options"),
    "no options at all": ([actions(select())], "invalid_fields", "/0/elements/0"),
    "option text 76": (
        [actions(select(options=[option(label="x" * 76)]))],
        LONG,
        "/0/elements/0/options/0/text/text",
    ),
    "option value 151": (
        [actions(select(options=[option("x" * 151)]))],
        LONG,
        "/0/elements/0/options/0/value",
    ),
    "option description 76": (
        [actions(select(options=[option(description=plain("x" * 76))]))],
        LONG,
        "/0/elements/0/options/0/description/text",
    ),
    "101 option groups": (
        [actions(select(option_groups=[{"label": plain(), "options": [option()]}] * 101))],
        MANY,
        "/0/elements/0/option_groups",
    ),
    "overflow 6": (
        [actions({"type": "overflow", "action_id": "o", "options": options(6)})],
        MANY,
        "/0/elements/0/options",
    ),
    "11 checkboxes": (
        [actions({"type": "checkboxes", "action_id": "c", "options": options(11)})],
        MANY,
        "/0/elements/0/options",
    ),
    "11 radio buttons": (
        [actions({"type": "radio_buttons", "action_id": "r", "options": options(11)})],
        MANY,
        "/0/elements/0/options",
    ),
    "placeholder 151": (
        [actions(select(options=options(1), placeholder=plain("x" * 151)))],
        LONG,
        "/0/elements/0/placeholder/text",
    ),
    "initial option missing": (
        [actions(select(options=options(2), initial_option=option("z")))],
        "invalid_initial_option",
        "/0/elements/0/initial_option",
    ),
    "confirm title 101": (
        [actions(button(confirm=confirm(title=plain("x" * 101))))],
        LONG,
        "/0/elements/0/confirm/title/text",
    ),
    "confirm text 301": (
        [actions(button(confirm=confirm(text=plain("x" * 301))))],
        LONG,
        "/0/elements/0/confirm/text/text",
    ),
    "confirm button 31": (
        [actions(button(confirm=confirm(confirm=plain("x" * 31))))],
        LONG,
        "/0/elements/0/confirm/confirm/text",
    ),
    "deny button 31": (
        [actions(button(confirm=confirm(deny=plain("x" * 31))))],
        LONG,
        "/0/elements/0/confirm/deny/text",
    ),
    "image without alt": ([{"type": "image", "image_url": "https://x.test/a.png"}], ABSENT, "/0"),
    "image alt 2001": ([image(alt_text="x" * 2001)], LONG, "/0/alt_text"),
    "image bad url": ([image(image_url="chart.png")], "invalid_format", "/0/image_url"),
    "image of two sources": ([image(slack_file={"id": "F1"})], "invalid_fields", "/0"),
    "bad date": (
        [actions({"type": "datepicker", "action_id": "d", "initial_date": "2026-13-01"})],
        "invalid_format",
        "/0/elements/0/initial_date",
    ),
    "bad time": (
        [actions({"type": "timepicker", "action_id": "d", "initial_time": "25:00"})],
        "invalid_format",
        "/0/elements/0/initial_time",
    ),
    "markdown 12001": ([markdown(12_001)], LONG, "/0/text"),
    "markdown 12001 in two": ([markdown(6000), markdown(6001)], LONG, "/1"),
    "101 table rows": ([table(101, 1)], MANY, "/0/rows"),
    "21 table columns": ([table(1, 21)], MANY, "/0/rows/0"),
    "two tables": ([table(1, 1), table(1, 1)], "too_many_blocks_of_type", "/1"),
    "data table 102 rows": ([data_table(102)], MANY, "/0/rows"),
    "data table without data": ([data_table(1)], FEW, "/0/rows"),
    "data table 20001": ([data_table(3, 1, "x" * 6667)], LONG, "/0"),
    "data table uneven": (
        [{**data_table(2), "rows": [[raw()], [raw(), raw()]]}],
        "invalid_rows",
        "/0/rows",
    ),
    "three charts": ([chart(), chart(), chart()], "too_many_blocks_of_type", "/2"),
    "chart title 51": ([{**chart(), "title": "x" * 51}], LONG, "/0/title"),
    "chart labels": (
        [chart(axis_config={"categories": ["Tue"]})],
        "invalid_labels",
        "/0/chart/series/0/data",
    ),
    "13 series": (
        [
            chart(
                series=[{"name": str(n), "data": [{"label": "Mon", "value": 1}]} for n in range(13)]
            )
        ],
        MANY,
        "/0/chart/series",
    ),
    "alert in a message": ([{"type": "alert", "text": plain()}], "wrong_surface", "/0/type"),
    "card body 201": ([card(body=mrkdwn("x" * 201))], LONG, "/0/body/text"),
    "empty card": ([{"type": "card"}], ABSENT, "/0"),
    "11 cards": ([{"type": "carousel", "elements": [card()] * 11}], MANY, "/0/elements"),
    "11 in a container": ([container(11)], MANY, "/0/child_blocks"),
    "51 tasks": (
        [{"type": "plan", "title": "Do", "tasks": [task(block_id=str(n)) for n in range(51)]}],
        MANY,
        "/0/tasks",
    ),
    "6 context actions": (
        [
            {
                "type": "context_actions",
                "elements": [
                    {"type": "icon_button", "icon": "trash", "text": plain(), "action_id": str(n)}
                    for n in range(6)
                ],
            }
        ],
        MANY,
        "/0/elements",
    ),
    "duplicate block_id": (
        [section(text=mrkdwn(), block_id="a")] * 2,
        "duplicate_block_id",
        "/1/block_id",
    ),
    "duplicate action_id": (
        [actions(button(), button())],
        "duplicate_action_id",
        "/0/elements/1/action_id",
    ),
    "13001 characters": ([section(text=mrkdwn("x" * 2601))] * 5, "msg_blocks_too_long", ""),
}

BROKEN_VIEWS: dict[str, tuple[Json, str, str]] = {
    "title missing": ({"type": "modal", "blocks": []}, ABSENT, ""),
    "title 25": (modal(title=plain("x" * 25)), LONG, "/title/text"),
    "submit 25": (modal(submit=plain("x" * 25)), LONG, "/submit/text"),
    "close 25": (modal(close=plain("x" * 25)), LONG, "/close/text"),
    "mrkdwn title": (modal(title=mrkdwn()), KIND, "/title/type"),
    "101 blocks": (modal(*[section()] * 101), MANY, "/blocks"),
    "metadata 3001": (modal(private_metadata="x" * 3001), LONG, "/private_metadata"),
    "callback 256": (modal(callback_id="x" * 256), LONG, "/callback_id"),
    "external 256": (modal(external_id="x" * 256), LONG, "/external_id"),
    "label 2001": (modal(field(label=plain("x" * 2001))), LONG, "/blocks/0/label/text"),
    "mrkdwn label": (modal(field(label=mrkdwn())), KIND, "/blocks/0/label/type"),
    "hint 2001": (modal(field(hint=plain("x" * 2001))), LONG, "/blocks/0/hint/text"),
    "element missing": (modal({"type": "input", "label": plain()}), ABSENT, "/blocks/0"),
    "button as input": (modal(field(button())), KIND, "/blocks/0/element/type"),
    "max_length 3001": (
        modal(field({"type": "plain_text_input", "max_length": 3001})),
        "too_large",
        "/blocks/0/element/max_length",
    ),
    "lengths crossed": (
        modal(field({"type": "plain_text_input", "min_length": 5, "max_length": 2})),
        "invalid_value",
        "/blocks/0/element/min_length",
    ),
    "table in a modal": (modal(table(1, 1)), "wrong_surface", "/blocks/0/type"),
    "markdown in a modal": (modal(markdown(3)), "wrong_surface", "/blocks/0/type"),
    "alert 201": (modal({"type": "alert", "text": plain("x" * 201)}), LONG, "/blocks/0/text/text"),
    "title on home": ({"type": "home", "title": plain(), "blocks": []}, "unknown_field", "/title"),
    "unknown view type": (
        {"type": "page", "title": plain(), "blocks": []},
        "invalid_value",
        "/type",
    ),
    "unknown view key": (modal(colour="red"), "unknown_field", "/colour"),
    "250 kB": (
        modal(*[section(fields=[mrkdwn("x" * 2000)] * 2) for _ in range(63)]),
        "view_too_large",
        "",
    ),
}
