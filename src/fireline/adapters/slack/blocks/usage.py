"""Help: all verbs of a command by chapter, and one verb with its form and an example."""

from collections.abc import Mapping, Sequence

from fireline.adapters.slack import ids
from fireline.adapters.slack.blocks import kit
from fireline.adapters.slack.blocks.markup import clip

# Title, and the verbs with what each does.
ChapterOf = tuple[str, Mapping[str, str]]


def overview(command: str, bare: str, chapters: Sequence[ChapterOf]) -> kit.Rendered:
    """Every verb, by chapter; a list tells of each what it does."""
    head = f"*{command}*" + (f" alone: {bare}." if bare else "")
    shown = [
        kit.section(f"*{title}*\n" + " ".join(f"`{verb}`" for verb in verbs))
        for title, verbs in chapters
    ]
    note = f"`{command} help VERB` shows its form and an example. What is left out is asked for."
    row = kit.actions([_menu(command, chapters)])
    return kit.rendered(f"Help for {command}", [kit.section(head), *shown, row, kit.context(note)])


def _menu(command: str, chapters: Sequence[ChapterOf]) -> kit.Block:
    return {
        "type": "static_select",
        "action_id": ids.RUN_INSTEAD,
        "placeholder": kit.plain("What does it do?", 150),
        "option_groups": [
            {
                "label": kit.plain(title, 75),
                "options": [
                    kit.option(verb, f"{command} help {verb}", about)
                    for verb, about in verbs.items()
                ],
            }
            for title, verbs in chapters
        ],
    }


def of_verb(
    command: str, verb: str, forms: Mapping[str, str], example: str, form: str, no_form: str
) -> kit.Rendered:
    """One verb: how it is written, a line to copy, and its form; `form` is the button's value."""
    lines = [f"`{command} {written}`\n{_sentence(about)}" for written, about in forms.items()]
    text = "\n".join(lines) or f"`{command} {verb}`"
    button = kit.button("Open the form", ids.HELP_FORM, form) if form else None
    return kit.rendered(
        f"{command} {verb}: {next(iter(forms.values()), '')}",
        [
            kit.section(text),
            kit.section(f"For example\n`{command} {example}`"),
            kit.actions([button]) if button else None,
            kit.context(f"It has no form: {no_form}.") if no_form else None,
        ],
    )


def _sentence(about: str) -> str:
    text = clip(about, 600)
    return text[:1].upper() + text[1:]
