"""The block elements, as data."""

from fireline.sandbox.blockkit import composition as c
from fireline.sandbox.blockkit.problems import Json, Problem, Problems, step
from fireline.sandbox.blockkit.rules import (
    ANY_URL,
    DATE,
    TIME,
    WEB_URL,
    Array,
    Bool,
    Number,
    Object,
    Rule,
    Str,
    Typed,
)

ID = Str(255)
STYLE = Str(choices=("primary", "danger"))
USER_IDS = Array(Str())


def offered(element: Json) -> list[Json]:
    """Return the options an element offers, those of its groups included."""
    groups = element.get("option_groups")
    nested = [group.get("options") for group in _objects(groups)]
    return [one for part in (element.get("options"), *nested) for one in _objects(part)]


def _objects(value: Json) -> list[Json]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _identity(option: Json) -> tuple[Json, Json]:
    label = option.get("text")
    return option.get("value"), label.get("text") if isinstance(label, dict) else label


def initial_among_options(element: Json, at: str) -> Problems:
    """Yield a problem for each initial option that is not offered."""
    known = [_identity(one) for one in offered(element)]
    for key, chosen in (
        ("initial_option", [element.get("initial_option")]),
        ("initial_options", element.get("initial_options")),
    ):
        if any(_identity(one) not in known for one in _objects(chosen)):
            message = f"{key} is not among the options"
            yield Problem("invalid_initial_option", message, step(at, key), "one of the options")


def lengths_in_order(element: Json, at: str) -> Problems:
    """Yield a problem when a minimum lies above its maximum."""
    for low, high in (("min_length", "max_length"), ("min_lines", "max_lines")):
        least, most = element.get(low), element.get(high)
        if isinstance(least, int) and isinstance(most, int) and least > most:
            yield Problem("invalid_value", f"{low} is above {high}", step(at, low), high)


def element(required: str = "", /, **fields: Rule) -> Object:
    """Return the rule of an interactive element."""
    common: dict[str, Rule] = {"type": Str(), "action_id": ID}
    return Object(
        {**common, **fields}, required.split(), also=(initial_among_options, lengths_in_order)
    )


def menu(required: str = "", /, **fields: Rule) -> Object:
    """Return the rule of a menu: a placeholder, a confirmation, the focus."""
    return element(
        required, placeholder=c.plain(150), confirm=c.CONFIRM, focus_on_load=Bool(), **fields
    )


def static_menu(**fields: Rule) -> Object:
    """Return the rule of a menu that carries its own options or groups of them."""
    base = menu(
        options=Array(c.MENU_OPTION, 1, 100),
        option_groups=Array(c.OPTION_GROUP, 1, 100),
        **fields,
    )
    return Object(base.fields, (), one_of=("options", "option_groups"), also=base.also)


def external_menu(**fields: Rule) -> Object:
    """Return the rule of a menu whose options come from the app, so none can be compared."""
    return Object(menu(min_query_length=Number(0), **fields).fields)


def choices(**fields: Rule) -> Object:
    """Return the rule of checkboxes or radio buttons."""
    return element(
        "options",
        options=Array(c.CHOICE_OPTION, 1, 10),
        confirm=c.CONFIRM,
        focus_on_load=Bool(),
        **fields,
    )


def typing(**fields: Rule) -> Object:
    """Return the rule of an element the user types into."""
    return element(
        placeholder=c.plain(150),
        focus_on_load=Bool(),
        dispatch_action_config=c.DISPATCH,
        **fields,
    )


SELECTED = Number(1)
FEEDBACK = Object(
    {"text": c.plain(75), "value": Str(2000), "accessibility_label": Str(75)}, ("text", "value")
)
BUTTON = element(
    "text",
    text=c.plain(75),
    url=Str(3000, pattern=ANY_URL),
    value=Str(2000, least=0),
    style=STYLE,
    confirm=c.CONFIRM,
    accessibility_label=Str(75),
)
IMAGE = Object(
    {
        "type": Str(),
        "image_url": Str(3000, pattern=WEB_URL),
        "slack_file": c.SLACK_FILE,
        "alt_text": Str(2000),
    },
    ("alt_text",),
    one_of=("image_url", "slack_file"),
)
WHOLE_NUMBER = r"-?\d+(\.\d+)?"

