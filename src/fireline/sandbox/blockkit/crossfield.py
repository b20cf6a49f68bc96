"""The third layer: what only shows when several fields are read together."""

from collections.abc import Iterator

from fireline.sandbox.blockkit.layouts import SURFACES_OF
from fireline.sandbox.blockkit.problems import Json, Problem, Problems, step

MAX_BLOCK_TEXT = 13_000
MAX_MARKDOWN = 12_000
ONLY_SO_MANY = {"table": 1, "data_visualization": 2}
TEXT_KEYS = ("text", "title", "alt_text", "caption")
NESTED_BLOCKS = ("child_blocks", "tasks")

Placed = tuple[str, dict[str, Json]]


def flattened(blocks: Json, at: str) -> Iterator[Placed]:
    """Yield every block with its pointer, those inside other blocks included."""
    for number, block in enumerate(blocks if isinstance(blocks, list) else []):
        if not isinstance(block, dict):
            continue
        here = step(at, number)
        yield here, block
        nested = [*NESTED_BLOCKS, *(["elements"] if block.get("type") == "carousel" else [])]
        for key in nested:
            yield from flattened(block.get(key), step(here, key))


def across_blocks(placed: list[Placed], surface: str) -> Problems:
    """Yield the problems of all blocks of one message or view taken together."""
    yield from _surfaces(placed, surface)
    yield from _repeated_block_ids(placed)
    yield from _too_many_of_a_type(placed)
    for at, block in placed:
        yield from _repeated_action_ids(block, at)
    yield from _text_sums(placed, surface)


def _surfaces(placed: list[Placed], surface: str) -> Problems:
    for at, block in placed:
        name = block.get("type")
        allowed = SURFACES_OF.get(name) if isinstance(name, str) else None
        if allowed is not None and surface not in allowed:
            message = f"{name} blocks do not belong in a {surface}"
            yield Problem("wrong_surface", message, step(at, "type"), ", ".join(allowed))


def _repeated_block_ids(placed: list[Placed]) -> Problems:
    seen: set[str] = set()
    for at, block in placed:
        name = block.get("block_id")
        if isinstance(name, str) and name in seen:
            message = f"block_id {name!r} is used twice"
            yield Problem("duplicate_block_id", message, step(at, "block_id"), "unique")
        seen.add(str(name))


def _repeated_action_ids(block: dict[str, Json], at: str) -> Problems:
    seen: set[str] = set()
    key = "actions" if block.get("type") == "card" else "elements"
    elements = block.get(key)
    for number, element in enumerate(elements if isinstance(elements, list) else []):
        name = element.get("action_id") if isinstance(element, dict) else None
        if isinstance(name, str) and name in seen:
            message = f"action_id {name!r} is used twice in one block"
            where = f"{at}/{key}/{number}/action_id"
            yield Problem("duplicate_action_id", message, where, "unique in its block")
        seen.add(str(name))


def _too_many_of_a_type(placed: list[Placed]) -> Problems:
    for name, most in ONLY_SO_MANY.items():
        spots = [at for at, block in placed if block.get("type") == name]
        for at in spots[most:]:
            yield Problem("too_many_blocks_of_type", f"more than {most} {name}", at, f"max={most}")


def _text_sums(placed: list[Placed], surface: str) -> Problems:
    markdown = [
        (at, len(block["text"]))
        for at, block in placed
        if block.get("type") == "markdown" and isinstance(block.get("text"), str)
    ]
    total = sum(size for _, size in markdown)
    if total > MAX_MARKDOWN and all(size <= MAX_MARKDOWN for _, size in markdown):
        message = f"{total} characters of markdown in all blocks"
        yield Problem("too_many_characters", message, markdown[-1][0], f"max={MAX_MARKDOWN}")
    # Nested blocks are counted with the block around them: their pointers are the longer ones.
    top = [block for at, block in placed if not any(key in at for key in NESTED_BLOCKS)]
    size = sum(text_size(block) for block in top if block.get("type") != "data_table")
    if surface == "message" and size > MAX_BLOCK_TEXT:
        message = f"{size} characters of text in the blocks of one message"
        yield Problem("msg_blocks_too_long", message, "", f"max={MAX_BLOCK_TEXT}")


def text_size(value: Json) -> int:
    """Return how many characters of text a piece of a block shows."""
    if isinstance(value, list):
        return sum(text_size(item) for item in value)
    if not isinstance(value, dict):
        return 0
    return sum(
        len(item) if isinstance(item, str) and key in TEXT_KEYS else text_size(item)
        for key, item in value.items()
    )
