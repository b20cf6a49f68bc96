"""Answers to plain questions: the answer, why, and where it comes from."""

from fireline.adapters.slack import ids
from fireline.adapters.slack.blocks import kit
from fireline.adapters.slack.blocks.markup import channel, clip, one_line, some, when
from fireline.usecases.answer_question import QuestionAnswer, Source

LINES = 8
HEAD = 600


def question_answer(view: QuestionAnswer) -> kit.Rendered:
    """The answer in one message; without a source it says that there is none."""
    text = f"*{one_line(view.headline, HEAD)}*"
    if view.lines:
        rows = (f"\u2022 {one_line(line, 500)}" for line in view.lines)
        text += "\n" + some(rows, LINES, 2000)
    show = kit.button("Show the runbook", ids.SHOW_RUNBOOK, view.runbook) if view.runbook else None
    of = ", ".join(_source(source) for source in view.sources)
    note = kit.context(f"From {of}") if of else None
    return kit.rendered(clip(view.headline, HEAD), [kit.section(text, show), note])


def _source(source: Source) -> str:
    name = channel(source.channel_id) if source.channel_id else f"`{one_line(source.name, 120)}`"
    return f"{name} ({when(source.at)})" if source.at is not None else name


def needs_form(command: str, line: str, because: str = "") -> kit.Rendered:
    """A form cannot be opened by a message alone: the button opens it, with what was said."""
    full = f"{command} {line}".strip()
    button = kit.button("Open the form", ids.RUN_INSTEAD, full, "primary")
    text = f"`{one_line(full, 300)}` needs a little more."
    text += f" {one_line(because, 1500)}" if because else ""
    return kit.rendered(f"{full} needs a form.", [kit.section(text), kit.actions([button])])
