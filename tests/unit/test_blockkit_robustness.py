"""Whatever JSON arrives, the validator answers with problems and never with a crash."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from fireline.sandbox.blockkit import validate_blocks, validate_message, validate_view

KEYS = st.sampled_from(
    [
        "type",
        "text",
        "elements",
        "fields",
        "accessory",
        "options",
        "option_groups",
        "initial_option",
        "initial_options",
        "rows",
        "chart",
        "series",
        "data",
        "axis_config",
        "categories",
        "tasks",
        "child_blocks",
        "element",
        "block_id",
        "action_id",
        "blocks",
        "attachments",
        "title",
        "min_length",
        "max_length",
    ]
)
WORDS = st.sampled_from(
    [
        "section",
        "actions",
        "input",
        "table",
        "data_table",
        "data_visualization",
        "carousel",
        "container",
        "plan",
        "static_select",
        "plain_text_input",
        "plain_text",
        "mrkdwn",
        "modal",
        "home",
        "line",
        "",
        "x",
    ]
)
ANY_JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=5),
    max_leaves=15,
)


@settings(max_examples=150, deadline=None)
@given(ANY_JSON)
def test_any_json_is_judged_without_a_crash(value: Any) -> None:
    validate_message(value)
    validate_view(value)
    for surface in ("message", "modal", "home"):
        for problem in validate_blocks(value, surface):
            assert problem.pointer == "" or problem.pointer.startswith("/")
