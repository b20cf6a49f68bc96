"""What an incident knows of its data: what is bad, its repair, checks, and who was told."""

from dataclasses import dataclass
from datetime import datetime

from fireline.domain.incident.kinds import (
    DatasetRole,
    Harm,
    NoticeKind,
    RepairMethod,
    UnitStatus,
)


@dataclass(frozen=True, slots=True)
class BadWindow:
    """Event time of the damaged data, which is not the incident's own time."""

    start: datetime
    end: datetime
    estimate: bool = False


@dataclass(frozen=True, slots=True)
class AffectedDataset:
    """A dataset by its canonical key, such as `demo.main.raw_orders`; `why` says how it got in.

    `tier` is the one it had when service was restored. A `quarantined` one is kept from its
    consumers.
    """

    key: str
    role: DatasetRole = DatasetRole.ROOT
    harms: tuple[Harm, ...] = ()
    why: str = ""
    tier: int | None = None
    quarantined: bool = False


@dataclass(frozen=True, slots=True)
class RepairUnit:
    """One stretch of one dataset that is repaired and verified.

    `order` counts from 1, parents before what is made of them; 0 where lineage knows nothing.
    `load` is what the work may take. Where running twice does not give the same (`idempotent` is
    false), `duplicates` says how they were looked for.
    """

    number: int
    dataset: str
    window: str
    method: RepairMethod = RepairMethod.BACKFILL
    status: UnitStatus = UnitStatus.PLANNED
    owner: str | None = None
    eta: datetime | None = None
    rows_expected: float | None = None
    rows_actual: float | None = None
    tolerance: float = 0.0
    idempotent: bool | None = None
    note: str = ""
    waived_because: str = ""
    updated_at: datetime | None = None
    order: int = 0
    load: str = ""
    duplicates: str = ""

    @property
    def reconciled(self) -> bool:
        """Whether the row counts agree within the tolerance; true where none are known."""
        if self.rows_expected is None or self.rows_actual is None:
            return True
        return abs(self.rows_actual - self.rows_expected) <= self.tolerance


@dataclass(frozen=True, slots=True)
class Check:
    """One verification; `green_since` begins the unbroken stretch in which it passed.

    `known` is false when nothing could be seen, which is red but says nothing of the data.
    """

    name: str
    kind: str
    green: bool
    detail: str
    at: datetime
    green_since: datetime | None = None
    known: bool = True


@dataclass(frozen=True, slots=True)
class Notice:
    """What one consumer was told; a later kind replaces the earlier one in the same message.

    `channel` is where it was said; empty when the consumer has none of its own. `used_by` is its
    class, and `advice` what such consumers are to do.
    """

    consumer: str
    kind: NoticeKind
    sent_at: datetime
    sent_by: str
    owner: str | None = None
    tier: int = 2
    channel: str = ""
    text: str = ""
    warned_at: datetime | None = None
    corrected_at: datetime | None = None
    cleared_at: datetime | None = None
    confirmed_at: datetime | None = None
    confirmed_by: str | None = None
    waived_because: str = ""
    used_by: str = ""
    advice: str = ""


@dataclass(frozen=True, slots=True)
class RunWatch:
    """A run that touched the incident's data, and how often it turned bad or good since."""

    id: str
    flips: int
