"""From judged SLOs to alerts: episodes open, grow and close, and few messages tell of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from fireline.domain.slo.status import Episode, SloStatus
from fireline.usecases.alert_book import EpisodeBook, Judged
from fireline.usecases.alert_groups import GroupBook
from fireline.usecases.alert_messages import Rhythm, post_alert, shown
from fireline.usecases.declare_by_rule import declare_burning
from fireline.usecases.ports import Services, UnitOfWork

__all__ = ["AlertReport", "Alerting", "Judged"]


@dataclass(slots=True)
class AlertReport:
    """What became of the alerts at one tick; lists hold SLO names."""

    at: datetime
    opened: list[str] = field(default_factory=list)
    escalated: list[str] = field(default_factory=list)
    refreshed: list[str] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)


class Alerting:
    """Keeps the alerts of all SLOs; between ticks it only remembers what messages last said.

    Args:
        services: everything a use case may use.
    """

    def __init__(self, services: Services) -> None:
        self._s = services
        self._rhythm = Rhythm()

    def apply(self, uow: UnitOfWork, judged: Sequence[Judged], at: datetime) -> AlertReport:
        """Bring the alerts up to what was judged, within the caller's transaction."""
        book = EpisodeBook(self._s, uow, at)
        for one in judged:
            book.judge(one)
        book.judge_sources(judged)
        book.finish(judged)
        groups = GroupBook(self._s, uow, at, {one.slo.name: one.slo for one in judged})
        groups.update(book)
        new = [g for g in groups.now.values() if groups.asks_anew(g) and not groups.quiet(g)]
        declare_burning(self._s, uow, new)
        report = AlertReport(
            at,
            opened=_names(e for e in book.going.values() if book.is_new(e)),
            escalated=_names(book.grown),
            closed=_names(book.ended),
        )
        self._tell(uow, groups, {one.status.slo: one.status for one in judged}, report)
        for group_id in {e.group_id for e in book.ended if e.group_id} - groups.now.keys():
            group = uow.alerts.get(group_id)
            if group is not None:  # a mark beside a burn that was over before
                post_alert(self._s, uow, group)
        return report

    def _tell(
        self,
        uow: UnitOfWork,
        groups: GroupBook,
        statuses: dict[str, SloStatus],
        report: AlertReport,
    ) -> None:
        """Bring messages up to date: beginnings and ends at once, the rest in its rhythm."""
        for group in groups.now.values():
            going = groups.members.get(group.id, [])
            now = shown(report.at, going, statuses)
            if not group.open:
                self._rhythm.forget(group)
                post_alert(self._s, uow, group)
            elif groups.asks_anew(group):
                self._rhythm.said(group, now)
                post_alert(self._s, uow, group)
            elif not groups.quiet(group) and self._rhythm.due(group, now):
                post_alert(self._s, uow, group)
                report.refreshed += _names(going)


def _names(episodes: Iterable[Episode]) -> list[str]:
    """Each SLO once."""
    return list(dict.fromkeys(e.slo for e in episodes))
