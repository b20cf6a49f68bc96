"""The words an incident is told with: types, harms, roles of datasets, methods, kinds."""

from enum import StrEnum


class IncidentType(StrEnum):
    """What kind of trouble it is; one incident may be several."""

    FRESHNESS = "freshness"
    VOLUME = "volume"
    SCHEMA = "schema"
    DISTRIBUTION = "distribution"
    QUALITY = "quality"
    DUPLICATION = "duplication"
    ACCESS_EXPOSURE = "access_exposure"
    COST = "cost"
    AVAILABILITY = "availability"


class Harm(StrEnum):
    """What is wrong with a dataset."""

    LATE = "late"
    MISSING = "missing"
    WRONG = "wrong"
    DUPLICATED = "duplicated"
    EXPOSED = "exposed"


class DatasetRole(StrEnum):
    """Whether the trouble began at the dataset or reached it."""

    ROOT = "root"
    IMPACTED = "impacted"


class DetectedBy(StrEnum):
    """Who noticed first."""

    ALERT = "alert"
    CONSUMER = "consumer"
    CHANCE = "chance"


class Answer(StrEnum):
    """An answer that has to be given; not knowing is one."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class RepairMethod(StrEnum):
    """How damaged data is put right."""

    BACKFILL = "backfill"
    REPLAY = "replay"
    RESTORE_SNAPSHOT = "restore_snapshot"
    CORRECTION = "correction"
    RECOMPUTE = "recompute"
    WITHDRAW = "withdraw"


class UnitStatus(StrEnum):
    """Where a repair unit stands."""

    PLANNED = "planned"
    RUNNING = "running"
    DONE = "done"
    VERIFIED = "verified"
    WAIVED = "waived"
    FAILED = "failed"

    @property
    def settled(self) -> bool:
        """Whether nothing is left to do for it."""
        return self in {UnitStatus.VERIFIED, UnitStatus.WAIVED}


class NoticeKind(StrEnum):
    """What consumers are told."""

    DO_NOT_USE = "do_not_use"
    CORRECTION = "correction"
    ALL_CLEAR = "all_clear"


class DecisionKind(StrEnum):
    """Decisions that mean something to the rules; all others are `other`."""

    OTHER = "other"
    ROLLBACK = "rollback"
    FIX_FORWARD = "fix_forward"
    THROTTLE = "throttle"
    TEMPORARY_ACCESS = "temporary_access"
    FREEZE_EXCEPTION = "freeze_exception"
    NO_DATA_DAMAGED = "no_data_damaged"
    WAIVE = "waive"
    OVERRIDE = "override"

    @property
    def revocable(self) -> bool:
        """Whether it has to be taken back before the incident may close."""
        return self in {DecisionKind.TEMPORARY_ACCESS, DecisionKind.FREEZE_EXCEPTION}


class AccessState(StrEnum):
    """Where a person's wish to read a restricted incident stands."""

    ASKED = "asked"
    GRANTED = "granted"
    DENIED = "denied"
