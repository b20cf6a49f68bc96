"""Why a runbook is thought to fit, in a reader's words."""

from fireline.adapters.slack.blocks.markup import one_line
from fireline.domain.runbook.runbook import RunbookHit

STARTS = {
    "title: ": "its title says {}",
    "section: ": "its section says {}",
    "alias: ": "{}",
    "spelling: ": "read {}",
}


def why_it_fits(hit: RunbookHit) -> str:
    """The reasons of the search without its shorthand, such as `late -> delay`."""
    return one_line("; ".join(_reason(one) for one in hit.why.split("; ")), 200)


def _reason(reason: str) -> str:
    if reason == "text":
        return "found in its text"
    for start, words in STARTS.items():
        if reason.startswith(start):
            said, _, meant = reason.removeprefix(start).partition("\u2192")
            pair = (
                f"\u201c{said}\u201d as \u201c{meant}\u201d" if said else f"as \u201c{meant}\u201d"
            )
            return words.format(pair if meant else said)
    return reason
