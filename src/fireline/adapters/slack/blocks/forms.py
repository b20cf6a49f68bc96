"""Parts of modals: labelled inputs and the frame around them."""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from fireline.adapters.slack import ids
from fireline.adapters.slack.blocks import kit
from fireline.adapters.slack.blocks.markup import USER_ID, clip, named

MAX_INPUT = 3000
MOST_PEOPLE = 30
MAX_VIEW_TITLE = 24
MAX_META = 3000


def modal(
    callback_id: str,
    title: str,
    submit: str | None,
    blocks: Sequence[kit.Block | None],
    meta: Mapping[str, object] | None = None,
) -> kit.Block:
    """A modal; `meta` travels with it and comes back on submit."""
    view: kit.Block = {
        "type": "modal",
        "callback_id": callback_id,
        "title": kit.plain(title, MAX_VIEW_TITLE),
        "close": kit.plain("Cancel" if submit else "Close", MAX_VIEW_TITLE),
        "blocks": [block for block in blocks if block is not None],
        "private_metadata": metadata(meta or {}),
    }
    if submit:
        view["submit"] = kit.plain(submit, MAX_VIEW_TITLE)
    return view


def refused(view: kit.Block, why: str) -> kit.Block:
    """The form with what was wrong before its fields."""
    warning = kit.section(f":warning: {named(clip(why, 1500))}")
    first = [block for block in view["blocks"][:1] if block["type"] != "input"]
    rest = view["blocks"][len(first) :]
    return {**view, "blocks": [*first, warning, *rest]}


def metadata(meta: Mapping[str, object]) -> str:
    """What travels with a modal, as text within Slack's limit."""
    text = json.dumps({k: v for k, v in meta.items() if v is not None}, ensure_ascii=False)
    if len(text) > MAX_META:
        raise ValueError("private_metadata of a modal is too long")
    return text


def labelled(
    field: str,
    label: str,
    element: kit.Block,
    hint: str = "",
    *,
    optional: bool = False,
    dispatch: bool = False,
) -> kit.Block:
    """An input with its label; errors are shown at it by the field's name.

    With `dispatch` we are told of it at once, not only when the form is sent.
    """
    block: kit.Block = {
        "type": "input",
        "block_id": field,
        "label": kit.plain(label, 200),
        "element": element,
        "optional": optional,
    }
    if dispatch:
        block["dispatch_action"] = True
    if hint:
        block["hint"] = kit.plain(hint, 300)
    return block


def line_input(value: str = "", *, multiline: bool = False, placeholder: str = "") -> kit.Block:
    """A text field, prefilled with what was typed."""
    element: kit.Block = {
        "type": "plain_text_input",
        "action_id": ids.INPUT,
        "multiline": multiline,
        "max_length": MAX_INPUT,
    }
    if value.strip():
        element["initial_value"] = value.strip()[:MAX_INPUT]
    if placeholder:
        element["placeholder"] = kit.plain(placeholder, 150)
    return element


def link_input(value: str = "") -> kit.Block:
    """A field that takes a web address only."""
    element: kit.Block = {"type": "url_text_input", "action_id": ids.INPUT}
    if value.startswith(("https://", "http://")):
        element["initial_value"] = value
    return element


def date_input(value: date | None) -> kit.Block:
    """A calendar."""
    element: kit.Block = {"type": "datepicker", "action_id": ids.INPUT}
    if value is not None:
        element["initial_date"] = value.isoformat()
    return element


def person_input(value: str | None = None) -> kit.Block:
    """A list of people."""
    element: kit.Block = {
        "type": "users_select",
        "action_id": ids.INPUT,
        "placeholder": kit.plain("Choose a person", 150),
    }
    if value:
        element["initial_user"] = value
    return element


def people_input(values: Sequence[str] = ()) -> kit.Block:
    """A list of people of which several may be chosen; what is no person's id is left out."""
    element: kit.Block = {
        "type": "multi_users_select",
        "action_id": ids.INPUT,
        "placeholder": kit.plain("Choose people", 150),
        "max_selected_items": MOST_PEOPLE,
    }
    known = [value for value in values if USER_ID.match(value)]
    if known:
        element["initial_users"] = known[:MOST_PEOPLE]
    return element


def choices(
    placeholder: str, options: Sequence[kit.Block], chosen: Sequence[str] = ()
) -> kit.Block:
    """A list of which several may be chosen."""
    element: kit.Block = {
        "type": "multi_static_select",
        "action_id": ids.INPUT,
        "placeholder": kit.plain(placeholder, 150),
        "options": list(options[: kit.MAX_OPTIONS]),
    }
    initial = [one for one in element["options"] if one["value"] in chosen]
    if initial:
        element["initial_options"] = initial
    return element


def choice(placeholder: str, options: Sequence[kit.Block], chosen: str = "") -> kit.Block:
    """A drop-down list."""
    return kit.menu(placeholder, ids.INPUT, options, chosen)


def radio(options: Sequence[kit.Block], chosen: str = "") -> kit.Block:
    """Options of which exactly one is meant, all visible."""
    element: kit.Block = {
        "type": "radio_buttons",
        "action_id": ids.INPUT,
        "options": list(options[:10]),
    }
    initial = next((o for o in options if o["value"] == chosen), None)
    if initial is not None:
        element["initial_option"] = initial
    return element


def checkboxes(
    options: Sequence[kit.Block], chosen: Collection[str] = (), action_id: str = ids.INPUT
) -> kit.Block:
    """Options of which any may be meant, all visible."""
    element: kit.Block = {
        "type": "checkboxes",
        "action_id": action_id,
        "options": list(options[:10]),
    }
    initial = [option for option in options if option["value"] in chosen]
    if initial:
        element["initial_options"] = initial
    return element


def search_many(
    placeholder: str, action_id: str, chosen: Sequence[kit.Block], most: int
) -> kit.Block:
    """A list that we are asked for as somebody types; several may be chosen."""
    element: kit.Block = {
        "type": "multi_external_select",
        "action_id": action_id,
        "placeholder": kit.plain(placeholder, 150),
        "min_query_length": 0,
        "max_selected_items": most,
    }
    if chosen:
        element["initial_options"] = list(chosen[:most])
    return element


def answers(view: Mapping[str, Any]) -> dict[str, str]:
    """What was filled in, by field; empty fields are left out, several choices are lines."""
    found: dict[str, str] = {}
    for field, elements in view.get("state", {}).get("values", {}).items():
        for element in elements.values():
            value = (
                element.get("value")
                or element.get("selected_user")
                or " ".join(element.get("selected_users") or ())
                or element.get("selected_date")
                or (element.get("selected_option") or {}).get("value")
                or "\n".join(str(o["value"]) for o in element.get("selected_options") or [])
            )
            if value:
                found[field] = str(value).strip()
    return {field: value for field, value in found.items() if value}


def meta_of(view: Mapping[str, Any]) -> dict[str, Any]:
    """What travelled with a modal."""
    text = view.get("private_metadata") or "{}"
    read = json.loads(text)
    return read if isinstance(read, dict) else {}
