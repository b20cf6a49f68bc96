"""The raw budget beside the adjusted one, wherever maintenance was taken out of it."""

from fireline.adapters.slack.blocks.markup import budget_left
from fireline.usecases.views import SloLine


def raw_words(line: SloLine) -> str:
    """` (raw: overspent by 25 %)` after the adjusted figure; nothing without maintenance."""
    if line.raw_remaining is None or line.remaining is None:
        return ""
    return f" (raw: {budget_left(line.raw_remaining)})"


def mark(line: SloLine) -> str:
    """What a list shows behind such a figure."""
    return " \u00b7 :construction: maintenance taken out" if raw_words(line) else ""
