"""What the flows call: use cases, already given everything they need."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from fireline.domain.people import SYSTEM
from fireline.flows.alertmanager import AlertmanagerSteps, alertmanager_steps
from fireline.flows.exposure import ExposureSteps, exposure_steps
from fireline.flows.paging import PagingSteps, paging_steps
from fireline.usecases import (
    chase_actions,
    draft_postmortem,
    incident_channel,
    keep_files,
    post_review,
    private_channel,
    retain,
    room_care,
)
from fireline.usecases.incident_watch import watch
from fireline.usecases.look_after_data import DataWatch
from fireline.usecases.ports import ChannelRef, PostedMessage, Services
from fireline.usecases.private_words import deliver
from fireline.usecases.publish import Projections
from fireline.usecases.remind_alerts import remind_alerts


@dataclass(frozen=True, slots=True)
class Steps:
    """One callable per step; results other than the channel are not looked at."""

    open_channel: Callable[[int], ChannelRef]
    record_channel: Callable[[int, ChannelRef], object]
    invite_people: Callable[[int], object]
    sync_topic: Callable[[int], object]
    tidy_channel: Callable[[int], object]
    finish: Callable[[int], object]
    redraft: Callable[[int], object]
    keep_files: Callable[[int, str, str], object]
    publish: Callable[[PostedMessage], object]
    evaluate: Callable[[], object]
    mend_ledger: Callable[[], bool]
    remind: Callable[[], object]
    put_away: Callable[[], object]
    remind_alerts: Callable[[], object]
    watch_incidents: Callable[[], object]
    verify_repairs: Callable[[], object]
    review: Callable[[], object]
    prune: Callable[[], object]
    keep_ledger: Callable[[], object]
    record_failure: Callable[[str, str, str], None]
    alertmanager: AlertmanagerSteps
    paging: PagingSteps
    exposure: ExposureSteps


def steps_of(
    s: Services,
    projections: Projections,
    evaluate: Callable[[], object],
    mend_ledger: Callable[[], bool] = lambda: False,
) -> Steps:
    """The real steps; `evaluate` and `mend_ledger` remember, so their owner brings them."""
    return Steps(
        open_channel=partial(incident_channel.open_channel, s),
        record_channel=partial(incident_channel.record_channel, s),
        invite_people=partial(incident_channel.invite_people, s),
        sync_topic=partial(private_channel.sync_room, s),
        tidy_channel=partial(room_care.tidy, s),
        put_away=partial(room_care.put_away, s),
        finish=partial(draft_postmortem.finish, s),
        redraft=partial(draft_postmortem.draft, s),
        keep_files=partial(keep_files.keep_files, s),
        publish=partial(deliver, s, projections),
        evaluate=evaluate,
        remind_alerts=lambda: remind_alerts(s, s.clock.now()),
        watch_incidents=partial(watch, s),
        verify_repairs=DataWatch(s),
        mend_ledger=mend_ledger,
        remind=lambda: chase_actions.remind_due(s, s.clock.now()),
        review=lambda: post_review.post_week(s, s.clock.now()),
        prune=lambda: retain.prune(s, s.clock.now()),
        keep_ledger=lambda: retain.keep_ledger(s, s.clock.now()),
        record_failure=partial(_record_failure, s),
        alertmanager=alertmanager_steps(s),
        paging=paging_steps(s),
        exposure=exposure_steps(s, projections),
    )


def _record_failure(s: Services, flow_id: str, step: str, text: str) -> None:
    """An effect that will not happen is a fact people must be able to find."""
    with s.store() as uow:
        detail = {"step": step, "text": text}
        uow.audit.append(s.clock.now(), SYSTEM.id, "effect_failed", f"flow:{flow_id}", detail)
        uow.commit()
