"""The weekly review: budgets, incidents, promises, gaps; posted once a week, edited after."""

from datetime import datetime

from fireline.domain.incident.exposure import public_view
from fireline.domain.people import SYSTEM
from fireline.domain.review.facts import (
    Measured,
    WeekRecord,
    counted,
    drills_done,
    headline,
    met_by_tier,
    restricted_words,
    review_facts,
    without_data,
    worst_first,
)
from fireline.domain.review.maintenance import line
from fireline.domain.review.week import Week, parse_week, week_at
from fireline.domain.slo.alerting.noise import noise_of
from fireline.usecases.budget_charts import budget_overview
from fireline.usecases.chase_actions import lines, local, told
from fireline.usecases.incident_record import show
from fireline.usecases.incident_views import incident_line
from fireline.usecases.maintenance_review import maintenance_of_week
from fireline.usecases.ports import ReviewRecord, Services, UnitOfWork
from fireline.usecases.slo_views import slo_line
from fireline.usecases.stored_budgets import status_at
from fireline.usecases.views import ReviewDigest


def digest(s: Services, week: str | None = None) -> ReviewDigest:
    """The review of a week such as `2026-W47`; without one, of the running week so far.

    Raises:
        InvalidInputError: the week is written otherwise, or does not exist.
    """
    wanted = parse_week(week) if week else week_at(s.clock.now(), s.timezone)
    with s.store() as uow:
        return _digest(s, uow, wanted)


def post_week(s: Services, now: datetime) -> str:
    """Post the review of the week before `now`, or bring the posted one up to date.

    Returns:
        The week's key, such as `2026-W47`.
    """
    week = week_at(now, s.timezone).before
    with s.store() as uow:
        made = _digest(s, uow, week)
        known = uow.reviews.get(week.key)
        created = known.created_at if known else now
        uow.reviews.save(ReviewRecord(week.key, made.markdown, created))
        action = "review.post" if known is None else "review.update"
        uow.audit.append(now, SYSTEM.id, action, week.key, {"headline": made.headline})
        show(s, uow, "review", s.channels.reviews, week.key)
        uow.commit()
    return week.key


def review(s: Services, uow: UnitOfWork, ref: str) -> ReviewDigest | None:
    """Projection of a posted week; `ref` is its key."""
    return _digest(s, uow, parse_week(ref)) if uow.reviews.get(ref) else None


def _digest(s: Services, uow: UnitOfWork, week: Week) -> ReviewDigest:
    """Facts and their Markdown, from one reading of the database."""
    record = _record(s, uow, week)
    facts = review_facts(record)
    budgets = tuple(
        slo_line(m.slo, m.status) for m in worst_first(record.slos) if m.status is not None
    )
    return ReviewDigest(
        week=week.key,
        period=week.period(s.timezone),
        headline=headline(record),
        met=met_by_tier(record.slos),
        budgets=budgets,
        incidents=tuple(incident_line(s, i) for i in counted(record.incidents) if not i.restricted),
        restricted=restricted_words(record.incidents),
        drills=tuple(drills_done(record)),
        actions=lines(s, uow, record.actions),
        no_data=tuple(without_data(record.slos)),
        noise=noise_of(record.alerts),
        markdown=s.documents.review(facts),
        overview=budget_overview(week.key, budgets),
        maintenance=tuple(line(found) for found in record.maintenance),
    )


def _record(s: Services, uow: UnitOfWork, week: Week) -> WeekRecord:
    """Everything the review is computed from."""
    now = s.clock.now()
    start, end = week.bounds(s.timezone)
    slos = s.definitions.current().slos
    if end <= now:  # a week that is over is told as it ended, whenever it is asked for
        statuses = {name: status_at(s, uow, slo, end) for name, slo in slos.items()}
    else:
        statuses = {status.slo: status for status in uow.statuses.all()}
    return WeekRecord(
        week=week,
        timezone=s.timezone,
        at=now,
        slos=tuple(Measured(slo, statuses.get(name)) for name, slo in sorted(slos.items())),
        incidents=tuple(public_view(i) for i in uow.incidents.between(start, end)),
        actions=tuple(told(uow, uow.actions.open())),
        alerts=tuple(uow.alerts.between(start, min(end, now))),
        today=local(s, now).date(),
        policy=s.policy,
        maintenance=maintenance_of_week(s, uow, start, end),
    )
