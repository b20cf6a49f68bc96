"""App Home: what one person should look at."""

from fireline.adapters.slack import ids
from fireline.adapters.slack.blocks import action, incident, kit, waiver
from fireline.adapters.slack.blocks.markup import plural, when
from fireline.adapters.slack.blocks.slo import list_line, problems
from fireline.usecases.views import Home

APPROVALS, INCIDENTS, OTHERS, ACTIONS, BUDGETS = 5, 8, 5, 10, 10


def home(view: Home) -> kit.Block:
    """The Home view: what waits for me, my incidents, my action items, budgets worst first."""
    blocks: list[kit.Block] = []
    _append(blocks, kit.header("Fireline"))
    _append(
        blocks,
        kit.actions(
            [
                kit.button("Declare incident", ids.OPEN_DECLARE, "home", "danger"),
                kit.button("Search runbooks", ids.SEARCH_RUNBOOKS, "home"),
            ]
        ),
    )
    for asked in view.approvals[:APPROVALS]:
        blocks += waiver.waiting(asked, view.now)
    mine = [kit.section(incident.line(item)) for item in view.incidents]
    blocks += _part("My incidents", mine, INCIDENTS, "You are in no open incident.")
    if view.other_incidents:
        others = [kit.section(incident.line(item)) for item in view.other_incidents]
        blocks += _part("Other open incidents", others, OTHERS, "")
    items = [action.row(item, owner=False) for item in view.actions]
    blocks += _part("My action items", items, ACTIONS, "You owe nothing.")
    budgets = [kit.section(list_line(item)) for item in view.budgets]
    blocks += _part("Error budgets, worst first", budgets, BUDGETS, "No SLO is defined yet.")
    if view.problems:
        blocks.append(problems(view.problems))
    blocks.append(kit.context(f"As of {when(view.now)}"))
    return {"type": "home", "blocks": blocks}


def _append(blocks: list[kit.Block], block: kit.Block | None) -> None:
    if block is not None:
        blocks.append(block)


def _part(title: str, rows: list[kit.Block], most: int, empty: str) -> list[kit.Block]:
    count = f" ({len(rows)})" if rows else ""
    shown: list[kit.Block] = [kit.divider(), kit.section(f"*{title}{count}*"), *rows[:most]]
    if not rows:
        shown.append(kit.section(empty or "-"))
    if len(rows) > most:
        shown.append(kit.context(f"\u2026 and {plural(len(rows) - most, 'more', 'more')}"))
    return shown
