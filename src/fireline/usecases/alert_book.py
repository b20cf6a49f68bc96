"""The open episodes during one tick: what each SLO's become, saved and on record."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from fireline.domain.people import SYSTEM
from fireline.domain.policy.alert_rules import absent_after
from fireline.domain.slo.alerting.conditions import (
    MISSING,
    Holds,
    Pending,
    deadline_at_risk,
    exhausted,
    failing,
    missing,
    source_down,
    step,
    watched,
)
from fireline.domain.slo.alerting.group import SOURCE
from fireline.domain.slo.definition import CompositeSli, Family, Slo
from fireline.domain.slo.episode_steps import (
    RECENT,
    closed,
    escalated,
    gone_on,
    opened,
    recent_page,
)
from fireline.domain.slo.episodes import Step, decide
from fireline.domain.slo.exclusions import Exclusion
from fireline.domain.slo.reading import Reading
from fireline.domain.slo.status import (
    AlertKind,
    BudgetState,
    BurnSeverity,
    DataState,
    Episode,
    SloStatus,
)
from fireline.usecases.ports import Services, UnitOfWork

MISSING_KINDS = (AlertKind.ABSENT, AlertKind.STALE)
TELLING = (*MISSING, DataState.QUERY_ERROR)


@dataclass(frozen=True, slots=True)
class Judged:
    """One SLO at one tick; `read` gives all that is known of it, if the source could be asked.

    Thousands of SLOs may be judged at once: their readings are made when they are needed.
    `exclusions` are those of the reading.
    """

    slo: Slo
    status: SloStatus
    read: Callable[[], Reading] | None = None
    exclusions: tuple[Exclusion, ...] = ()

    @property
    def reading(self) -> Reading | None:
        """All that is known of it; None when the source could not be asked."""
        return self.read() if self.read is not None else None


class EpisodeBook:
    """Opens, grows and closes episodes within one transaction.

    `going` are the open ones; a new one among them is stored once it has its place (`settle`).
    `grown` became pages, `ended` closed.
    """

    def __init__(self, s: Services, uow: UnitOfWork, at: datetime) -> None:
        self._s = s
        self._uow = uow
        self._at = at
        self.going = {(e.slo, e.kind): e for e in uow.episodes.open()}
        self._pages = defaultdict(list)
        for past in uow.episodes.between(at - RECENT, at):
            if recent_page(past, at) and past.kind is AlertKind.BURN:
                self._pages[past.slo].append(past)
        self._pending = uow.alerts.pending()
        self._watched: dict[str, Pending] = {}
        self._new: set[str] = set()
        self._opened: list[Episode] = []
        self._changed: dict[str, Episode] = {}
        self._records: list[tuple[str, str, dict[str, object]]] = []
        self._busy = {slo for slo, _ in self.going} | self._pending.keys()
        self.grown: list[Episode] = []
        self.ended: list[Episode] = []

    def judge(self, one: Judged) -> None:
        """Every kind of alert of one SLO."""
        if one.slo.name not in self._busy and _calm(one.status):
            return
        self._burn(one)
        self._held(one, AlertKind.EXHAUSTED, exhausted(one.status))
        if one.slo.family is Family.DEADLINES:
            self._held(one, AlertKind.DEADLINE_AT_RISK, deadline_at_risk(one.status))
        if _asked_for(one.slo):
            self._telemetry(one)

    def judge_sources(self, judged: Sequence[Judged]) -> None:
        """One alert for each data source, however many SLOs cannot be asked for."""
        down = {
            source_subject(self._s, j.slo)
            for j in judged
            if j.status.data_state is DataState.QUERY_ERROR and _asked_for(j.slo)
        }
        open_ones = {name for name, kind in self.going if kind is AlertKind.SOURCE_DOWN}
        known = {name for name in self._pending if name.startswith(SOURCE)}
        for subject in sorted(down | open_ones | known):
            before = self._pending.get(subject)
            pending = failing(subject, before, self._at, failed=subject in down)
            if pending is not None:
                self._watched[subject] = pending
            episode = self.going.get((subject, AlertKind.SOURCE_DOWN))
            what = step(source_down(pending), episode)
            if what is Step.OPEN and pending is not None:
                self._begin(subject, AlertKind.SOURCE_DOWN, None, pending.since)
            elif what is Step.CLOSE and episode is not None:
                self._end(episode, None)

    def finish(self, judged: Sequence[Judged]) -> None:
        """Close what belongs to no SLO any more, and keep what is pending for the next tick."""
        known = {j.slo.name for j in judged}
        for episode in list(self.going.values()):
            if episode.slo not in known and episode.kind is not AlertKind.SOURCE_DOWN:
                self._end(episode, None)
        news = [p for name, p in self._watched.items() if self._pending.get(name) != p]
        if news:
            self._uow.alerts.keep_pending(news)
        gone = self._pending.keys() - self._watched.keys()
        if gone:
            self._uow.alerts.drop_pending(gone)

    def untold(self) -> list[Episode]:
        """Open ones that no message tells of: the new ones, and those of SLOs that were muted."""
        return [e for e in self.going.values() if e.group_id is None]

    def settle(self, episode: Episode, group_id: str | None) -> None:
        """Store an untold episode with its place; None while its SLO is muted."""
        placed = replace(episode, group_id=group_id)
        self.going[placed.slo, placed.kind] = placed
        if placed.id in self._new:
            self._opened.append(placed)
            self.record("alert.opened", placed)
        elif group_id is not None:
            self._kept(placed)
            self.record("alert.unmuted", placed)

    def is_new(self, episode: Episode) -> bool:
        """Whether it opened at this tick."""
        return episode.id in self._new

    def record(self, action: str, episode: Episode) -> None:
        """An entry of the audit trail."""
        detail: dict[str, object] = {
            "episode": episode.id,
            "alert": episode.group_id,
            "kind": episode.kind.value,
            "severity": episode.severity.value,
            "first_bad_at": episode.first_bad_at.isoformat(),
            "peak_burn": round(episode.peak_burn, 4),
            "spent": None if episode.spent is None else round(episode.spent, 6),
        }
        self._records.append((action, _subject(episode.slo), detail))

    def write(self) -> None:
        """Store what became of all episodes, few statements for many of them."""
        self._uow.episodes.add_all(self._opened)
        for episode in self._changed.values():
            self._uow.episodes.save(episode)
        self._uow.audit.extend(self._at, SYSTEM.id, self._records)

    def _burn(self, one: Judged) -> None:
        episode = self.going.get((one.slo.name, AlertKind.BURN))
        verdict = decide(one.status, episode, self._pages.get(one.slo.name, ()))
        if verdict.step is Step.OPEN and verdict.severity is not None:
            new = opened(
                one.status,
                one.reading,
                verdict.severity,
                episode_id=self._s.ids.sortable(),
                channel=self._channel(one.slo),
            )
            self._add(new)
        elif episode is None:
            return
        elif verdict.step is Step.CLOSE:
            self._end(episode, one.reading)
        elif verdict.step is Step.ESCALATE:
            page = self._kept(escalated(episode, one.status))
            self.record("alert.escalated", page)
            self.grown.append(page)
        elif verdict.step is Step.GO_ON:
            self._kept(gone_on(episode, one.status))

    def _held(self, one: Judged, kind: AlertKind, holds: Holds) -> None:
        """An alert that holds or does not."""
        episode = self.going.get((one.slo.name, kind))
        what = step(holds, episode)
        if what is Step.OPEN:
            self._begin(one.slo.name, kind, one.slo, self._at)
        elif what is Step.CLOSE and episode is not None:
            self._end(episode, None)

    def _telemetry(self, one: Judged) -> None:
        name, status = one.slo.name, one.status
        before, episode = self._pending.get(name), self._missing_open(name)
        if before is None and episode is None and status.data_state not in TELLING:
            return
        if status.data_state in MISSING and _in_maintenance(one, self._at):
            # That it would be gone was said beforehand; what it lacks after that counts anew.
            self._watched[name] = Pending(name, self._at, ticks=0)
            return
        pending = watched(status, before)
        if pending is not None:
            self._watched[name] = pending
        burns = (name, AlertKind.BURN) in self.going
        holds = missing(
            one.slo, status, pending, absent_after(one.slo, self._s.policy.pairs), burns=burns
        )
        what = step(holds, episode)
        if what is Step.OPEN and pending is not None:
            self._begin(name, MISSING[status.data_state], one.slo, pending.since)
        elif what is Step.CLOSE and episode is not None:
            self._end(episode, None)

    def _missing_open(self, name: str) -> Episode | None:
        found = (self.going.get((name, kind)) for kind in MISSING_KINDS)
        return next((e for e in found if e is not None), None)

    def _begin(self, subject: str, kind: AlertKind, slo: Slo | None, since: datetime) -> None:
        urgent = kind is AlertKind.DEADLINE_AT_RISK and slo is not None and slo.tier == 0
        new = Episode(
            id=self._s.ids.sortable(),
            slo=subject,
            severity=BurnSeverity.PAGE if urgent else BurnSeverity.TICKET,
            opened_at=self._at,
            channel=self._channel(slo),
            first_bad_at=since,
            last_firing_at=self._at,
            peak_burn=0.0,
            kind=kind,
        )
        self._add(new)

    def _add(self, new: Episode) -> None:
        self._new.add(new.id)
        self.going[new.slo, new.kind] = new

    def _end(self, episode: Episode, reading: Reading | None) -> None:
        """Close it with what it cost; without a reading that is not known."""
        done = closed(episode, reading, self._at)
        self._changed[done.id] = done
        self.record("alert.closed", done)
        del self.going[episode.slo, episode.kind]
        self.ended.append(done)

    def _kept(self, episode: Episode) -> Episode:
        self._changed[episode.id] = episode
        self.going[episode.slo, episode.kind] = episode
        return episode

    def _channel(self, slo: Slo | None) -> str:
        return (slo.channel if slo else None) or self._s.channels.alerts


def _in_maintenance(one: Judged, at: datetime) -> bool:
    """Whether somebody said that nothing is to be expected of it now."""
    epoch = at.timestamp()
    return any(e.start <= epoch < e.end for e in one.exclusions)


def _calm(status: SloStatus) -> bool:
    """Whether nothing in it can open an alert."""
    fine = status.data_state not in TELLING and status.budget_state is not BudgetState.EXHAUSTED
    return fine and not status.at_risk and not any(pair.firing for pair in status.pairs)


def _subject(name: str) -> str:
    """What an audit entry is about."""
    return name if name.startswith(SOURCE) else f"slo:{name}"


def _asked_for(slo: Slo) -> bool:
    """Whether a data source is asked for it; the parts of a composite tell what is missing."""
    return not isinstance(slo.sli, CompositeSli)


def source_subject(s: Services, slo: Slo | None) -> str:
    """What an alert about the SLO's data source is about."""
    return SOURCE + ((slo.data_source if slo else None) or s.data_source)
