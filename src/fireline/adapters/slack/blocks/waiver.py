"""Requests to leave time out of a budget, or to let changes pass: ask, answer, reminder, lists."""

from datetime import datetime
from zoneinfo import ZoneInfo

from fireline.adapters.slack import ids
from fireline.adapters.slack.blocks import kit
from fireline.adapters.slack.blocks.markup import (
    amount,
    between,
    budget_left,
    esc,
    one_line,
    plural,
    some,
    user,
    when,
)
from fireline.domain.policy.verdict import Decision
from fireline.domain.policy.waivers import Waiver, WaiverKind, WaiverState
from fireline.domain.slo.exclusions import ExclusionEffect
from fireline.usecases.policy_views import (
    Audience,
    Effect,
    FreezeLine,
    FreezeList,
    MaintenanceList,
    PlannedLine,
    WaiverAnswer,
    WaiverMessage,
)

REASON = 500
LISTED = 12
STATE_WORDS = {
    WaiverState.ASKED: ":hourglass_flowing_sand: waits for approval",
    WaiverState.APPROVED: ":white_check_mark: approved",
    WaiverState.REFUSED: ":no_entry: refused",
    WaiverState.ENDED: ":checkered_flag: ended early",
    WaiverState.WITHDRAWN: ":leftwards_arrow_with_hook: withdrawn",
}
DECISION_WORDS = {
    Decision.FREEZE: ":ice_cube: Frozen",
    Decision.APPROVE: ":raised_hand: Needs approval",
    Decision.UNKNOWN: ":white_circle: Blocked while unknown",
    Decision.ALLOW: ":white_check_mark: Open by exception",
}


def subject_words(waiver: Waiver) -> str:
    """What it is about, in code letters."""
    return f"`{one_line(waiver.subject, 120)}`"


def time_words(waiver: Waiver, now: datetime) -> str:
    """From when to when, how long, and whether that has passed."""
    start, end = waiver.start, waiver.until
    if waiver.kind is WaiverKind.EXCEPTION:
        return f"until {when(end)} ({between(now, end)} left)" if end > now else f"to {when(end)}"
    return f"{when(start)} to {when(end)} ({between(start, end)})"


def message(view: WaiverMessage) -> kit.Rendered:
    """What its approver, its holder, or a reminded holder reads; edited as things change."""
    if view.audience is Audience.APPROVER:
        return _for_approver(view)
    return _for_holder(view)


def _for_approver(view: WaiverMessage) -> kit.Rendered:
    waiver = view.waiver
    what = _wish(view)
    waits = waiver.state is WaiverState.ASKED
    head = f"*{esc(waiver.ref)}* \u00b7 {user(waiver.asked_by)} asks you to {what}"
    late = (
        ":warning: Asked for after it began: named in the weekly review."
        if view.waiver.after_the_fact
        else ""
    )
    blocks = [
        kit.section(f"{head}\n>{one_line(waiver.reason, REASON)}"),
        kit.fields(_facts(view)),
        kit.section(_effect_words(view.effect)) if view.effect and waits else None,
        kit.section(_limit_words(view)) if view.limits and waits else None,
        _decision(waiver) if waits else kit.section(_outcome(view)),
        kit.context(late) if late and waits else None,
    ]
    plain = f"{waiver.ref}: {waiver.asked_by_name} asks you to agree ({waiver.reason})"
    return kit.rendered(plain, blocks)


def _decision(waiver: Waiver) -> kit.Block | None:
    number = str(waiver.id)
    buttons = [
        kit.button("Approve", ids.WAIVER_APPROVE, number, "primary"),
        kit.button("Refuse", ids.WAIVER_REFUSE, number, "danger"),
    ]
    return kit.actions(buttons)


def waiting(waiver: Waiver, now: datetime) -> list[kit.Block]:
    """A request on the Home tab of its approver."""
    rows = [kit.section(f"*Needs your yes or no*\n{_asked_line(waiver, now)}"), _decision(waiver)]
    return [row for row in rows if row is not None]


