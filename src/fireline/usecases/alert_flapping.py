"""Alerts that come and go: they take their last message up again instead of a new one."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from functools import cached_property

from fireline.domain.slo.alerting.group import AlertGroup
from fireline.domain.slo.status import AlertKind, Episode
from fireline.usecases.attach_signal import signal_turned
from fireline.usecases.ports import Services, UnitOfWork
from fireline.usecases.signals import BURN

Subject = tuple[str, AlertKind]


class Flapping:
    """What flaps at one tick; the past is read when it is first asked for."""

    def __init__(self, s: Services, uow: UnitOfWork, at: datetime) -> None:
        self._s = s
        self._uow = uow
        self._at = at

    def group(self, episode: Episode) -> AlertGroup | None:
        """The message that a new episode goes on in, open again; None where it does not flap."""
        rules = self._s.policy.incidents.correlation.of(episode.slo)
        past = [e for e in self._past.get((episode.slo, episode.kind), ()) if e.id != episode.id]
        since = self._at - rules.flap_within
        times = [at for e in past for at in (e.opened_at, e.closed_at) if at and at >= since]
        changes = len(times) + 1
        if changes < rules.flap_transitions:
            return None
        group = next((self._uow.alerts.get(e.group_id) for e in past[-1:] if e.group_id), None)
        if group is None:
            return None
        if group.incident_id is not None:
            key = f"{BURN}:{group.id}"
            signal_turned(self._s, self._uow, group.incident_id, key, self._at, firing=True)
        return replace(group, closed_at=None, newest_at=self._at, flaps=changes)

    @cached_property
    def _past(self) -> Mapping[Subject, list[Episode]]:
        """Episodes of the last while by what they are about, oldest first."""
        rules = self._s.policy.incidents.correlation
        longest = max(r.flap_within for r in (rules.usual, *rules.alerts.values()))
        found: dict[Subject, list[Episode]] = defaultdict(list)
        for episode in self._uow.episodes.between(self._at - longest, self._at):
            found[episode.slo, episode.kind].append(episode)
        return found
