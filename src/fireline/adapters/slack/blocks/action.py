"""Action items: one line each, and the reminder sent to their owner."""

from collections.abc import Sequence

from fireline.adapters.slack import ids
from fireline.adapters.slack.blocks import kit
from fireline.adapters.slack.blocks.markup import esc, one_line, plural, user
from fireline.usecases.views import ActionLine, ActionReminder

LIMIT = 20


def due_words(line: ActionLine) -> str:
    """`due 2026-12-01`, with how late it is."""
    if line.done:
        return ":white_check_mark: done"
    if line.overdue_days > 0:
        return f":warning: *{plural(line.overdue_days, 'day')} overdue* (due {line.due:%a %d %b})"
    return f"due {line.due:%a %d %b %Y}"


def words(line: ActionLine, *, owner: bool = True) -> str:
    """One action item in two lines."""
    who = f" \u00b7 {user(line.owner)}" if owner else ""
    source = f" \u00b7 from {esc(line.incident_ref)}" if line.incident_ref else ""
    return f"*{esc(line.ref)}* {one_line(line.text, 400)}\n{due_words(line)}{who}{source}"


def row(line: ActionLine, *, owner: bool = True) -> kit.Block:
    """One action item with the button that closes it."""
    done = None if line.done else kit.button("Done, with link", ids.ACTION_DONE, str(line.id))
    return kit.section(words(line, owner=owner), done)


def added(line: ActionLine) -> kit.Rendered:
    """What is answered when an action item was added or done."""
    verb = "is done" if line.done else "added"
    evidence = kit.context(f"Evidence: {one_line(line.evidence, 500)}") if line.evidence else None
    return kit.rendered(f"{line.ref} {verb}: {line.text}", [row(line), evidence])


def mine(items: Sequence[ActionLine]) -> kit.Rendered:
    """What a person promised, the most urgent first."""
    if not items:
        return kit.rendered("Nothing of yours is open.", [kit.section("Nothing of yours is open.")])
    head = f"{plural(len(items), 'action item')} of yours"
    blocks: list[kit.Block | None] = [row(item, owner=False) for item in items[:LIMIT]]
    if len(items) > LIMIT:
        blocks.append(kit.context(f"\u2026 and {len(items) - LIMIT} more on the Home tab"))
    return kit.rendered(head, [kit.section(f":pushpin: *{head}*"), *blocks])


def reminder(view: ActionReminder) -> kit.Rendered:
    """A direct message about what its owner promised."""
    late = sum(1 for item in view.items if item.overdue_days > 0)
    head = plural(len(view.items), "action item")
    head += f" of yours, {late} overdue" if late else " of yours due soon"
    blocks: list[kit.Block | None] = [kit.section(f":pushpin: *{head}*")]
    blocks.extend(row(item, owner=False) for item in view.items[:LIMIT])
    if len(view.items) > LIMIT:
        blocks.append(kit.context(f"\u2026 and {len(view.items) - LIMIT} more on the Home tab"))
    blocks.append(kit.context("Done means: there is a link that shows it, such as a merged change"))
    return kit.rendered(head, blocks)
