"""The accept step: who may judge a timeline, which entries wait, which of them count."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from fireline.domain.errors import ForbiddenError, InvalidInputError, NotFoundError
from fireline.domain.incident.incident import Incident, Role
from fireline.domain.incident.timeline import Review, TimelineEntry
from fireline.domain.incident.timeline_text import current
from fireline.domain.people import Actor

JUDGES = (Role.SCRIBE, Role.COMMANDER)


@dataclass(frozen=True, slots=True)
class Standing:
    """How many entries of a timeline stand where."""

    pending: int
    accepted: int
    hidden: int


def check_judge(incident: Incident, actor: Actor) -> None:
    """Refuse whoever is neither scribe nor commander; while nobody is either, all may.

    Raises:
        ForbiddenError: says who may, and how to become it.
    """
    holders = {role: incident.roles[role] for role in JUDGES if role in incident.roles}
    if not holders or actor.id in holders.values():
        return
    named = " or ".join(f"the {role.value} (<@{who}>)" for role, who in holders.items())
    raise ForbiddenError(
        f"The timeline of {incident.ref} is accepted, corrected and hidden by {named}."
        " To do it yourself, write `/incident claim scribe`."
    )


def waiting(entries: Iterable[TimelineEntry]) -> list[TimelineEntry]:
    """Entries that nobody has judged, by time."""
    return [e for e in current(entries) if e.review is Review.PENDING]


def standing(entries: Iterable[TimelineEntry]) -> Standing:
    """The numbers by state, of newest versions."""
    reviews = [entry.review for entry in current(entries)]
    hidden = reviews.count(Review.HIDDEN)
    pending = reviews.count(Review.PENDING)
    return Standing(pending, len(reviews) - hidden - pending, hidden)


def chosen(entries: Iterable[TimelineEntry], wanted: Collection[int]) -> list[TimelineEntry]:
    """The newest versions with these numbers.

    Raises:
        NotFoundError: one of them is not on the timeline, or there is a newer version.
    """
    by_seq = {entry.seq: entry for entry in current(entries)}
    for seq in wanted:
        if seq not in by_seq:
            raise NotFoundError(
                f"Entry {seq} is not on the timeline any more: it was corrected, edited or taken"
                " back meanwhile. `/incident timeline` shows what is."
            )
    return [by_seq[seq] for seq in wanted]


def check_words(text: str, what: str, field: str) -> str:
    """The words on one line.

    Raises:
        InvalidInputError: there are none.
    """
    words = " ".join(text.split())
    if not words:
        raise InvalidInputError(f"Say {what}.", field)
    return words
