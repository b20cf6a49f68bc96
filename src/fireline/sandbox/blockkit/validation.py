"""The three entry points: blocks, a whole message, a whole view."""

import json

from fireline.sandbox.blockkit import composition as c
from fireline.sandbox.blockkit.crossfield import Placed, across_blocks, flattened
from fireline.sandbox.blockkit.layouts import BLOCK, HOME, MESSAGE, MODAL, SURFACES
from fireline.sandbox.blockkit.problems import Json, Problem, Problems, step
from fireline.sandbox.blockkit.rules import Anything, Array, Bool, Object, Rule, Str, wrong_type

MAX_BLOCKS = {MESSAGE: 50, MODAL: 100, HOME: 100}
MAX_VIEW_BYTES = 250_000

COMMON_VIEW_FIELDS: dict[str, Rule] = {
    "type": Str(choices=(MODAL, HOME)),
    "blocks": Anything(),
    "private_metadata": Str(3000, least=0),
    "callback_id": Str(255, least=0),
    "external_id": Str(255, least=0),
}
MODAL_RULE = Object(
    {
        **COMMON_VIEW_FIELDS,
        "title": c.plain(24),
        "submit": c.plain(24),
        "close": c.plain(24),
        "clear_on_close": Bool(),
        "notify_on_close": Bool(),
        "submit_disabled": Bool(),
    },
    ("type", "title", "blocks"),
)
HOME_RULE = Object(COMMON_VIEW_FIELDS, ("type", "blocks"))
ATTACHMENTS = Array(Anything(), most=100)
MARKDOWN_TEXT = Str(12_000)


def validate_blocks(blocks: Json, surface: str) -> list[Problem]:
    """Return what Slack would refuse in these blocks on `message`, `modal` or `home`."""
    if surface not in SURFACES:
        message = f"unknown surface {surface!r}"
        return [Problem("wrong_surface", message, "", ", ".join(SURFACES))]
    return [*_each(blocks, surface, ""), *across_blocks(list(flattened(blocks, "")), surface)]


def validate_message(payload: dict[str, Json]) -> list[Problem]:
    """Return what Slack would refuse in this message: its text, blocks and attachments."""
    return list(_message(payload))


def validate_view(view: dict[str, Json]) -> list[Problem]:
    """Return what Slack would refuse in this modal or Home view."""
    return list(_view(view))


def _each(blocks: Json, surface: str, at: str) -> Problems:
    yield from Array(BLOCK, most=MAX_BLOCKS[surface]).check(blocks, at)


def _message(payload: Json) -> Problems:
    if not isinstance(payload, dict):
        yield wrong_type("object", payload, "")
        return
    if not any(payload.get(key) for key in ("text", "blocks", "attachments", "markdown_text")):
        yield Problem("no_text", "needs text, blocks or attachments", "", "any of them")
    if payload.get("text") is not None and not isinstance(payload["text"], str):
        yield wrong_type("string", payload["text"], "/text")
    yield from _markdown_text(payload)
    yield from _placed_blocks(payload)


def _markdown_text(payload: dict[str, Json]) -> Problems:
    if payload.get("markdown_text") is None:
        return
    yield from MARKDOWN_TEXT.check(payload["markdown_text"], "/markdown_text")
    if payload.get("text") or payload.get("blocks"):
        message = "markdown_text stands alone: no text and no blocks"
        yield Problem("markdown_text_conflict", message, "/markdown_text", "alone")


def _placed_blocks(payload: dict[str, Json]) -> Problems:
    placed: list[Placed] = []
    attachments = payload.get("attachments")
    if attachments is not None:
        yield from ATTACHMENTS.check(attachments, "/attachments")
    owners = [("", payload)]
    for number, one in enumerate(attachments if isinstance(attachments, list) else []):
        if isinstance(one, dict):
            owners.append((f"/attachments/{number}", one))
        else:
            yield wrong_type("object", one, f"/attachments/{number}")
    for at, owner in owners:
        if owner.get("blocks") is not None:
            yield from _each(owner["blocks"], MESSAGE, step(at, "blocks"))
            placed += flattened(owner["blocks"], step(at, "blocks"))
    yield from across_blocks(placed, MESSAGE)


def _view(view: Json) -> Problems:
    if not isinstance(view, dict):
        yield wrong_type("object", view, "")
        return
    surface = HOME if view.get("type") == HOME else MODAL
    yield from (HOME_RULE if surface == HOME else MODAL_RULE).check(view, "")
    placed = list(flattened(view.get("blocks"), "/blocks"))
    if view.get("blocks") is not None:
        yield from _each(view["blocks"], surface, "/blocks")
        yield from across_blocks(placed, surface)
    has_input = any(block.get("type") == "input" for _, block in placed)
    if surface == MODAL and has_input and "submit" not in view:
        yield Problem("missing_field", "a modal with inputs needs submit", "", "required=submit")
    size = len(json.dumps(view, ensure_ascii=False).encode())
    if size > MAX_VIEW_BYTES:
        yield Problem("view_too_large", f"{size} bytes", "", f"max={MAX_VIEW_BYTES}")
