"""Short private answers: sentences, errors, help, the nearest verb."""

from fireline.adapters.slack import ids
from fireline.adapters.slack.blocks import kit
from fireline.adapters.slack.blocks.markup import MENTION, clip, esc, named, one_line, user
from fireline.usecases.views import FileMessage, Notice

HOW_TO_ASK = (
    "Ask me plainly, such as \u201cwhat is burning?\u201d, \u201cis raw_orders safe to use?\u201d"
    " or \u201crunbook for consumer lag\u201d. Commands work too, with or without their slash:"
    " `/slo` shows what burns, `/incident` what is open, `/runbook WORDS` what to do. Something"
    " wrong? `/incident declare WORDS`."
)


def notice(view: Notice) -> kit.Rendered:
    """A sentence."""
    return kit.rendered(view.text, [kit.section(esc(clip(view.text, 2400)))])


def file_comment(view: FileMessage) -> kit.Rendered:
    """The words beside a document."""
    return kit.rendered(view.comment, [kit.section(esc(clip(view.comment, 2400)))])


def said(markup: str, plain: str) -> kit.Rendered:
    """A sentence with links in it; `plain` says the same without them."""
    return kit.rendered(plain, [kit.section(markup)])


def told(text: str) -> kit.Rendered:
    """What was done, or why it was not and what to do; foreign words in it stay words."""
    return kit.rendered(text, [kit.section(f":information_source: {named(clip(text, 2400))}")])


def done(ref: str, what: str) -> kit.Rendered:
    """What was done to the incident `ref`, in a few words."""
    return told(f"{ref}: {what}.")


def fault(error_id: str) -> kit.Rendered:
    """What a person sees when the fault is ours."""
    text = (
        f"Something went wrong on our side (id {error_id}). Nothing that was recorded before is"
        " lost. Try again; if it stays, give this id to whoever runs Fireline."
    )
    return kit.rendered(text, [kit.section(f":warning: {text}")])


def unknown_verb(command: str, line: str, verb: str, meant: str | None) -> kit.Rendered:
    """An unknown verb, with the nearest one as a button that keeps the text."""
    said = f"`{one_line(command, 40)} {one_line(verb, 60)}` is not something I know."
    if meant is None:
        text = f"{said} `{one_line(command, 40)} help` shows what is."
        return kit.rendered(f"{command} {clip(verb, 60)} is not known.", [kit.section(text)])
    rest = line.strip()[len(verb) :].strip()
    full = f"{meant} {rest}".strip()
    row = kit.actions([kit.button(f"Run {command} {meant}", ids.RUN_INSTEAD, f"{command} {full}")])
    # In code Slack shows a mention as the bare id: those who are named stand after it.
    shown = one_line(MENTION.sub("@…", f"{command} {full}"), 600)
    people = " ".join(user(found[1]) for found in MENTION.finditer(full))
    text = f"{said} Did you mean `{shown}`" + (f" with {people}?" if people else "?")
    return kit.rendered(f"Did you mean {command} {meant}?", [kit.section(text), row])
