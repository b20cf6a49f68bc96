"""Runbooks: what fits, and one of them whole."""

from fireline.adapters.slack import ids
from fireline.adapters.slack.blocks import kit
from fireline.adapters.slack.blocks.fitting import why_it_fits
from fireline.adapters.slack.blocks.markup import clip, esc, one_line, plural, some
from fireline.domain.runbook.runbook import Runbook, RunbookHit, Step
from fireline.domain.runbook.upkeep import Standing, last_reviewed
from fireline.usecases.views import RunbookPage, RunbookSuggestion

HITS = 5
STEPS = 12
BODY = 2500
STEP_WORDS = {"check": ":mag: Check", "action": ":wrench: Do", "decision": ":scales: Decide"}


def suggestion(view: RunbookSuggestion) -> kit.Rendered:
    """Runbooks that fit, best first, each with why it fits and where to start."""
    query = one_line(view.query, 200)
    if not view.hits:
        text = (
            f"No runbook fits \u201c{query}\u201d."
            " Try other words, such as the system and the symptom."
        )
        plain = f"No runbook fits \u201c{clip(view.query, 200)}\u201d."
        return kit.rendered(plain, [kit.section(text)])
    head = (
        view.intro or f"{plural(len(view.hits), 'runbook')} for \u201c{clip(view.query, 200)}\u201d"
    )
    blocks: list[kit.Block | None] = [kit.section(f":book: *{one_line(head, 400)}*")]
    blocks.extend(
        kit.section(_hit(hit), kit.button("Show", ids.SHOW_RUNBOOK, hit.id))
        for hit in view.hits[:HITS]
    )
    if len(view.hits) > HITS:
        blocks.append(
            kit.context(f"\u2026 and {len(view.hits) - HITS} more; add words to narrow it")
        )
    if view.startable:
        blocks.append(_start(view.hits[0]))
    return kit.rendered(head, blocks)


def _start(hit: RunbookHit) -> kit.Block | None:
    """The button that begins to walk the likeliest."""
    label = f"Start: {clip(hit.title, 60)}"
    return kit.actions([kit.button(label, ids.START_RUNBOOK, hit.id, "primary")])


def _hit(hit: RunbookHit) -> str:
    section = f" \u203a {one_line(hit.section, 120)}" if hit.section else ""
    text = f"*{one_line(hit.title, 150)}*{section}"
    if hit.first_step:
        text += f"\nFirst: {one_line(hit.first_step, 300)}"
    return text + f"\n_{why_it_fits(hit)}_" if hit.why else text


def page(view: RunbookPage) -> kit.Rendered:
    """One runbook: its steps in order, dangerous ones marked in words."""
    book = view.runbook
    blocks: list[kit.Block | None] = [
        kit.header(book.title),
        kit.context(_about(book, view.standing)),
    ]
    blocks.extend(kit.section(_step(i, step)) for i, step in enumerate(book.steps[:STEPS], 1))
    if len(book.steps) > STEPS:
        left = plural(len(book.steps) - STEPS, "more step")
        blocks.append(kit.context(f"\u2026 and {left} in {one_line(book.path, 200)}"))
    if not book.steps:
        blocks.append(kit.section(_body(book)))
    if view.startable:
        row = [kit.button("Start it here", ids.START_RUNBOOK, book.id, "primary")]
        blocks.append(kit.actions(row))
    return kit.rendered(f"Runbook: {book.title}", blocks)


def _body(book: Runbook) -> str:
    if not book.body.strip():
        return f"This runbook is empty. Its file is `{one_line(book.path, 200)}`."
    cut = f"\n_The rest is in {one_line(book.path, 200)}_" if len(book.body) > BODY else ""
    text = clip(esc(clip(book.body.strip(), BODY)), BODY).replace("```", "'''")
    return f"```{text}```{cut}"


def _about(book: Runbook, told: Standing) -> str:
    parts = [f"`{one_line(book.path, 200)}`"]
    if book.owner:
        parts.append(f"owner {one_line(book.owner, 100)}")
    if book.tier is not None:
        parts.append(f"tier {book.tier}")
    last = last_reviewed(book, told)
    by = f" by {one_line(told.reviewed_by, 60)}" if last and last == told.reviewed_on else ""
    parts.append(f"last reviewed {last:%Y-%m-%d}{by}" if last else "last reviewed never")
    if told.voices:
        parts.append(f"helped {told.helped} of {told.voices}")
    return " \u00b7 ".join(parts)


def _step(number: int, step: Step) -> str:
    kind = STEP_WORDS.get(step.kind, esc(step.kind[:40]))
    danger = " :warning: *dangerous: have a second person confirm*" if step.dangerous else ""
    lines = [f"*{number}. {one_line(step.title, 200)}* \u00b7 {kind}{danger}"]
    if step.text:
        lines.append(
            f"```{clip(esc(clip(step.text.strip(), 800)), 900).replace('`' * 3, chr(39) * 3)}```"
        )
    if step.expect:
        lines.append(f"Expect: {one_line(step.expect, 400)}")
    return some(lines, 3, 2800)
