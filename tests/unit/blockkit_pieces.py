"""Pieces of Block Kit payloads that the validator's tests put together."""

from typing import Any

Json = dict[str, Any]


def plain(text: str = "Hi") -> Json:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str = "Hi") -> Json:
    return {"type": "mrkdwn", "text": text}


def section(**fields: Any) -> Json:
    return {"type": "section", **fields} if fields else {"type": "section", "text": mrkdwn()}


def option(value: str = "a", label: str = "A", **more: Any) -> Json:
    return {"text": plain(label), "value": value, **more}


def options(count: int) -> list[Json]:
    return [option(str(number), str(number)) for number in range(count)]


def button(**fields: Any) -> Json:
    return {"type": "button", "text": plain(), "action_id": "b", **fields}


def buttons(count: int) -> list[Json]:
    return [button(action_id=str(number)) for number in range(count)]


def actions(*elements: Json) -> Json:
    return {"type": "actions", "elements": list(elements)}


def select(**fields: Any) -> Json:
    return {"type": "static_select", "action_id": "s", **fields}


def field(element: Json | None = None, **fields: Any) -> Json:
    shown = element or {"type": "plain_text_input", "action_id": "t"}
    return {"type": "input", "label": plain("Label"), "element": shown, **fields}


def modal(*blocks: Json, **fields: Any) -> Json:
    return {
        "type": "modal",
        "title": plain("Title"),
        "submit": plain("Send"),
        "blocks": list(blocks) or [section()],
        **fields,
    }


def confirm(**fields: Any) -> Json:
    return {
        "title": plain(),
        "text": plain(),
        "confirm": plain("Yes"),
        "deny": plain("No"),
        **fields,
    }


def image(**fields: Any) -> Json:
    return {"type": "image", "image_url": "https://x.test/a.png", "alt_text": "A chart", **fields}


def markdown(size: int) -> Json:
    return {"type": "markdown", "text": "x" * size}


def raw(text: str = "x") -> Json:
    return {"type": "raw_text", "text": text}


def table(rows: int, columns: int) -> Json:
    return {"type": "table", "rows": [[raw()] * columns for _ in range(rows)]}


def data_table(rows: int, columns: int = 2, text: str = "x") -> Json:
    cells = [[raw(text)] * columns for _ in range(rows)]
    return {"type": "data_table", "caption": "Budget", "rows": cells}


def chart(**fields: Any) -> Json:
    series = [{"name": "burn", "data": [{"label": "Mon", "value": 1}]}]
    line = {"type": "line", "series": series, "axis_config": {"categories": ["Mon"]}}
    return {"type": "data_visualization", "title": "Burn", "chart": {**line, **fields}}


def card(**fields: Any) -> Json:
    return {"type": "card", "title": plain(), **fields}


def task(**fields: Any) -> Json:
    return {"type": "task_card", "task_id": "t", "title": "Scale", "status": "complete", **fields}


def container(count: int, **fields: Any) -> Json:
    blocks = [{"type": "divider"} for _ in range(count)]
    return {"type": "container", "title": plain(), "child_blocks": blocks, **fields}
