"""App Home: what one person should look at, a page at a time."""

from collections.abc import Iterable

from fireline.adapters.slack import ids
from fireline.adapters.slack.blocks import action, incident, kit, waiver
from fireline.adapters.slack.blocks.markup import channel, one_line, plural, when
from fireline.adapters.slack.blocks.slo import list_line, problems
from fireline.usecases.home_views import DuePostmortem, Home, MyIncident, MyTask, Need, NeedKind

MOST_BLOCKS = 100
FURNITURE = 6  # heading, buttons, the turning of pages, the small print
APPROVALS, OTHERS, BUDGETS = 5, 10, 10
TITLE = 150
WORDS = {
    NeedKind.PAGE: ":rotating_light: *Page*",
    NeedKind.HANDOVER: ":handshake: *Hand-over*",
    NeedKind.UPDATE: ":mega: *Update*",
    NeedKind.ACCESS: ":lock: *Access*",
    NeedKind.EXPIRED: ":hourglass: *Ended*",
}


def home(view: Home) -> kit.Block:
    """The Home view: what waits for me first, then what is mine, then how the budgets stand."""
    rows = [
        *_waiting(view),
        *_mine(view),
        *_part("My action items", [action.row(i, owner=False) for i in view.actions], ""),
        *_budgets(view),
        *_part("Postmortems due", [_postmortem(one) for one in view.postmortems], ""),
        *_others(view),
    ]
    pages = _pages(rows)
    page = min(max(view.page, 0), len(pages) - 1)
    top: list[kit.Block | None] = [kit.header("Fireline"), _doors()]
    small = f"As of {when(view.now)}"
    if len(pages) > 1:
        small += f" \u00b7 page {page + 1} of {len(pages)}"
    end = [problems(view.problems) if view.problems else None, _turn(page, len(pages))]
    blocks = [*top, *pages[page], *end, kit.context(small)]
    return {"type": "home", "blocks": [block for block in blocks if block is not None]}


def _doors() -> kit.Block | None:
    return kit.actions(
        [
            kit.button("Declare incident", ids.OPEN_DECLARE, "home", "danger"),
            kit.button("Search runbooks", ids.SEARCH_RUNBOOKS, "home"),
        ]
    )


def _waiting(view: Home) -> list[kit.Block]:
    """What cannot go on without this person."""
    rows = [
        block for asked in view.approvals[:APPROVALS] for block in waiver.waiting(asked, view.now)
    ]
    rows += [_need(need) for need in view.needs]
    return _part("Needs you now", rows, "Nothing waits for you.", count=False)


def _need(need: Need) -> kit.Block:
    where = channel(need.channel_id) if need.channel_id else need.ref
    place = where if where == need.ref else f"{need.ref} \u00b7 {where}"
    text = f"{WORDS[need.kind]} {one_line(need.text, 300)}\n{place}"
    value = str(need.incident_id)
    button = None
    if need.kind is NeedKind.UPDATE:
        text += f" \u00b7 due {when(need.since)}"
        button = kit.button("Update", ids.card_act("update"), value, "primary")
    if need.kind is NeedKind.PAGE:
        value = f"{value}:{need.number}"
        button = kit.button("Acknowledge", ids.ACKNOWLEDGE_PAGE, value, "primary")
    if need.kind is NeedKind.HANDOVER:
        button = kit.button("I have it", ids.TAKE_COMMAND, f"{value}:{need.number}", "primary")
    return kit.section(text, button)


def _mine(view: Home) -> list[kit.Block]:
    rows = [_incident(one) for one in view.incidents]
    tasks = [_task(one) for one in view.tasks]
    shown = _part("My incidents", rows, "You are in no open incident.")
    return shown + (_part("My tasks", tasks, "") if tasks else [])


def _incident(one: MyIncident) -> kit.Block:
    mine = ", ".join(role.label.lower() for role in one.roles)
    words = f"\n:busts_in_silhouette: You are {mine}" if mine else ""
    return kit.section(incident.line(one.line) + words)


def _task(one: MyTask) -> kit.Block:
    due = f" \u00b7 due {when(one.task.due)}" if one.task.due else ""
    text = f":ballot_box_with_check: *Task* {one_line(one.task.text, 300)}\n{one.ref}{due}"
    value = f"{one.incident_id}:{one.task.number}"
    return kit.section(text, kit.button("Done", ids.TASK_DONE, value))


def _budgets(view: Home) -> list[kit.Block]:
    """Mine first, by ownership; then all others, worst first."""
    own = [kit.section(list_line(line)) for line in view.budgets if line.name in view.owned]
    rest = [kit.section(list_line(line)) for line in view.budgets if line.name not in view.owned]
    title = "Other error budgets, worst first" if own else "Error budgets, worst first"
    mine = _part("My error budgets, worst first", own, "") if own else []
    return mine + _cut(title, rest, BUDGETS, "No SLO is defined yet.", "`/slo` lists them all")


def _postmortem(one: DuePostmortem) -> kit.Block:
    due = f"due {one.due:%a %d %b}" if one.due else "no date"
    mine = " \u00b7 yours" if one.mine else ""
    text = f":memo: *Postmortem* of {one.ref} {one_line(one.title, TITLE)}\n{due}{mine}"
    return kit.section(text, kit.button("Open", ids.OPEN_POSTMORTEM, str(one.incident_id)))


def _others(view: Home) -> list[kit.Block]:
    rows = [kit.section(incident.line(item)) for item in view.other_incidents]
    if not rows:
        return []
    return _cut("Other open incidents", rows, OTHERS, "", "`/incident list` shows them all")


def _cut(title: str, rows: list[kit.Block], most: int, empty: str, rest: str) -> list[kit.Block]:
    shown = _part(title, rows[:most], empty)
    left = len(rows) - most
    return [*shown, kit.context(f"\u2026 and {left} more: {rest}")] if left > 0 else shown


def _part(title: str, rows: list[kit.Block], empty: str, *, count: bool = True) -> list[kit.Block]:
    """A heading with its rows; without rows, what that means, or nothing at all."""
    if not rows and not empty:
        return []
    number = f" ({len(rows)})" if rows and count else ""
    head = kit.section(f"*{title}{number}*")
    return [kit.divider(), head, *(rows or [kit.section(empty)])]


def _pages(rows: list[kit.Block]) -> list[list[kit.Block]]:
    """The rows in as few pages as Slack's limit of blocks allows."""
    most = MOST_BLOCKS - FURNITURE
    return [rows[i : i + most] for i in range(0, len(rows), most)] or [[]]


def _turn(page: int, pages: int) -> kit.Block | None:
    """The buttons that turn the page."""
    both: Iterable[tuple[str, int, str]] = (
        ("Back", page - 1, ids.HOME_BACK),
        (f"More ({plural(pages - page - 1, 'page')})", page + 1, ids.HOME_MORE),
    )
    row = [kit.button(label, act, str(to)) for label, to, act in both if 0 <= to < pages]
    return kit.actions(row)
