"""The alerts during one tick: which episode joins which message, which grow, which are over."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from fireline.domain.people import SYSTEM
from fireline.domain.policy.alert_steps import ESCALATED, MESSAGE, first_notified, step_key
from fireline.domain.slo.alerting.group import (
    FAMILY,
    SOURCE,
    AlertGroup,
    Family,
    grown,
    keys_of,
    over,
)
from fireline.domain.slo.alerting.grouping import Newcomer, place
from fireline.domain.slo.definition import Slo
from fireline.domain.slo.status import AlertKind, BurnSeverity, Episode
from fireline.usecases.alert_attachment import alert_over, attach, follow_incident
from fireline.usecases.alert_book import EpisodeBook, source_subject
from fireline.usecases.alert_flapping import Flapping
from fireline.usecases.alert_lineage import Upstreams
from fireline.usecases.alert_messages import post_step
from fireline.usecases.ports import AlertStep, Services, UnitOfWork
from fireline.usecases.who_is_on_call import mentioned

LEAST_TIER = 2


class GroupBook:
    """The open alerts within one transaction; `now` also holds those that ended in it."""

    def __init__(self, s: Services, uow: UnitOfWork, at: datetime, slos: Mapping[str, Slo]) -> None:
        self._s = s
        self._uow = uow
        self._at = at
        self._slos = slos
        self.now = {group.id: group for group in uow.alerts.open()}
        self._before = dict(self.now)
        self._muted = uow.mutes.active(at).keys()
        self.members: Mapping[str, list[Episode]] = {}

    def update(self, book: EpisodeBook) -> None:
        """Bring the alerts up to the episodes, and save what changed."""
        self._place(book)
        book.write()
        for page in book.grown:
            group = self.now.get(page.group_id or "")
            if group is not None and page.slo not in self._muted:
                self.now[group.id] = grown(group, page.severity, self._at)
        self.members = _by_group(book)
        for group in list(self.now.values()):
            if over(group, self.members.get(group.id, ())):
                self.now[group.id] = replace(group, closed_at=self._at)
                alert_over(self._s, self._uow, group, self._at)
        for group in self.now.values():
            if group != self._before.get(group.id):
                self._uow.alerts.save(group)
            if self.asks_anew(group):
                self._notify(group)

    def asks_anew(self, group: AlertGroup) -> bool:
        """Whether it is new, or a ticket that became a page."""
        before = self._before.get(group.id)
        return before is None or before.rounds != group.rounds

    def quiet(self, group: AlertGroup) -> bool:
        """Whether nothing is to be said of it now: somebody asked for that."""
        going = self.members.get(group.id, ())
        return group.snoozed(self._at) or all(e.slo in self._muted for e in going)

    def _place(self, book: EpisodeBook) -> None:
        """Give every untold episode its message; what is muted waits without one."""
        marks, newcomers = [], []
        troubled = (self._slos[e.slo] for e in book.going.values() if e.slo in self._slos)
        upstreams = Upstreams(self._uow, troubled)
        flapping = Flapping(self._s, self._uow, self._at)
        for episode in book.untold():
            if episode.slo in self._muted:
                book.settle(episode, None)
            elif (again := flapping.group(episode)) is not None:
                self.now[again.id] = again
                book.settle(episode, again.id)
            elif _beside_burn(episode, book):
                marks.append(episode)
            else:
                newcomers.append(self._newcomer(episode, upstreams))
        placed = place(
            newcomers, self.now.values(), self._at, self._s.policy.alerts.grouping_window
        )
        self.now |= {group.id: group for group in placed.groups}
        joined = defaultdict(list)
        for newcomer in newcomers:
            group_id = placed.members[newcomer.episode.id]
            book.settle(newcomer.episode, group_id)
            joined[group_id].append(newcomer.episode.slo)
        for group_id, names in joined.items():
            self._correlate(group_id, names)
            attach(self._s, self._uow, self.now[group_id], names, self._at)
        for mark in marks:
            book.settle(mark, book.going[mark.slo, AlertKind.BURN].group_id)

    def _correlate(self, group_id: str, names: list[str]) -> None:
        """An alert that follows an incident belongs to it from its first moment."""
        group = self.now[group_id]
        if group.incident_id is None and group.id not in self._before:
            self.now[group_id] = follow_incident(self._s, self._uow, group, names, self._at)

    def _newcomer(self, episode: Episode, upstreams: Upstreams) -> Newcomer:
        slo = self._slos.get(episode.slo)
        source = episode.slo if episode.slo.startswith(SOURCE) else source_subject(self._s, slo)
        keys = keys_of(slo, episode.kind, source)
        if slo is not None and FAMILY[episode.kind] is Family.BUDGET:
            keys = tuple(dict.fromkeys((*keys, *upstreams.keys(slo))))
        return Newcomer(episode, slo.tier if slo else LEAST_TIER, keys)

    def _notify(self, group: AlertGroup) -> None:
        """Record whom a page mentions; one that was a ticket says so in its thread."""
        if group.severity is not BurnSeverity.PAGE or not group.open:
            return
        told = mentioned(self._s, first_notified(group, self._s.policy.alerts), self._at)
        name = ESCALATED if group.rounds else MESSAGE
        key = step_key(group, name)
        if not self._uow.alerts.take(AlertStep(group.id, key, self._at, told)):
            return
        detail = {"alert": group.id, "step": key, "notified": list(told)}
        self._uow.audit.append(self._at, SYSTEM.id, "alert.notified", f"alert:{group.id}", detail)
        if name == ESCALATED:
            post_step(self._s, self._uow, group, key)


def _beside_burn(episode: Episode, book: EpisodeBook) -> bool:
    """A spent budget is a mark beside the burn that spent it, not an alert of its own."""
    burn = book.going.get((episode.slo, AlertKind.BURN))
    return episode.kind is AlertKind.EXHAUSTED and burn is not None


def _by_group(book: EpisodeBook) -> Mapping[str, list[Episode]]:
    found: dict[str, list[Episode]] = defaultdict(list)
    for episode in book.going.values():
        if episode.group_id is not None:
            found[episode.group_id].append(episode)
    return found
