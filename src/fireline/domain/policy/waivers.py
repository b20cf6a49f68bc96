"""What people ask the budget rules to overlook: one asks, another one agrees, and it ends.

An exclusion takes a stretch of time out of an SLO's budget; an exception lets changes to a service
pass. Both count only once somebody else than the asker agreed.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from fireline.domain.errors import ForbiddenError, InvalidInputError
from fireline.domain.people import Actor
from fireline.domain.policy.consequences import BudgetException
from fireline.domain.slo.definition import SourceRef
from fireline.domain.slo.exclusions import ExclusionEffect
from fireline.domain.slo.maintenance import Maintenance, Once, Scope

LONGEST = timedelta(days=31)
LONGEST_AGO = timedelta(days=92)
LONGEST_AHEAD = timedelta(days=366)
LONGEST_REASON = 500
NOTICE = timedelta(hours=1)


class WaiverKind(StrEnum):
    """What is overlooked."""

    EXCLUSION = "exclusion"
    EXCEPTION = "exception"


class WaiverState(StrEnum):
    """How far it got; only approved ones count, and ended ones up to their end."""

    ASKED = "asked"
    APPROVED = "approved"
    REFUSED = "refused"
    ENDED = "ended"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Waiver:
    """One request. `subject` is an SLO's name for an exclusion, a service for an exception."""

    id: int
    kind: WaiverKind
    subject: str
    start: datetime
    end: datetime
    reason: str
    asked_by: str
    asked_by_name: str
    asked_at: datetime
    approver: str
    approver_name: str
    effect: ExclusionEffect = ExclusionEffect.EXCLUDE
    state: WaiverState = WaiverState.ASKED
    decided_at: datetime | None = None
    ended_at: datetime | None = None
    ended_by: str | None = None
    reminded_at: datetime | None = None

    @property
    def ref(self) -> str:
        """How people name it, such as `MW-3` (maintenance window) or `EXC-4`."""
        return f"{'MW' if self.kind is WaiverKind.EXCLUSION else 'EXC'}-{self.id}"

    @property
    def after_the_fact(self) -> bool:
        """Whether the time it is about had begun when it was asked for."""
        return self.kind is WaiverKind.EXCLUSION and self.asked_at > self.start

    @property
    def counts(self) -> bool:
        """Whether it was agreed to and not taken back since."""
        return self.state in (WaiverState.APPROVED, WaiverState.ENDED)

    @property
    def until(self) -> datetime:
        """When it ends, or did."""
        ended = self.ended_at if self.state is WaiverState.ENDED else None
        return min(self.end, ended) if ended is not None else self.end

    def open(self, now: datetime) -> bool:
        """Whether something about it is still to come."""
        running = self.state is WaiverState.APPROVED and self.end > now
        return self.state is WaiverState.ASKED or running


def check_asked(waiver: Waiver) -> Waiver:
    """The request, if it may be made.

    Raises:
        InvalidInputError: it names nobody else, has no reason, or its times make no sense.
    """
    now, length = waiver.asked_at, waiver.end - waiver.start
    if waiver.approver == waiver.asked_by:
        message = "Somebody else than you must agree: name another approver."
        raise InvalidInputError(message, "approver")
    if not waiver.reason.strip() or len(waiver.reason) > LONGEST_REASON:
        message = f"Say why, in at most {LONGEST_REASON} characters."
        raise InvalidInputError(message, "reason")
    last = "until" if waiver.kind is WaiverKind.EXCEPTION else "to"
    if length <= timedelta(0):
        raise InvalidInputError("It ends before it begins; correct one of the times.", last)
    if length > LONGEST:
        message = f"That is more than {LONGEST.days} days; ask for a shorter time."
        raise InvalidInputError(message, last)
    if waiver.start < now - LONGEST_AGO or waiver.end > now + LONGEST_AHEAD:
        message = f"Name a time between {LONGEST_AGO.days} days ago and a year from now."
        raise InvalidInputError(message, "from")
    return waiver


def decided(waiver: Waiver, by: Actor, at: datetime, *, approve: bool) -> Waiver:
    """The request after its approver's answer.

    Raises:
        ForbiddenError: somebody else answers.
        InvalidInputError: it was answered or taken back already, or is over.
    """
    if by.id != waiver.approver:
        raise ForbiddenError(f"Only {waiver.approver_name} was asked to decide on {waiver.ref}.")
    if waiver.state is not WaiverState.ASKED:
        raise InvalidInputError(f"{waiver.ref} is {waiver.state.value} already.")
    if approve and waiver.kind is WaiverKind.EXCEPTION and waiver.end <= at:
        raise InvalidInputError(f"{waiver.ref} would have ended by now; ask for a new one.")
    state = WaiverState.APPROVED if approve else WaiverState.REFUSED
    return replace(waiver, state=state, decided_at=at)


def ended(waiver: Waiver, by: Actor, at: datetime) -> Waiver:
    """It ends now; what was before stays as it is.

    Raises:
        InvalidInputError: it is not running.
    """
    running = waiver.state is WaiverState.APPROVED and waiver.start < at < waiver.end
    if not running:
        message = f"{waiver.ref} is not running. Withdraw it if it should not count at all."
        raise InvalidInputError(message)
    return replace(waiver, state=WaiverState.ENDED, ended_at=at, ended_by=by.id)


def withdrawn(waiver: Waiver, by: Actor, at: datetime) -> Waiver:
    """It counts no more, also for what was before.

    Raises:
        InvalidInputError: it does not count anyway.
    """
    if waiver.state not in (WaiverState.ASKED, WaiverState.APPROVED, WaiverState.ENDED):
        raise InvalidInputError(f"{waiver.ref} is {waiver.state.value}; it does not count.")
    return replace(waiver, state=WaiverState.WITHDRAWN, ended_at=at, ended_by=by.id)


def is_expiring(waiver: Waiver, now: datetime) -> bool:
    """Whether its holder should hear that it ends soon: an hour before, or at half its time."""
    if waiver.state is not WaiverState.APPROVED or waiver.reminded_at is not None:
        return False
    notice = min(NOTICE, (waiver.end - waiver.start) / 2)
    return waiver.end - notice <= now < waiver.end


def as_maintenance(waiver: Waiver) -> Maintenance:
    """An exclusion that counts, as maintenance."""
    return Maintenance(
        name=waiver.ref,
        scope=Scope(slos=(waiver.subject,)),
        when=Once(int(waiver.start.timestamp()), int(waiver.until.timestamp())),
        reason=waiver.reason,
        approver=waiver.approver_name,
        source=f"/slo exclude of {waiver.asked_by_name}",
        effect=waiver.effect,
        created_at=waiver.asked_at,
    )


def as_exception(waiver: Waiver) -> BudgetException:
    """An exception that was agreed to, as the gate takes it."""
    return BudgetException(
        service=waiver.subject,
        until=waiver.until,
        reason=waiver.reason,
        approver=waiver.approver_name,
        source=SourceRef(f"Slack, {waiver.ref}", 0),
    )
