"""A runbook that is walked: all steps in short, the current one with its text and buttons."""

from fireline.adapters.slack import ids
from fireline.adapters.slack.blocks import kit
from fireline.adapters.slack.blocks.markup import clip, esc, one_line, plural, user, when
from fireline.domain.incident.runbook_run import RunbookRun, RunStep, StepResult
from fireline.usecases.runbook_views import RunMessage

KINDS = {"check": "Check", "action": "Do", "decision": "Decide"}
SIGNS = {
    StepResult.DONE: ":white_check_mark:",
    StepResult.FAILED: ":x:",
    StepResult.SKIPPED: ":fast_forward:",
}
AROUND, NOTE, CODE, ESCAPED = 8, 80, 1500, 2000


def run(view: RunMessage) -> kit.Rendered:
    """One run of a runbook."""
    book = view.run
    head = f"{view.ref} runbook: {book.title}"
    blocks: list[kit.Block | None] = [
        kit.section(f":book: *{one_line(book.title, 150)}* \u00b7 {_state(book)}"),
        kit.section(_list(book)),
    ]
    current = book.current
    if current is not None and book.running:
        step = book.steps[current - 1]
        blocks += [*_current(current, step, view), _buttons(view, current, step)]
    else:
        blocks += [kit.context(_end(book)), _asking(book)]
    return kit.rendered(clip(f"{head}, {_state(book)}", 300), blocks)


def _state(book: RunbookRun) -> str:
    """How far it is."""
    if book.stopped_at is not None:
        return f"stopped by {one_line(book.stopped_name, 60)}"
    if book.current is None:
        return f"all {plural(len(book.steps), 'step')} settled"
    return f"step {book.current} of {len(book.steps)}"


def _list(book: RunbookRun) -> str:
    """The steps around the current one, in short."""
    here = book.current or len(book.steps)
    first = max(1, min(here - AROUND // 2, len(book.steps) - AROUND + 1))
    last = min(len(book.steps), first + AROUND - 1)
    lines = [f"\u2026 {plural(first - 1, 'step')} before"] if first > 1 else []
    shown = enumerate(book.steps[first - 1 : last], first)
    lines += [_line(place, step, here=place == book.current) for place, step in shown]
    left = len(book.steps) - last
    return "\n".join([*lines, *([f"\u2026 {plural(left, 'step')} after"] if left else [])])


def _line(place: int, step: RunStep, *, here: bool) -> str:
    title = f"{place}. {one_line(step.title, 110)}"
    danger = " :warning: dangerous" if step.dangerous and step.result is None else ""
    if step.result is None:
        sign = ":arrow_forward:" if here else ":white_circle:"
        return f"{sign} {f'*{title}*' if here else title}{danger}"
    note = f": {one_line(step.note, NOTE)}" if step.note else ""
    agreed = f", approved by {one_line(step.approved_name, 40)}" if step.approved_by else ""
    who = f"{step.result.value} by {one_line(step.by_name, 40)}{agreed}"
    undo = f". Undo: {one_line(step.undo, 120)}" if _to_undo(step) else ""
    return f"{SIGNS[step.result]} {title} _{who}_{note}{undo}"


def _to_undo(step: RunStep) -> bool:
    return step.result is StepResult.FAILED and bool(step.undo)


def _current(place: int, step: RunStep, view: RunMessage) -> list[kit.Block | None]:
    """The current step, with what is typed there to be copied."""
    kind = KINDS.get(step.kind, "Do")
    lines = [
        f"*{kind}: {one_line(step.title, 250)}* \u00b7 step {place}, `{one_line(step.id, 60)}`"
    ]
    if step.text:
        text = clip(esc(clip(step.text.strip(), CODE)), ESCAPED).replace("`" * 3, "'" * 3)
        lines.append(f"```{text}```")
    if step.expect:
        lines.append(f"Expect: {one_line(step.expect, 300)}")
    return [kit.section("\n".join(lines)), _danger(step, view)]


def _danger(step: RunStep, view: RunMessage) -> kit.Block | None:
    """Who has to agree, or did."""
    if not step.dangerous:
        return None
    undo = f" Undo: {one_line(step.undo, 200)}" if step.undo else ""
    if step.approved_by and step.approved_at is not None:
        who = f"approved by {user(step.approved_by)} {when(step.approved_at, '{time}')}"
        return kit.section(f":warning: *Dangerous*, {who}; somebody else does it.{undo}")
    waits = f"{view.role} {user(view.approver)}" if view.approver else view.role
    return kit.section(f":warning: *Dangerous*: waits for approval by {waits}.{undo}")


def _buttons(view: RunMessage, place: int, step: RunStep) -> kit.Block | None:
    value = f"{view.incident_id}:{view.run.number}:{place}"
    if step.needs_approval:
        first = [kit.button("Approve\u2026", ids.STEP_APPROVE, value, "danger")]
    else:
        first = [
            kit.button("Done", ids.STEP_DONE, value, "primary"),
            kit.button("With output\u2026", ids.STEP_FORM, value),
        ]
    row = [
        *first,
        kit.button("Failed\u2026", ids.STEP_FAILED, value),
        kit.button("Skip", ids.STEP_SKIPPED, value),
        kit.button("Stop", ids.STOP_RUNBOOK, value),
    ]
    return kit.actions(row)


def _end(book: RunbookRun) -> str:
    if book.stopped_at is not None:
        again = f"`/runbook start {one_line(book.runbook, 100)}` begins it anew"
        return f"Stopped {when(book.stopped_at)} \u00b7 {again}"
    check = "Next: `/incident verify` looks whether it is over \u00b7 " if book.verifies else ""
    return f"{check}Did it help? `/runbook feedback {one_line(book.runbook, 100)} yes|no WHY`"


def _asking(book: RunbookRun) -> kit.Block | None:
    """Whether it helped, once every step is settled."""
    if book.stopped_at is not None:
        return None
    yes = kit.button("It helped", ids.RUNBOOK_HELPED, book.runbook)
    return kit.actions([yes, kit.button("It did not", ids.RUNBOOK_USELESS, book.runbook)])
