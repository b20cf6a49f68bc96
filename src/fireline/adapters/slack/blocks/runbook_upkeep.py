"""Which runbooks may not be trusted, and what has none."""

from fireline.adapters.slack import ids
from fireline.adapters.slack.blocks import kit
from fireline.adapters.slack.blocks.markup import one_line, plural, some
from fireline.usecases.runbook_views import Gap, Gaps, StaleList

SHOWN, ROOM = 12, 2700


def stale(view: StaleList) -> kit.Rendered:
    """Each with why, the longest without a review first."""
    total = plural(view.total, "runbook")
    if not view.lines:
        text = f"None of {total} is stale." if view.total else "There is no runbook yet."
        return kit.rendered(text, [kit.section(f":white_check_mark: {text}")])
    verb = "needs" if len(view.lines) == 1 else "need"
    head = f"{len(view.lines)} of {total} {verb} a look"
    lines = [
        f"\u2022 *{one_line(line.title, 100)}* `{one_line(line.id, 80)}`"
        f"\n{one_line('; '.join(line.why), 250)}"
        f"{f' ({one_line(line.owner, 60)})' if line.owner else ''}"
        for line in view.lines
    ]
    hint = "Read it, put its file right, then `/runbook reviewed ID`"
    first = kit.button("Show the first", ids.SHOW_RUNBOOK, view.lines[0].id)
    blocks = [
        kit.section(f":hourglass: *{head}*"),
        kit.section(some(lines, SHOWN, ROOM)),
        kit.actions([first]),
        kit.context(hint),
    ]
    return kit.rendered(head, blocks)


def missing(view: Gaps) -> kit.Rendered:
    """SLOs first, then alerts that fire."""
    if not view.slos and not view.alerts:
        text = f"Each of {plural(view.total_slos, 'SLO')} and each alert that fires has a runbook."
        return kit.rendered(text, [kit.section(f":white_check_mark: {text}")])
    head = f"{len(view.slos)} of {plural(view.total_slos, 'SLO')} without a runbook"
    if view.alerts:
        head += f", {plural(len(view.alerts), 'alert')} that fire"
    hint = (
        "Name the SLO or the alert in a runbook's front matter (`slos:`, `alerts:`), or `runbook:`"
        " in the SLO's file"
    )
    blocks = [
        kit.section(f":mag: *{head}*"),
        _listed("SLOs", view.slos),
        _listed("Alerts", view.alerts),
        kit.context(hint),
    ]
    return kit.rendered(head, blocks)


def _listed(title: str, gaps: tuple[Gap, ...]) -> kit.Block | None:
    if not gaps:
        return None
    lines = [f"\u2022 `{one_line(g.name, 120)}` {one_line(g.about, 150)}" for g in gaps]
    return kit.section(f"*{title}*\n{some(lines, SHOWN, ROOM)}")
