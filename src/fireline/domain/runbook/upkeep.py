"""What is wrong with a runbook that nobody looks after, and what people say of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from fireline.domain.runbook.runbook import Runbook

# How long a review holds where the runbook does not say.
REVIEW_DAYS = 180
UNFINISHED = ("TODO", "FIXME", "TBD")
FEW = 2


@dataclass(frozen=True, slots=True)
class Voice:
    """Whether it helped, as one person said on one day; the newest word of a day counts."""

    who: str
    on: date
    helped: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """What people say of a runbook: how many it helped, who reviewed it last outside its file."""

    helped: int = 0
    voices: int = 0
    reviewed_on: date | None = None
    reviewed_by: str = ""

    @property
    def mostly_wrong(self) -> bool:
        """Whether more people than not were let down, of at least two."""
        return self.voices >= FEW and self.helped * 2 < self.voices


def counted(voices: Iterable[Voice]) -> tuple[int, int]:
    """How many it helped, of how many."""
    newest: Mapping[tuple[str, date], bool] = {(v.who, v.on): v.helped for v in voices}
    return sum(newest.values()), len(newest)


def last_reviewed(book: Runbook, standing: Standing) -> date | None:
    """The newer of what the file says and what was told here."""
    known = [on for on in (book.last_reviewed, standing.reviewed_on) if on is not None]
    return max(known, default=None)


def days_over(book: Runbook, standing: Standing, today: date) -> int | None:
    """For how many days its review is due; negative before that, None when there never was one."""
    last = last_reviewed(book, standing)
    every = book.review_interval_days or REVIEW_DAYS
    return None if last is None else (today - last).days - every


def faults(book: Runbook, standing: Standing, today: date) -> tuple[str, ...]:
    """Why it may not be trusted, the weightiest first; none when all is well."""
    over = days_over(book, standing, today)
    every = book.review_interval_days or REVIEW_DAYS
    found = []
    if over is None:
        found.append("never reviewed")
    elif over > 0:
        found.append(f"review due for {over} day{'s' if over != 1 else ''}, every {every}")
    if standing.mostly_wrong:
        found.append(f"helped {standing.helped} of {standing.voices}")
    if not book.owner:
        found.append("nobody owns it")
    if not book.steps:
        found.append("no steps")
    if any(word in book.body for word in UNFINISHED):
        found.append("not finished: it says TODO")
    risky = [step.id for step in book.steps if step.dangerous and not step.undo]
    if risky:
        found.append(f"no way back from step {', '.join(risky[:3])}")
    return tuple(found)
