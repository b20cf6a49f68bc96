"""What a benchmark found, and the table that shows it."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TypeVar

from rich.console import Console
from rich.table import Table
from rich.text import Text

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table; `met` is None where nothing was promised."""

    work: str
    figure: str
    target: str = ""
    met: bool | None = None
    note: str = ""


class UnknownNameError(ValueError):
    """No benchmark has this name; the text lists those there are."""


def chosen(known: Mapping[str, T], names: Sequence[str]) -> dict[str, T]:
    """The benchmarks of these names, in their own order; all without names.

    Raises:
        UnknownNameError: a name is not known.
    """
    wrong = [name for name in names if name not in known]
    if wrong:
        raise UnknownNameError(f"No benchmark {', '.join(wrong)}; there are: {', '.join(known)}.")
    return {name: work for name, work in known.items() if not names or name in names}


def table(figures: Iterable[Figure], title: str) -> Table:
    """All figures with their targets."""
    made = Table(title=title, title_justify="left", show_lines=False)
    for heading in ("Work", "Figure", "Target", ""):
        made.add_column(heading, overflow="fold")
    for one in figures:
        work = Text(one.work)
        if one.note:
            work.append(f"\n{one.note}", style="dim")
        made.add_row(work, one.figure, one.target, _mark(one.met))
    return made


def as_json(figures: Iterable[Figure]) -> str:
    """The same for programs."""
    return json.dumps([asdict(one) for one in figures], indent=2, ensure_ascii=False)


def printed(figures: Sequence[Figure], title: str, console: Console) -> None:
    """Print the table."""
    console.print(table(figures, title))


def _mark(met: bool | None) -> str:  # noqa: FBT001 - it is the value shown
    return {True: "met", False: "MISSED", None: ""}[met]
