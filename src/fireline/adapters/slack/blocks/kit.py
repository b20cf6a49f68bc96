"""The few Block Kit shapes we use, each within Slack's limits."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fireline.adapters.slack.blocks.markup import clip, esc

Block = dict[str, Any]

MAX_TEXT = 2900
MAX_FIELD = 1900
MAX_HEADER = 150
MAX_BUTTON = 75
MAX_BLOCKS = 50
MAX_BLOCK_TEXT = 12_000
MAX_FALLBACK = 3000
MAX_CONTEXT = 10
MAX_FIELDS = 10
MAX_OPTIONS = 100
MAX_ALT = 1900


@dataclass(frozen=True, slots=True)
class Rendered:
    """A message as Slack takes it; `text` alone says the same for notifications."""

    text: str
    blocks: list[Block]


def rendered(text: str, blocks: Iterable[Block | None]) -> Rendered:
    """A message that fits; `text` is raw; blocks beyond the limits are left out, visibly."""
    kept: list[Block] = []
    spent = 0
    present = [block for block in blocks if block is not None]
    for index, block in enumerate(present):
        spent += text_length(block)
        if len(kept) >= MAX_BLOCKS - 1 or spent > MAX_BLOCK_TEXT:
            kept.append(
                context(f"\u2026 and {len(present) - index} more parts, left out for length")
            )
            break
        kept.append(block)
    return Rendered(clip(esc(text), MAX_FALLBACK), kept)


def text_length(block: Mapping[str, Any]) -> int:
    """Characters of text in a block, as Slack seems to count them."""
    total = 0
    for key, value in block.items():
        if key == "text" and isinstance(value, str):
            total += len(value)
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, Mapping):
                total += text_length(item)
    return total


def plain(text: str, limit: int) -> Block:
    """A plain text object; an empty text becomes a dash, since Slack refuses none at all."""
    return {"type": "plain_text", "text": clip(text.strip() or "-", limit), "emoji": True}


def mrkdwn(text: str, limit: int = MAX_TEXT) -> Block:
    """A markup text object."""
    return {"type": "mrkdwn", "text": clip(text, limit) or "-"}


def header(text: str) -> Block:
    """A heading."""
    return {"type": "header", "text": plain(" ".join(text.split()), MAX_HEADER)}


def section(text: str, accessory: Block | None = None) -> Block:
    """A paragraph, with at most one button beside it."""
    block: Block = {"type": "section", "text": mrkdwn(text)}
    if accessory is not None:
        block["accessory"] = accessory
    return block


def fields(pairs: Sequence[tuple[str, str]]) -> Block:
    """Named values in two columns."""
    shown = [mrkdwn(f"*{name}*\n{value}", MAX_FIELD) for name, value in pairs[:MAX_FIELDS]]
    return {"type": "section", "fields": shown}


def context(*lines: str) -> Block:
    """Small print."""
    return {"type": "context", "elements": [mrkdwn(line) for line in lines[:MAX_CONTEXT]]}


def divider() -> Block:
    """A line."""
    return {"type": "divider"}


def button(label: str, action_id: str, value: str = "", style: str | None = None) -> Block:
    """A button; `style` is `primary` or `danger`."""
    made: Block = {"type": "button", "text": plain(label, MAX_BUTTON), "action_id": action_id}
    if value:
        made["value"] = value[:2000]
    if style:
        made["style"] = style
    return made


def actions(elements: Sequence[Block], block_id: str | None = None) -> Block | None:
    """A row of buttons, or nothing when there are none."""
    if not elements:
        return None
    row: Block = {"type": "actions", "elements": list(elements)}
    if block_id:
        row["block_id"] = block_id[:255]
    return row


def option(label: str, value: str, about: str = "") -> Block:
    """A choice of a menu."""
    made: Block = {"text": plain(label, MAX_BUTTON), "value": value[:150]}
    if about:
        made["description"] = plain(about, MAX_BUTTON)
    return made


def overflow(action_id: str, choices: Sequence[tuple[str, str]]) -> Block:
    """The three-dots menu, at most five choices."""
    return {
        "type": "overflow",
        "action_id": action_id,
        "options": [option(label, value) for label, value in choices[:5]],
    }


def menu(placeholder: str, action_id: str, choices: Sequence[Block], chosen: str = "") -> Block:
    """A drop-down list; `chosen` is the value shown at first."""
    made: Block = {
        "type": "static_select",
        "action_id": action_id,
        "placeholder": plain(placeholder, 150),
        "options": list(choices[:MAX_OPTIONS]),
    }
    initial = next((c for c in made["options"] if c["value"] == chosen), None)
    if initial is not None:
        made["initial_option"] = initial
    return made


def image(file_id: str, alt: str) -> Block:
    """A picture uploaded to Slack, with the words for it."""
    return {
        "type": "image",
        "slack_file": {"id": file_id},
        "alt_text": clip(alt, MAX_ALT) or "chart",
    }
