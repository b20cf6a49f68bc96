"""The layout blocks, as data, with the surfaces each may stand on."""

from fireline.sandbox.blockkit import composition as c
from fireline.sandbox.blockkit import elements as e
from fireline.sandbox.blockkit.problems import Json, Problem, Problems, step
from fireline.sandbox.blockkit.rules import (
    WEB_URL,
    Array,
    Bool,
    Number,
    Object,
    Rule,
    Str,
    Typed,
    typed,
)

MESSAGE, MODAL, HOME = "message", "modal", "home"
SURFACES = (MESSAGE, MODAL, HOME)


def block(required: str = "", /, **fields: Rule) -> Object:
    """Return the rule of a block."""
    return Object({"type": Str(), "block_id": Str(255), **fields}, required.split())


RAW_CELLS: dict[str, Rule] = {
    "raw_text": typed("text", text=Str()),
    "raw_number": typed("value", value=Number(whole=False), text=Str()),
}
CELL = Typed({**RAW_CELLS, "rich_text": c.RICH_TEXT})
HEADER_CELL = Typed(RAW_CELLS)
COLUMN = Object({"align": Str(choices=("left", "center", "right")), "is_wrapped": Bool()})


def even_rows(table: Json, at: str) -> Problems:
    """Yield problems of a data table: uneven rows, rich text in the header, too much text."""
    rows = [row for row in table.get("rows") or [] if isinstance(row, list)]
    if len({len(row) for row in rows}) > 1:
        yield Problem("invalid_rows", "rows differ in length", step(at, "rows"), "same length")
    if rows:
        for number, cell in enumerate(rows[0]):
            yield from HEADER_CELL.check(cell, f"{at}/rows/0/{number}")
    size = sum(len(str(cell.get("text", ""))) for row in rows for cell in _dicts(row))
    if size > 20_000:  # noqa: PLR2004 - the documented limit of one data table
        yield Problem("too_many_characters", f"{size} characters in cells", at, "max=20000")


def _dicts(row: list[Json]) -> list[dict[str, Json]]:
    return [cell for cell in row if isinstance(cell, dict)]


def matching_labels(chart: Json, at: str) -> Problems:
    """Yield problems of a chart: repeated series names, points off the categories."""
    axis = chart.get("axis_config")
    categories = axis.get("categories") if isinstance(axis, dict) else None
    series = _dicts(chart.get("series") or [])
    names = [str(one.get("name")) for one in series]
    if len(set(names)) < len(names):
        yield Problem("duplicate_name", "series names repeat", step(at, "series"), "unique names")
    for number, one in enumerate(series):
        labels = [point.get("label") for point in _dicts(one.get("data") or [])]
        if isinstance(categories, list) and labels != categories:
            where = f"{at}/series/{number}/data"
            yield Problem("invalid_labels", "labels differ from the categories", where, "equal")


POINT = Object({"label": Str(20), "value": Number(whole=False)}, ("label", "value"))
SERIES = Object({"name": Str(20), "data": Array(POINT, 1, 20)}, ("name", "data"))
AXES = Object(
    {"categories": Array(Str(20), 1, 20), "x_label": Str(50), "y_label": Str(50)}, ("categories",)
)
XY_CHART = Object(
    {"type": Str(), "series": Array(SERIES, 1, 12), "axis_config": AXES},
    ("series", "axis_config"),
    also=(matching_labels,),
)
SEGMENT = Object({"label": Str(20), "value": Number(0, whole=False)}, ("label", "value"))
CHART = Typed(
    {
        "pie": typed("segments", segments=Array(SEGMENT, 1, 12)),
        "bar": XY_CHART,
        "area": XY_CHART,
        "line": XY_CHART,
    }
)
ICON = Typed({"image": e.IMAGE, "icon": typed("name", name=Str())})
CARD = Object(
    {
        "type": Str(),
        "block_id": Str(255),
        "hero_image": Typed({"image": e.IMAGE}),
        "icon": ICON,
        "slack_icon": ICON,
        "title": c.text(150),
        "subtitle": c.text(150),
        "body": c.text(200),
        "subtext": c.text(200),
        "actions": Array(Typed(e.ELEMENTS, ("button",)), 1, 3),
    },
    any_of=("hero_image", "title", "body", "actions"),
)
TASK = block(
    "task_id title",
    task_id=Str(),
    title=Str(),
    details=c.RICH_TEXT_ONLY,
    output=c.RICH_TEXT_ONLY,
    sources=Array(Typed({"url": typed("url text", url=Str(3000), text=Str())})),
    status=Str(choices=("pending", "in_progress", "complete", "error")),
)
SECTION = Object(
    {
        "type": Str(),
        "block_id": Str(255),
        "text": c.text(),
        "fields": Array(c.text(2000), 1, 10),
        "accessory": e.IN_SECTION,
        "expand": Bool(),
    },
    any_of=("text", "fields"),
)
IMAGE = Object(
    {**e.IMAGE.fields, "block_id": Str(255), "title": c.plain(2000)},
    ("alt_text",),
    one_of=("image_url", "slack_file"),
)

