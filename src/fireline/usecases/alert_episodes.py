"""What people do with a burn alert, and how its message is brought up to date."""

from dataclasses import replace
from datetime import datetime

from fireline.domain.errors import InvalidInputError, NotFoundError
from fireline.domain.people import Actor
from fireline.domain.slo.status import Episode
from fireline.usecases.ports import Services, UnitOfWork
from fireline.usecases.publish import posting


def alert_key(episode_id: str) -> str:
    """The key of an episode's message."""
    return f"alert:{episode_id}"


def post_alert(s: Services, uow: UnitOfWork, episode: Episode) -> None:
    """Bring the episode's message up to date once this transaction commits."""
    uow.start(
        posting(
            s.ids,
            key=alert_key(episode.id),
            channel=episode.channel,
            kind="alert",
            ref=episode.id,
        )
    )


def acknowledge(s: Services, episode_id: str, actor: Actor) -> Episode:
    """Say that somebody looks into it; a second person's click changes nothing.

    Returns:
        The alert as it stands after, with the name of whoever was first.

    Raises:
        NotFoundError: there is no such alert.
        InvalidInputError: it has recovered.
    """
    with s.store() as uow:
        uow.lock()
        episode = _open_episode(uow, episode_id)
        if episode.acknowledged_by is not None:
            return episode
        now = s.clock.now()
        taken = replace(episode, acknowledged_by=actor.id, acknowledged_at=now)
        _change(s, uow, taken, "alert.acknowledged", actor, {})
        uow.commit()
    return taken


def snooze(s: Services, episode_id: str, until: datetime, actor: Actor) -> None:
    """Leave the message alone until then, unless the alert grows or recovers.

    Raises:
        NotFoundError: there is no such alert.
        InvalidInputError: it has recovered, or the time is past.
    """
    if until <= s.clock.now():
        raise InvalidInputError("Snooze to a time that is still to come.", "until")
    with s.store() as uow:
        episode = _open_episode(uow, episode_id)
        quiet = replace(episode, snoozed_until=until)
        _change(s, uow, quiet, "alert.snoozed", actor, {"until": until.isoformat()})
        uow.commit()


def link_incident(uow: UnitOfWork, episode_id: str, incident_id: int) -> None:
    """Remember which incident was declared from the alert; an unknown alert is left alone."""
    episode = uow.episodes.get(episode_id)
    if episode is not None:
        uow.episodes.save(replace(episode, incident_id=incident_id))


def _open_episode(uow: UnitOfWork, episode_id: str) -> Episode:
    episode = uow.episodes.get(episode_id)
    if episode is None:
        raise NotFoundError("This alert is not known any more. `/slo` shows what is burning now.")
    if not episode.open:
        raise InvalidInputError(
            f"The alert on {episode.slo} has already recovered; there is nothing left to do."
        )
    return episode


def _change(
    s: Services,
    uow: UnitOfWork,
    episode: Episode,
    action: str,
    actor: Actor,
    detail: dict[str, object],
) -> None:
    uow.episodes.save(episode)
    subject = f"slo:{episode.slo}"
    uow.audit.append(s.clock.now(), actor.id, action, subject, {"episode": episode.id, **detail})
    post_alert(s, uow, episode)
