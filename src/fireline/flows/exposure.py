"""A restricted incident's way into a private channel, step by step."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from dbos import DBOS

from fireline.flows.attempts import Attempts, GaveUpError, without_result
from fireline.usecases import private_channel
from fireline.usecases.incident_channel import invite_people
from fireline.usecases.incident_record import EXPOSE
from fireline.usecases.ports import ChannelRef, Services
from fireline.usecases.publish import Projections


@dataclass(frozen=True, slots=True)
class ExposureSteps:
    """One callable per step; the private channel alone is looked at."""

    note_readers: Callable[[int], object]
    open_private: Callable[[int], ChannelRef]
    move_in: Callable[[int, ChannelRef], object]
    invite_people: Callable[[int], object]
    shut_left: Callable[[int], object]
    report_strangers: Callable[[int], object]


def exposure_steps(s: Services, projections: Projections) -> ExposureSteps:
    """The real steps."""
    return ExposureSteps(
        note_readers=partial(private_channel.note_readers, s),
        open_private=partial(private_channel.open_private, s),
        move_in=partial(private_channel.move_in, s),
        invite_people=partial(invite_people, s),
        shut_left=partial(private_channel.shut_left, s, projections),
        report_strangers=partial(private_channel.report_strangers, s),
    )


def register_exposure(steps: ExposureSteps, attempts: Attempts) -> None:
    """Tell DBOS about the flow."""
    do = attempts.carry_out

    @DBOS.workflow(name=EXPOSE)
    def expose_incident(incident_id: int) -> None:
        # That it failed is audited; nothing more is said in the old channel, whoever could read it.
        with suppress(GaveUpError):
            do("note who could read it", without_result(steps.note_readers), incident_id)
        opened = do("open the private channel", plain(steps.open_private), incident_id)
        do("move into it", recording(steps.move_in, opened), incident_id)
        do("invite who may read it", without_result(steps.invite_people), incident_id)
        do("shut the old channel", without_result(steps.shut_left), incident_id)
        do("report who should not be there", without_result(steps.report_strangers), incident_id)


def plain(open_channel: Callable[[int], ChannelRef]) -> Callable[[int], tuple[str, str, bool]]:
    """The step with a result that is kept as plain values."""

    def opened(incident_id: int) -> tuple[str, str, bool]:
        channel = open_channel(incident_id)
        return channel.id, channel.name, channel.private

    return opened


def recording(
    record: Callable[[int, ChannelRef], object], opened: tuple[str, str, bool]
) -> Callable[[int], None]:
    """The step that remembers a channel; of one made by an older version two values are kept."""
    return without_result(lambda incident_id: record(incident_id, ChannelRef(*opened)))