ELEMENTS: dict[str, Rule] = {
    "button": BUTTON,
    "workflow_button": element(
        "text workflow",
        text=c.plain(75),
        workflow=Object(
            {
                "trigger": Object(
                    {
                        "url": Str(3000, pattern=ANY_URL),
                        "customizable_input_parameters": Array(
                            Object({"name": Str(), "value": Str()}, ("name", "value"))
                        ),
                    },
                    ("url",),
                )
            },
            ("trigger",),
        ),
        style=STYLE,
        accessibility_label=Str(75),
    ),
    "overflow": element("options", options=Array(c.OVERFLOW_OPTION, 1, 5), confirm=c.CONFIRM),
    "checkboxes": choices(initial_options=Array(c.CHOICE_OPTION, 1)),
    "radio_buttons": choices(initial_option=c.CHOICE_OPTION),
    "datepicker": menu(initial_date=Str(pattern=DATE)),
    "timepicker": menu(initial_time=Str(pattern=TIME), timezone=Str()),
    "datetimepicker": element(
        initial_date_time=Number(1_000_000_000, 9_999_999_999),
        confirm=c.CONFIRM,
        focus_on_load=Bool(),
    ),
    "static_select": static_menu(initial_option=c.MENU_OPTION),
    "multi_static_select": static_menu(
        initial_options=Array(c.MENU_OPTION, 1), max_selected_items=SELECTED
    ),
    "external_select": external_menu(initial_option=c.MENU_OPTION),
    "multi_external_select": external_menu(
        initial_options=Array(c.MENU_OPTION, 1), max_selected_items=SELECTED
    ),
    "users_select": menu(initial_user=Str()),
    "multi_users_select": menu(initial_users=USER_IDS, max_selected_items=SELECTED),
    "channels_select": menu(initial_channel=Str(), response_url_enabled=Bool()),
    "multi_channels_select": menu(initial_channels=USER_IDS, max_selected_items=SELECTED),
    "conversations_select": menu(
        initial_conversation=Str(),
        default_to_current_conversation=Bool(),
        response_url_enabled=Bool(),
        filter=c.FILTER,
    ),
    "multi_conversations_select": menu(
        initial_conversations=USER_IDS,
        default_to_current_conversation=Bool(),
        max_selected_items=SELECTED,
        filter=c.FILTER,
    ),
    "plain_text_input": typing(
        initial_value=Str(3000, least=0),
        multiline=Bool(),
        min_length=Number(0, 3000),
        max_length=Number(1, 3000),
    ),
    "rich_text_input": typing(
        initial_value=c.RICH_TEXT_ONLY, min_lines=Number(1, 100), max_lines=Number(1, 100)
    ),
    "email_text_input": typing(initial_value=Str()),
    "url_text_input": typing(initial_value=Str()),
    "number_input": typing(
        is_decimal_allowed=Bool(),
        initial_value=Str(pattern=WHOLE_NUMBER),
        min_value=Str(pattern=WHOLE_NUMBER),
        max_value=Str(pattern=WHOLE_NUMBER),
    ),
    "file_input": element(filetypes=Array(Str(), least=1), max_files=Number(1, 10)),
    "image": IMAGE,
    "plain_text": Object({"type": Str(), "text": Str(3000), "emoji": Bool()}, ("text",)),
    "mrkdwn": Object({"type": Str(), "text": Str(3000), "verbatim": Bool()}, ("text",)),
    "feedback_buttons": element(
        "positive_button negative_button", positive_button=FEEDBACK, negative_button=FEEDBACK
    ),
    "icon_button": element(
        "icon text",
        icon=Str(choices=("trash",)),
        text=c.plain(75),
        value=Str(2000),
        confirm=c.CONFIRM,
        accessibility_label=Str(75),
        visible_to_user_ids=Array(Str(), most=10),
    ),
}
PICKERS = (
    "checkboxes",
    "radio_buttons",
    "datepicker",
    "timepicker",
    "datetimepicker",
    *(
        f"{many}{kind}_select"
        for many in ("", "multi_")
        for kind in ("static", "external", "users", "channels", "conversations")
    ),
)
IN_ACTIONS = Typed(ELEMENTS, ("button", "workflow_button", "overflow", *PICKERS))
IN_SECTION = Typed(ELEMENTS, ("button", "workflow_button", "overflow", "image", *PICKERS))
IN_CONTEXT = Typed(ELEMENTS, ("image", "plain_text", "mrkdwn"))
IN_CONTEXT_ACTIONS = Typed(ELEMENTS, ("feedback_buttons", "icon_button"))
IN_INPUT = Typed(
    ELEMENTS,
    (
        "plain_text_input",
        "rich_text_input",
        "email_text_input",
        "url_text_input",
        "number_input",
        "file_input",
        *PICKERS,
    ),
)