BLOCKS: dict[str, Rule] = {
    "section": SECTION,
    "header": block("text", text=c.plain(150)),
    "divider": block(),
    "context": block("elements", elements=Array(e.IN_CONTEXT, 1, 10)),
    "actions": block("elements", elements=Array(e.IN_ACTIONS, 1, 25)),
    "context_actions": block("elements", elements=Array(e.IN_CONTEXT_ACTIONS, 1, 5)),
    "image": IMAGE,
    "input": block(
        "label element",
        label=c.plain(2000),
        element=e.IN_INPUT,
        hint=c.plain(2000),
        optional=Bool(),
        dispatch_action=Bool(),
    ),
    "rich_text": c.RICH_TEXT,
    "markdown": block("text", text=Str(12_000)),
    "table": block(
        "rows",
        rows=Array(Array(CELL, 1, 20), 1, 100),
        column_settings=Array(COLUMN, most=20),
    ),
    "data_table": Object(
        {
            "type": Str(),
            "block_id": Str(255),
            "caption": Str(),
            "rows": Array(Array(CELL, 1, 20), 2, 101),
            "page_size": Number(1, 100),
            "row_header_column_index": Number(0, 19),
        },
        ("caption", "rows"),
        also=(even_rows,),
    ),
    "data_visualization": block("title chart", title=Str(50), chart=CHART),
    "alert": block(
        "text",
        text=c.text(200),
        level=Str(choices=("default", "info", "warning", "error", "success")),
    ),
    "card": CARD,
    "carousel": block("elements", elements=Array(Typed({"card": CARD}), 1, 10)),
    "plan": block(
        "title", title=Str(), plan_id=Str(), tasks=Array(Typed({"task_card": TASK}), most=50)
    ),
    "task_card": TASK,
    "video": block(
        "alt_text title video_url thumbnail_url",
        alt_text=Str(2000),
        title=c.plain(200),
        title_url=Str(2000, pattern=WEB_URL),
        author_name=Str(50),
        provider_name=Str(50),
        provider_icon_url=Str(2000, pattern=WEB_URL),
        description=c.plain(200),
        thumbnail_url=Str(3000, pattern=WEB_URL),
        video_url=Str(3000, pattern=WEB_URL),
    ),
    "file": block("external_id source", external_id=Str(255), source=Str(choices=("remote",))),
}
NESTABLE = tuple(name for name in BLOCKS if name not in {"input", "file", "alert", "table"})
BLOCKS["container"] = Object(
    {
        "type": Str(),
        "block_id": Str(255),
        "child_blocks": Array(Typed(BLOCKS, NESTABLE), 1, 10),
        "title": c.plain(150),
        "rich_text_title": c.RICH_TEXT_ONLY,
        "subtitle": c.text(150),
        "width": Str(choices=("narrow", "standard", "wide", "full")),
        "icon": ICON,
        "is_collapsible": Bool(),
        "default_collapsed": Bool(),
        "has_header_divider": Bool(),
    },
    ("child_blocks",),
    any_of=("title", "rich_text_title"),
)
BLOCK = Typed(BLOCKS)

EVERYWHERE = {
    "section",
    "header",
    "divider",
    "context",
    "actions",
    "image",
    "input",
    "rich_text",
    "video",
}
SURFACES_OF: dict[str, tuple[str, ...]] = {
    name: SURFACES if name in EVERYWHERE else (MODAL,) if name == "alert" else (MESSAGE,)
    for name in BLOCKS
}
