"""A drill: what is practised, what is told, what it measured; every message of it says so."""

from fireline.adapters.slack.blocks import kit
from fireline.adapters.slack.blocks.markup import clip, esc, one_line, some
from fireline.usecases.impact_views import DrillCard, DrillInject

MARK = "DRILL"
SIGN = f":construction: *{MARK}*: practice, nothing real is broken"
LONGEST = 1500
QUESTIONS = 10


def marked(shown: kit.Rendered) -> kit.Rendered:
    """The message with the mark; one that begins with it has it already."""
    if shown.text.startswith(MARK):
        return shown
    blocks = [kit.context(SIGN), *shown.blocks]
    kept = blocks[: kit.MAX_BLOCKS]
    return kit.Rendered(clip(f"{MARK} \u00b7 {shown.text}", kit.MAX_FALLBACK), kept)


def card(view: DrillCard) -> kit.Rendered:
    """What is practised; at the end what it measured and what to talk over."""
    told = [m.words if view.over or m.measured is not None else m.aim for m in view.measures]
    figures = "\n".join(f"\u2022 {one_line(words, 200)}" for words in told)
    how = f"{MARK} done" if view.over else MARK
    asked = some((f"\u2022 {one_line(q, 300)}" for q in view.questions), QUESTIONS, 2500)
    blocks: list[kit.Block | None] = [
        kit.section(f":construction: *{how}: {one_line(view.title, 150)}*"),
        kit.section(esc(clip(view.about.strip(), LONGEST))) if view.about.strip() else None,
        kit.section(f"*Measured*\n{figures}") if view.over else kit.section(f"*Aims*\n{figures}"),
        kit.section(f"*To talk over*\n{asked}") if view.questions else None,
        kit.context("Use the same commands as ever. Nobody outside is paged, no figure counts it."),
    ]
    return kit.rendered(f"{MARK} \u00b7 {view.ref}: {view.title}", blocks)


def inject(view: DrillInject) -> kit.Rendered:
    """One thing that is told, as it would have been seen."""
    text = f":loudspeaker: *{MARK}*: {esc(clip(view.text.strip(), LONGEST))}"
    return kit.rendered(f"{MARK} \u00b7 {view.text}", [kit.section(text)])
