"""An alert of several SLOs, or of the source of all: one message, worst first, nothing hidden."""

from collections import Counter

from fireline.adapters.slack.blocks import kit
from fireline.adapters.slack.blocks.alert_words import (
    ENDED,
    HAPPENS,
    headline,
    member_line,
    upstream,
)
from fireline.adapters.slack.blocks.markup import (
    between,
    clip,
    one_line,
    percent,
    plural,
    some,
    when,
)
from fireline.domain.slo.status import AlertKind
from fireline.usecases.views import AlertMember, AlertMembers, AlertMessage

SHOWN = 10
LISTED = 400
ROOM = 2700
EVERY_ROOM = 11_000
BLIND_NOTE = "Until then no alert can fire for them, and none that is open can end."


def lead(view: AlertMessage) -> str:
    """How many, what they share, how many are well again."""
    if view.kind is AlertKind.SOURCE_DOWN:
        return _source_lead(view)
    if view.closed_at is not None:
        return _ended(view)
    going = [m for m in view.members if m.closed_at is None]
    well = len(view.members) - len(going)
    text = f"*{plural(len(going), 'SLO')}* {_tiers(going)}: {HAPPENS[view.kind]}"
    if shared := upstream(view):
        text += f", all of {_code(shared)}"
    return text + (f". {well} recovered." if well else ".")


def members(view: AlertMessage) -> kit.Block:
    """The worst of them, and how many more there are."""
    alike = len({m.severity for m in view.members}) == 1
    lines = [f"\u2022 {member_line(m, alike=alike)}" for m in view.members]
    return kit.section(some(lines, SHOWN, ROOM))


def every_member(view: AlertMembers) -> kit.Rendered:
    """All SLOs of an alert, as far as one answer can hold them."""
    lines = [_short(m) for m in view.members]
    text = some(lines, LISTED, EVERY_ROOM, "more; `/slo list` and `/slo show NAME` have them")
    blocks: list[kit.Block | None] = [kit.section(f"*{one_line(view.title, 200)}*, worst first")]
    blocks += [kit.section(part) for part in _parts(text)]
    return kit.rendered(f"{view.title}: {len(view.members)} SLOs", blocks)


def plain_lead(view: AlertMessage) -> str:
    """The same in plain words, for notifications."""
    names = ", ".join(m.slo.title or m.slo.name for m in view.members[:3])
    more = len(view.members) - 3
    rest = f" and {more} more" if more > 0 else ""
    return f"{headline(view)}. {clip(names, 400)}{rest}"


def _tiers(some_members: list[AlertMember]) -> str:
    counts = Counter(m.slo.tier for m in some_members)
    return "(" + ", ".join(f"{counts[tier]} of tier {tier}" for tier in sorted(counts)) + ")"


def _code(shared: str) -> str:
    kind, _, name = shared.partition(" ")
    return f"{one_line(kind, 20)} `{one_line(name, 150)}`"


def _ended(view: AlertMessage) -> str:
    """How long it took and what it cost, together and at worst."""
    took = between(view.opened_at, view.closed_at) if view.closed_at else ""
    text = f"*{ENDED[view.kind]} after {took}*: {plural(len(view.members), 'SLO')}"
    if shared := upstream(view):
        text += f" of {_code(shared)}"
    known = [(m.spent, m) for m in view.members if m.spent is not None]
    if known:
        cost, worst = max(known, key=lambda pair: (pair[0], pair[1].slo.name))
        name = one_line(worst.slo.title or worst.slo.name, 150)
        text += f". It cost at most *{percent(cost)}* of a budget ({name})"
    return text + "."


def _source_lead(view: AlertMessage) -> str:
    if view.closed_at is not None:
        took = between(view.opened_at, view.closed_at)
        return f"*Every query is answered again*, after {took}. Nothing that was counted is lost."
    count = plural(len(view.members), "SLO")
    said = f"\n```{one_line(view.error, 600)}```" if view.error else ""
    since = when(view.first_bad_at)
    return f"*{count}* cannot be evaluated since {since}. {BLIND_NOTE}{said}"


def _short(member: AlertMember) -> str:
    slo = member.slo
    left = "" if slo.remaining is None else f" \u00b7 {percent(slo.remaining)} left"
    state = " \u00b7 recovered" if member.closed_at is not None else ""
    return f"`{one_line(slo.name, 80)}` \u00b7 tier {slo.tier}{left}{state}"


def _parts(text: str) -> list[str]:
    """The lines in pieces that fit a section each."""
    parts: list[str] = []
    for line in text.split("\n"):
        if parts and len(parts[-1]) + len(line) < kit.MAX_TEXT:
            parts[-1] += f"\n{line}"
        else:
            parts.append(line)
    return parts
