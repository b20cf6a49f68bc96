"""The flows that call people: the clock looked at now, and PagerDuty told of each page."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from dbos import DBOS

from fireline.flows.attempts import Attempts, GaveUpError, without_result
from fireline.usecases import incident_pages
from fireline.usecases.incident_clock import watch_incident
from fireline.usecases.page_telling import TELL_PAGER, WATCH
from fireline.usecases.ports import Services


@dataclass(frozen=True, slots=True)
class PagingSteps:
    """One callable per step; a page that the pager never took goes to `page_lost`."""

    watch_incident: Callable[[int], object]
    tell_pager: Callable[[int, int, str], object]
    page_lost: Callable[[int, int, str], object]
    poll_pager: Callable[[], object]


def paging_steps(s: Services) -> PagingSteps:
    """The real steps."""
    return PagingSteps(
        watch_incident=partial(watch_incident, s),
        tell_pager=partial(incident_pages.tell_pager, s),
        page_lost=partial(incident_pages.undelivered, s),
        poll_pager=partial(incident_pages.poll_pager, s),
    )


def register_paging(steps: PagingSteps, attempts: Attempts) -> None:
    """Tell DBOS about these flows."""
    do = attempts.carry_out

    @DBOS.workflow(name=WATCH)
    def watch_one_incident(incident_id: int) -> None:
        do("fire the timers that are due", without_result(steps.watch_incident), incident_id)

    @DBOS.workflow(name=TELL_PAGER)
    def tell_pager(incident_id: int, number: int, told: str) -> None:
        try:
            do("tell PagerDuty", without_result(steps.tell_pager), incident_id, number, told)
        except GaveUpError as error:
            do(
                "say who was not called",
                without_result(steps.page_lost),
                incident_id,
                number,
                str(error),
            )
            raise
