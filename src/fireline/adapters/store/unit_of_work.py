"""One transaction over all repositories."""

from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from sqlalchemy import Engine
from sqlmodel import Session

from fireline.adapters.store.alertmanager import SqlExternalGroups, SqlSilences
from fireline.adapters.store.alerts import SqlAlerts, SqlMutes
from fireline.adapters.store.books import SqlBooks
from fireline.adapters.store.chains import SqlAudit, SqlTimeline
from fireline.adapters.store.changes import SqlChanges
from fireline.adapters.store.incidents import (
    SqlActions,
    SqlIncidents,
    SqlPostmortems,
    SqlReviews,
)
from fireline.adapters.store.ledger import SqlLedger
from fireline.adapters.store.ledger_keeping import SqlLedgerKeeping
from fireline.adapters.store.ledger_tail import Slots, Tail
from fireline.adapters.store.lineage import KeptGraph, SqlLineages
from fireline.adapters.store.policy import SqlDefinitionsInForce, SqlWaivers
from fireline.adapters.store.slack_records import (
    SqlInbox,
    SqlKeptFiles,
    SqlMessages,
    SqlRawMessages,
)
from fireline.adapters.store.transaction import Transaction
from fireline.adapters.store.watching import Remembered, SqlEpisodes, SqlStatuses
from fireline.domain.lineage.beside import Beside
from fireline.usecases import capture_ports, change_ports, lineage_ports, policy_ports, ports
from fireline.usecases.ports import FlowCall

Enqueue = Callable[[Session, FlowCall], None]


@dataclass(frozen=True, slots=True)
class Shared:
    """What all units of work of one store remember together."""

    remembered: Remembered = field(default_factory=Remembered)
    slots: Slots = field(default_factory=Slots)
    lineage: KeptGraph = field(default_factory=KeptGraph)
    beside: Callable[[], Beside] = Beside


class SqlUnitOfWork:
    """Implements `ports.UnitOfWork`; leaving the block without `commit` rolls everything back."""

    ledger: ports.Ledger
    ledger_keeping: ports.LedgerKeeping
    books: ports.Books
    statuses: ports.Statuses
    episodes: ports.Episodes
    alerts: ports.Alerts
    mutes: ports.Mutes
    incidents: ports.Incidents
    timeline: ports.Timeline
    audit: ports.Audit
    messages: ports.Messages
    raw_messages: capture_ports.RawMessages
    kept_files: capture_ports.KeptFiles
    inbox: ports.Inbox
    postmortems: ports.Postmortems
    actions: ports.Actions
    reviews: ports.Reviews
    waivers: policy_ports.Waivers
    in_force: policy_ports.DefinitionsInForce
    external_groups: ports.ExternalGroups
    silences: ports.SilenceRequests
    lineages: lineage_ports.Lineages
    changes: change_ports.Changes

    def __init__(
        self,
        engine: Engine,
        enqueue: Enqueue,
        shared: "Shared | None" = None,
    ) -> None:
        self._engine = engine
        self._enqueue = enqueue
        self._shared = shared or Shared()

    def __enter__(self) -> Self:
        self._session = Session(self._engine, expire_on_commit=False)
        tx = Transaction(self._session)
        self._tx = tx
        self._tail = Tail(tx, self._shared.slots)
        self._ledger = SqlLedger(tx, self._tail)
        self.ledger = self._ledger
        self.ledger_keeping = SqlLedgerKeeping(tx, self._ledger, self._tail)
        self.books = SqlBooks(tx)
        self._statuses = SqlStatuses(tx, self._shared.remembered)
        self.statuses = self._statuses
        self.episodes = SqlEpisodes(tx)
        self.alerts = SqlAlerts(tx)
        self.mutes = SqlMutes(tx)
        self.incidents = SqlIncidents(tx)
        self.timeline = SqlTimeline(tx)
        self.audit = SqlAudit(tx)
        self.messages = SqlMessages(tx)
        self.raw_messages = SqlRawMessages(tx)
        self.kept_files = SqlKeptFiles(tx)
        self.inbox = SqlInbox(tx)
        self.postmortems = SqlPostmortems(tx)
        self.actions = SqlActions(tx)
        self.reviews = SqlReviews(tx)
        self.waivers = SqlWaivers(tx)
        self.in_force = SqlDefinitionsInForce(tx)
        self.external_groups = SqlExternalGroups(tx)
        self.silences = SqlSilences(tx)
        self.lineages = SqlLineages(tx, self._shared.lineage, self._shared.beside)
        self.changes = SqlChanges(tx)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._session.close()

    def lock(self) -> None:
        """Be the only writer until the transaction ends."""
        self._tx.lock()

    def start(self, call: FlowCall) -> None:
        """Enqueue a flow in this same transaction."""
        self._tx.lock()
        self._enqueue(self._session, call)

    def commit(self) -> None:
        """Make everything true at once; the block may go on with a new transaction."""
        self._ledger.flush()
        self._statuses.flush()
        self._session.commit()
        self._tx.released()
        self._tail.committed()
        self._statuses.committed()


class SqlStore:
    """Implements `ports.Store`.

    Args:
        engine: from `open_engine`, shared with the durable flows.
        enqueue: writes a flow call into the transaction of the session it is given.
        beside: what git says of lineages besides what is told.
    """

    def __init__(
        self, engine: Engine, enqueue: Enqueue, beside: Callable[[], Beside] = Beside
    ) -> None:
        self._engine = engine
        self._enqueue = enqueue
        self._shared = Shared(beside=beside)

    def __call__(self) -> SqlUnitOfWork:
        """A unit of work to enter with `with`."""
        return SqlUnitOfWork(self._engine, self._enqueue, self._shared)
