"""Who is affected: one line that counts, then the things themselves, worst first."""

from fireline.adapters.slack.blocks import kit
from fireline.adapters.slack.blocks.markup import clip, duration, one_line, plural, when
from fireline.usecases.impact_views import BlastLine, BlastMessage

SHOWN = 8
NAME = 120


def blast(view: BlastMessage) -> kit.Rendered:
    """The blast radius of an incident's data."""
    if not view.lines:
        return _nothing(view)
    count = len(view.lines) + view.more
    head = f"Affected: {view.summary or plural(count, 'dataset')}"
    blocks: list[kit.Block | None] = [
        kit.section(f":ocean: *{one_line(head, 500)}*\n{_roots(view)}"),
        kit.section("\n".join(_line(one) for one in view.lines[:SHOWN])),
    ]
    left = len(view.lines) - SHOWN + view.more
    if left > 0:
        blocks.append(kit.context(f"\u2026 and {left} more; `/incident impact` lists them"))
    blocks.append(kit.context(*_caveats(view)))
    return kit.rendered(clip(head, 300), blocks)


def _nothing(view: BlastMessage) -> kit.Rendered:
    text = "No consumer downstream is known."
    if view.unresolved:
        text += f" Not in the lineage: {_names(view.unresolved)}."
    elif not view.roots:
        text = "No dataset is named yet: `/incident dataset add NAME late`."
    return kit.rendered(text, [kit.section(text)])


def _roots(view: BlastMessage) -> str:
    return f"downstream of {_names(view.roots)}"


def _names(names: tuple[str, ...]) -> str:
    shown = ", ".join(f"`{one_line(name, NAME)}`" for name in names[:5])
    return shown + (f" and {len(names) - 5} more" if len(names) > 5 else "")  # noqa: PLR2004 - a line


def _line(one: BlastLine) -> str:
    tier = f"tier {one.tier}" if one.tier is not None else "no tier"
    due = f" \u00b7 due {when(one.due_at)}" if one.due_at is not None else ""
    owner = f" \u00b7 {one_line(one.owner, NAME)}" if one.owner else " \u00b7 *nobody owns it*"
    where = f" {one_line(one.channel, 80)}" if one.channel else ""
    return f"\u2022 {one.kind} *{one_line(one.name, NAME)}* \u00b7 {tier}{due}{owner}{where}"


def _caveats(view: BlastMessage) -> list[str]:
    """How old the lineage is, where it ends, and what it does not know."""
    parts = []
    if view.age is not None:
        mark = ":warning: " if view.old else ""
        parts.append(f"{mark}lineage {duration(view.age.total_seconds())} old")
    if view.border:
        parts.append(one_line(view.border, 200))
    if view.unresolved:
        parts.append(f"not in the lineage: {_names(view.unresolved)}")
    return ["; ".join(parts)] if parts else ["lineage of unknown age"]
