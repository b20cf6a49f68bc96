"""The repair of data: its pieces in their order, then the checks, what is red first."""

from fireline.adapters.slack.blocks import kit
from fireline.adapters.slack.blocks.markup import clip, esc, one_line, plural, when
from fireline.domain.incident.details import Check
from fireline.domain.incident.kinds import UnitStatus
from fireline.usecases.repair_views import RepairMessage, UnitLine

SHOWN_UNITS = 12
SHOWN_CHECKS = 12
SIGNS = {
    UnitStatus.PLANNED: ":white_circle:",
    UnitStatus.RUNNING: ":arrows_counterclockwise:",
    UnitStatus.DONE: ":large_blue_circle:",
    UnitStatus.VERIFIED: ":white_check_mark:",
    UnitStatus.WAIVED: ":heavy_minus_sign:",
    UnitStatus.FAILED: ":x:",
}


def repair(view: RepairMessage) -> kit.Rendered:
    """Units and checks of an incident."""
    settled = sum(line.unit.status.settled for line in view.units)
    red = sum(not check.green for check in view.checks)
    head = f"{view.ref} data repair: {settled} of {plural(len(view.units), 'unit')} settled"
    if view.checks:
        head += f", {f'{red} of {len(view.checks)} checks red' if red else 'all checks green'}"
    blocks: list[kit.Block | None] = [kit.section(f":wrench: *{esc(head)}*")]
    if view.units:
        lines = [_unit(line) for line in view.units[:SHOWN_UNITS]]
        blocks.append(kit.section("\n".join([*lines, *_more(len(view.units), SHOWN_UNITS)])))
    if view.checks:
        lines = [_check(check) for check in view.checks[:SHOWN_CHECKS]]
        blocks.append(kit.section("\n".join([*lines, *_more(len(view.checks), SHOWN_CHECKS)])))
    if view.by_hand:
        blocks.append(kit.section(_by_hand(view)))
    blocks.append(kit.context(_end(view)))
    return kit.rendered(clip(head, 300), blocks)


def _more(count: int, shown: int) -> list[str]:
    return [f"\u2026 and {count - shown} more"] if count > shown else []


def _unit(line: UnitLine) -> str:
    unit = line.unit
    place = f"{unit.order}. " if unit.order else ""
    parts = [
        f"unit {unit.number} {unit.status.value}",
        f"{unit.method.value.replace('_', ' ')} `{one_line(unit.window, 80).replace('`', '')}`",
    ]
    if unit.owner:
        parts.append(f"<@{unit.owner}>")
    if unit.eta is not None and not unit.status.settled:
        parts.append(f"ETA {when(unit.eta)}")
    if unit.rows_expected is not None and unit.rows_actual is not None:
        match = "" if unit.reconciled else " :warning: they differ"
        parts.append(f"{unit.rows_actual:,.0f} of {unit.rows_expected:,.0f} rows{match}")
    if unit.load:
        parts.append(f"load {one_line(unit.load, 80)}")
    if line.waits_for and unit.status is UnitStatus.PLANNED:
        numbers = ", ".join(map(str, line.waits_for[:5]))
        parts.append(f"after unit {numbers}")
    if unit.waived_because:
        parts.append(f"waived: {one_line(unit.waived_because, 80)}")
    name = one_line(unit.dataset, 120)
    return " \u00b7 ".join([f"{SIGNS[unit.status]} {place}*{name}*", *parts])


def _check(check: Check) -> str:
    sign, word = (":white_check_mark:", "green") if check.green else (":x:", "red")
    if not check.known:
        sign, word = ":grey_question:", "not known"
    detail = one_line(check.detail.removeprefix("not known: "), 200)
    return f"{sign} {word} *{one_line(check.name, 80)}*: {detail}"


def _by_hand(view: RepairMessage) -> str:
    asked = [
        f"\u2022 `{one_line(sql, 200).replace('`', '')}`"
        + (f" should be {one_line(good, 80)}" if good else "")
        for sql, good in view.by_hand[:3]
    ]
    return "*By hand*, since I run no SQL:\n" + "\n".join(asked)


def _end(view: RepairMessage) -> str:
    """What comes next."""
    if view.by_hand and not any(check.kind == "attested" for check in view.checks):
        form = '`/incident verify attested:"WHAT YOU SAW AND WHERE"`'
        return f"Then say what you saw: {form}"
    if not view.checks:
        return 'No check ran yet: `/incident verify`, `attested:"WHAT YOU SAW"` for one by hand'
    if view.safe_at is None:
        return "Put right what is red; I look again by myself"
    since = f"all green since {when(view.green_since)}" if view.green_since else "all green"
    if view.sustained:
        return f"{since}, for long enough: `/incident resolve`"
    return f"{since}; safe once they stay so until {when(view.safe_at)}"
