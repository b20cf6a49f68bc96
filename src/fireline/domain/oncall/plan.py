"""All rotations of a team, by the alias under which policies call them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from fireline.domain.oncall.rotation import Person, Rotation, Shift, edges, on_call

LOOK_AHEAD = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class PagerPlace:
    """Where PagerDuty knows who is on call: one of a schedule and an escalation policy, by id."""

    schedule: str = ""
    escalation_policy: str = ""


@dataclass(frozen=True, slots=True)
class OnCallPlan:
    """Rotations, people and places; `problems` are `file:line: message` of what was left out.

    One alias may have several rotations after one another, as when a team changes its rhythm.
    """

    rotations: tuple[Rotation, ...] = ()
    places: Mapping[str, PagerPlace] = field(default_factory=dict)
    problems: tuple[str, ...] = ()

    @property
    def aliases(self) -> tuple[str, ...]:
        """Everything that stands for somebody, in the order of the files."""
        return tuple(dict.fromkeys((*(r.alias for r in self.rotations), *self.places)))

    def at(self, alias: str, instant: datetime) -> Shift | None:
        """Who is on call under this alias at that instant."""
        shifts = (on_call(r, instant) for r in self.rotations if r.alias == alias)
        found = [shift for shift in shifts if shift is not None]
        standing_in = [shift for shift in found if shift.stands_in]
        return next(iter(standing_in or found), None)

    def next_change(
        self, alias: str, after: datetime, within: timedelta = LOOK_AHEAD
    ) -> tuple[datetime, Person | None] | None:
        """When the next other person takes over and who; None for nobody, or nothing changes."""
        now = self.at(alias, after)
        current = now.person if now is not None else None
        until = after + within
        every = {e for r in self.rotations if r.alias == alias for e in edges(r, after, until)}
        for edge in sorted(every):
            shift = self.at(alias, edge)
            person = shift.person if shift is not None else None
            if person != current:
                return edge, person
        return None

    def of_service(self, service: str) -> str | None:
        """The alias of those who look after this service's production."""
        wanted = service.casefold()
        named = (r for r in self.rotations if wanted in map(str.casefold, r.services))
        return next((r.alias for r in named), None)


def gaps(rotations: Iterable[Rotation]) -> list[tuple[Rotation, datetime, datetime | None]]:
    """Where an alias is left to nobody: a rotation, and the stretch after it.

    Without an end where no other rotation of that alias follows.
    """
    found = []
    by_alias: dict[str, list[Rotation]] = {}
    for rotation in rotations:
        by_alias.setdefault(rotation.alias, []).append(rotation)
    for own in by_alias.values():
        for rotation in own:
            if rotation.until is None or any(_covers(o, rotation.until) for o in own):
                continue
            later = [o.start for o in own if o.start > rotation.until]
            found.append((rotation, rotation.until, min(later, default=None)))
    return found


def _covers(rotation: Rotation, at: datetime) -> bool:
    return rotation.start <= at and (rotation.until is None or at < rotation.until)