def _wish(view: WaiverMessage) -> str:
    waiver = view.waiver
    if waiver.kind is WaiverKind.EXCEPTION:
        return f"let changes to {subject_words(waiver)} pass"
    verb = "leave" if waiver.effect is ExclusionEffect.EXCLUDE else "count as good"
    title = one_line(view.title, 120)
    rest = "out of its budget" if waiver.effect is ExclusionEffect.EXCLUDE else "in its budget"
    return f"{verb} maintenance of *{title}* ({subject_words(waiver)}) {rest}"


def _facts(view: WaiverMessage) -> list[tuple[str, str]]:
    waiver = view.waiver
    return [("When", time_words(waiver, view.now)), ("Asked", when(waiver.asked_at))]


def _effect_words(effect: Effect | None) -> str:
    """What would change in the budget as it is now."""
    if effect is None:
        return ""
    bad, total = amount(effect.bad, effect.unit), amount(effect.total, effect.unit)
    before, after = budget_left(effect.left_before), budget_left(effect.left_after)
    return (
        f"*If you agree*, {total} leave the budget, {bad} of them bad:"
        f" it shows *{after}* instead of {before}. The raw figure stays beside it."
    )


def _limit_words(view: WaiverMessage) -> str:
    lines = some((f"\u2022 {one_line(reason, 300)}" for reason in view.limits), 5, 2000)
    return f"*As it is now*\n{lines}"


def _outcome(view: WaiverMessage) -> str:
    """What became of it, and who did that when."""
    waiver = view.waiver
    words = STATE_WORDS[waiver.state].capitalize()
    if waiver.state in (WaiverState.ENDED, WaiverState.WITHDRAWN) and waiver.ended_at:
        return f"{words} by {user(waiver.ended_by)} {when(waiver.ended_at)}"
    if waiver.decided_at is not None:
        return f"{words} by {user(waiver.approver)} {when(waiver.decided_at)}"
    return words


def _for_holder(view: WaiverMessage) -> kit.Rendered:
    waiver = view.waiver
    ends = view.audience is Audience.REMINDED and waiver.state is WaiverState.APPROVED
    head = f"*{esc(waiver.ref)}* for {subject_words(waiver)}"
    if ends:
        text = (
            f":alarm_clock: {head} ends {when(waiver.end)}. After that the budget policy holds"
            " again. Still needed? Ask for a new one."
        )
        plain = f"{waiver.ref} for {waiver.subject} ends soon"
    else:
        text = f"{head}: {_outcome(view)}\n{time_words(waiver, view.now)}"
        plain = f"{waiver.ref} for {waiver.subject}: {waiver.state.value}"
    reason = kit.context(one_line(waiver.reason, REASON))
    return kit.rendered(plain, [kit.section(text), reason, kit.actions(_steps(waiver, view.now))])


def _steps(waiver: Waiver, now: datetime) -> list[kit.Block]:
    """What can still be done with it."""
    number = str(waiver.id)
    running = waiver.state is WaiverState.APPROVED and waiver.start < now < waiver.end
    found = [kit.button("End now", ids.WAIVER_END, number)] if running else []
    if waiver.state is WaiverState.ASKED or (waiver.counts and not _over_exception(waiver, now)):
        found.append(kit.button("Withdraw", ids.WAIVER_WITHDRAW, number))
    return found


def _over_exception(waiver: Waiver, now: datetime) -> bool:
    return waiver.kind is WaiverKind.EXCEPTION and waiver.until <= now


def answer(view: WaiverAnswer) -> kit.Rendered:
    """What is said to whoever asked or changed it, with its times in full."""
    waiver = view.waiver
    zone = ZoneInfo(view.zone)
    start, end = waiver.start.astimezone(zone), waiver.until.astimezone(zone)
    full = f"{start:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M} {view.zone}"
    if waiver.kind is WaiverKind.EXCEPTION:
        full = f"until {end:%Y-%m-%d %H:%M} {view.zone}"
    head = f"*{esc(waiver.ref)}* for {subject_words(waiver)}: {full}"
    if waiver.state is WaiverState.ASKED:
        late = (
            " It lies in the past, so the weekly review will name it."
            if waiver.after_the_fact
            else ""
        )
        rest = f"It counts once {user(waiver.approver)} agrees; they have a message.{late}"
    else:
        rest = STATE_WORDS[waiver.state].capitalize() + "."
    steps = kit.actions(_steps(waiver, view.now)) if waiver.state is WaiverState.ASKED else None
    plain = f"{waiver.ref} for {waiver.subject}: {full}, {waiver.state.value}"
    return kit.rendered(plain, [kit.section(f"{head}\n{rest}"), steps])


