"""Who is affected: one line that counts, then the things themselves, worst first."""

from fireline.adapters.slack.blocks import kit
from fireline.adapters.slack.blocks.markup import clip, duration, one_line, plural, when
from fireline.usecases.impact_views import BlastLine, BlastMessage, ContractLine

SHOWN = 8
SHOWN_CONTRACTS = 4
NAME = 120


def blast(view: BlastMessage) -> kit.Rendered:
    """The blast radius of an incident's data."""
    if not view.lines:
        return _nothing(view)
    count = len(view.lines) + view.more
    head = f"Affected: {view.summary or plural(count, 'dataset')}"
    blocks: list[kit.Block | None] = [
        kit.section(f":ocean: *{one_line(head, 500)}*\n{_roots(view)}"),
        *_listed(view),
    ]
    blocks.append(kit.section("\n".join(_contracts(view))) if view.contracts else None)
    blocks.append(kit.context(*_caveats(view)))
    return kit.rendered(clip(head, 300), blocks)


def _listed(view: BlastMessage) -> list[kit.Block]:
    """The first of them, or all that are known by name, and how many more there are."""
    shown = view.lines if view.whole else view.lines[:SHOWN]
    blocks = [
        kit.section("\n".join(_line(one) for one in shown[first : first + SHOWN]))
        for first in range(0, len(shown), SHOWN)
    ]
    left = len(view.lines) - len(shown) + view.more
    if left > 0:
        way = "" if view.whole else "; `/incident impact` lists more of them"
        blocks.append(kit.context(f"\u2026 and {left} more{way}"))
    return blocks


def _nothing(view: BlastMessage) -> kit.Rendered:
    text = "No consumer downstream is known."
    if view.unresolved:
        unknown = _unknown(view)
        text += f" {unknown[0].upper()}{unknown[1:]}."
    elif not view.roots:
        text = "No dataset is named yet: `/incident dataset add NAME late`."
    more = kit.section("\n".join(_contracts(view))) if view.contracts else None
    return kit.rendered(text, [kit.section(text), more])


def _roots(view: BlastMessage) -> str:
    text = f"downstream of {_names(view.roots)}"
    if view.quarantined:
        text += f"\n:lock: kept from consumers: {_names(view.quarantined)}"
    return text


def _unknown(view: BlastMessage) -> str:
    """Names that are in no lineage, and those that may mean several datasets."""
    lost = tuple(name for name in view.unresolved if name not in view.several)
    parts = [f"not in the lineage: {_names(lost)}"] if lost else []
    for name, keys in list(view.several.items())[:3]:
        parts.append(f"`{one_line(name, NAME)}` may be {_names(keys)}: name it in full")
    return "; ".join(parts)


def _contracts(view: BlastMessage) -> list[str]:
    """What is promised of the data, broken promises first."""
    ordered = sorted(view.contracts, key=lambda line: not line.broken)
    lines = [_contract(line) for line in ordered[:SHOWN_CONTRACTS]]
    left = len(ordered) - len(lines)
    return [*lines, f"\u2026 and {left} more contracts"] if left else lines


def _contract(line: ContractLine) -> str:
    text = (
        f":page_facing_up: contract *{one_line(line.name, 80)}* of `{one_line(line.dataset, NAME)}`"
    )
    if line.broken:
        text += f": *broken*, it {'; it '.join(one_line(b, 120) for b in line.broken[:4])}"
    if line.repaired_by is not None:
        text += f" \u00b7 to be right again {when(line.repaired_by)}"
    return text


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
        parts.append(_unknown(view))
    return ["; ".join(parts)] if parts else ["lineage of unknown age"]
