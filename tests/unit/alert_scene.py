"""Alerts on the real store, driven by statuses that are set by hand."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from fireline.domain.slo.alerting.group import AlertGroup
from fireline.domain.slo.definition import Slo
from fireline.domain.slo.status import (
    AlertKind,
    BudgetState,
    BurnSeverity,
    DataState,
    Episode,
    PairReading,
    SloStatus,
)
from fireline.usecases.alert_projection import alert
from fireline.usecases.alerting import Alerting, AlertReport, Judged
from fireline.usecases.ports import Services
from fireline.usecases.remind_alerts import remind_alerts
from fireline.usecases.views import AlertMessage
from tests.builders import a_slo, a_status, services
from tests.fakes import FakeClock, FakeDefinitions
from tests.store_fixture import RecordingStore

NOW = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)
EVER = timedelta(days=400)


def fires(severity: BurnSeverity) -> tuple[PairReading, ...]:
    return (PairReading(severity, 3600, 300, 14.4, 20.0, 20.0, firing=True),)


def calm() -> tuple[PairReading, ...]:
    return (PairReading(BurnSeverity.PAGE, 3600, 300, 14.4, 0.1, 0.1, firing=False),)


def status(slo: Slo, what: str, at: datetime) -> SloStatus:
    """An evaluation by the word for it."""
    fine = a_status(slo, 0.6, at=at, newest_sample=at, pairs=calm())
    risk = {"at_risk": True, "next_deadline": at + timedelta(minutes=30), "landed": False}
    blind = {"remaining": None, "budget_state": BudgetState.UNKNOWN, "pairs": ()}
    spent = {"remaining": -0.2, "budget_state": BudgetState.EXHAUSTED}
    gone = at - timedelta(minutes=6)
    changes: dict[str, dict[str, object]] = {
        "ok": {},
        "page": {"pairs": fires(BurnSeverity.PAGE)},
        "ticket": {"pairs": fires(BurnSeverity.TICKET)},
        "spent": spent,
        "spent page": {**spent, "pairs": fires(BurnSeverity.PAGE)},
        "spent of none": {"remaining": None, "budget_state": BudgetState.EXHAUSTED},
        "nearly spent": {"remaining": 0.01, "budget_state": BudgetState.AT_RISK},
        "stale": {"data_state": DataState.STALE, "newest_sample": gone},
        "no data": {"data_state": DataState.NO_DATA, "newest_sample": None, **blind},
        "error": {"data_state": DataState.QUERY_ERROR, "error": "Prometheus is down", **blind},
        "at risk": risk,
        "no traffic": {"data_state": DataState.NO_TRAFFIC},
        "provisional spent": {"data_state": DataState.PROVISIONAL, **spent},
    }
    return replace(fine, **changes[what])  # type: ignore[arg-type]  # by name


@dataclass
class AlertScene:
    """What the alerts of some SLOs become, tick by tick; `says` is the state of each SLO."""

    store: RecordingStore
    slos: list[Slo] = field(default_factory=lambda: [a_slo("orders")])
    policy: dict[str, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.definitions = FakeDefinitions({slo.name: slo for slo in self.slos})
        self.clock = FakeClock(NOW)
        self.s: Services = services(
            self.store, definitions=self.definitions, clock=self.clock, **self.policy
        )
        self.alerting = Alerting(self.s)

    def tick(self, says: str | dict[str, str], minutes: float = 0.5) -> AlertReport:
        """One evaluation, `minutes` after the one before."""
        at = self.clock.advance(minutes=minutes)
        judged = []
        for slo in self.definitions.slos.values():
            what = says if isinstance(says, str) else says.get(slo.name, "ok")
            judged.append(Judged(slo, status(slo, what, at), None))
        with self.store() as uow:
            uow.statuses.save([j.status for j in judged])
            report = self.alerting.apply(uow, judged, at)
            uow.commit()
        return report

    def ticks(self, says: str | dict[str, str], count: int, minutes: float = 0.5) -> None:
        for _ in range(count):
            self.tick(says, minutes)

    def remind(self) -> int:
        return remind_alerts(self.s, self.clock.now())

    def groups(self) -> list[AlertGroup]:
        with self.store() as uow:
            return uow.alerts.between(NOW - EVER, NOW + EVER)

    def group(self) -> AlertGroup:
        (only,) = self.groups()
        return only

    def episodes(self, *kinds: AlertKind) -> list[Episode]:
        with self.store() as uow:
            every = uow.episodes.between(NOW - EVER, NOW + EVER)
        return [e for e in every if not kinds or e.kind in kinds]

    def shown(self, group_id: str = "") -> AlertMessage:
        with self.store() as uow:
            found = alert(self.s, uow, group_id or self.group().id)
        assert found is not None
        return found

    def posts(self, kind: str = "alert") -> int:
        return sum(call.args[2] == kind for call in self.store.started("publish"))

    def audit(self) -> list[str]:
        with self.store() as uow:
            return [entry.action for entry in uow.audit.all()]


def of_dataset(names: Iterable[str], dataset: str = "raw_orders") -> list[Slo]:
    """SLOs of different services on one dataset."""
    return [a_slo(name, service=f"svc-{name}", datasets=(dataset, f"own_{name}")) for name in names]