def maintenance_list(view: MaintenanceList) -> kit.Rendered:
    """What people asked for with what can be done about it, and what git plans."""
    head = f"{plural(len(view.asked), 'request')}, {len(view.planned)} planned in git"
    blocks: list[kit.Block | None] = [kit.header(f"Maintenance: {head}")]
    if not view.asked and not view.planned:
        hint = "`/slo exclude NAME 22:00..23:30 WHY approver:@somebody` asks for one."
        blocks.append(kit.section(f"None now, none soon. {hint}"))
    for waiver in view.asked[:LISTED]:
        blocks.append(kit.section(_asked_line(waiver, view.now)))
        blocks.append(kit.actions(_steps(waiver, view.now)))
    if len(view.asked) > LISTED:
        blocks.append(kit.context(f"\u2026 and {len(view.asked) - LISTED} more"))
    if view.planned:
        lines = some((_planned_line(line, view.now) for line in view.planned), LISTED, 2700)
        blocks.append(kit.section(f"*Planned in git*\n{lines}"))
    if view.problems:
        lines = some((f"\u2022 `{one_line(p, 400)}`" for p in view.problems), 5, 2000)
        blocks.append(kit.section(f":warning: *Left out, as something is wrong*\n{lines}"))
    return kit.rendered(f"Maintenance: {head}", blocks)


def _asked_line(waiver: Waiver, now: datetime) -> str:
    late = " \u00b7 :warning: asked for after it began" if waiver.after_the_fact else ""
    people = f"{user(waiver.asked_by)}, approver {user(waiver.approver)}"
    return (
        f"*{esc(waiver.ref)}* {subject_words(waiver)} \u00b7 {STATE_WORDS[waiver.state]}{late}\n"
        f"{time_words(waiver, now)} \u00b7 {people}\n{one_line(waiver.reason, 300)}"
    )


def _planned_line(line: PlannedLine, now: datetime) -> str:
    runs = ":construction: runs now, " if line.start <= now else ""
    again = ", again and again" if line.again else ""
    return (
        f"`{one_line(line.name, 80)}` {runs}{when(line.start)} to {when(line.end)}{again}\n"
        f"{one_line(line.reason, 200)} \u00b7 approved by {one_line(line.approver, 80)}"
        f" \u00b7 {one_line(line.source, 120)}"
    )


def freeze_list(view: FreezeList) -> kit.Rendered:
    """Which services may not simply be changed, why, and what was let through."""
    frozen = sum(1 for line in view.lines if not line.passes)
    head = f"{plural(frozen, 'service')} limited" if frozen else "No service is limited"
    blocks: list[kit.Block | None] = [kit.header(head)]
    blocks += [kit.section(_freeze_line(line)) for line in view.lines[:LISTED]]
    if len(view.lines) > LISTED:
        blocks.append(kit.context(f"\u2026 and {len(view.lines) - LISTED} more"))
    if view.exceptions:
        blocks.append(kit.divider())
    for waiver in view.exceptions[:LISTED]:
        blocks.append(kit.section(_asked_line(waiver, view.now)))
        blocks.append(kit.actions(_steps(waiver, view.now)))
    if view.problems:
        lines = some((f"\u2022 `{one_line(p, 400)}`" for p in view.problems), 5, 2000)
        blocks.append(kit.section(f":warning: *Exceptions left out*\n{lines}"))
    free = plural(view.free, "other service") + " may be changed freely"
    hint = "`/slo exception SERVICE until:+2h WHY approver:@somebody` asks for an exception"
    blocks.append(kit.context(f"{free} \u00b7 {hint}"))
    return kit.rendered(head, blocks)


def _freeze_line(line: FreezeLine) -> str:
    reasons = some((f"\u2022 {one_line(reason, 300)}" for reason in line.reasons), 4, 1500)
    return f"*{one_line(line.service, 120)}* \u00b7 {DECISION_WORDS[line.decision]}\n{reasons}"
