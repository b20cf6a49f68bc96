"""Starting what brings pages to people: messages in Slack, and PagerDuty's calls.

It follows every change of an incident, so that whoever acts on it in any way answers its pages.
"""

from collections.abc import Iterable

from fireline.domain.incident.incident import Incident
from fireline.domain.incident.page import Page, Way
from fireline.usecases.ports import FlowCall, Services, UnitOfWork
from fireline.usecases.publish import posting

PAGE, PAGING, TELL_PAGER, WATCH = "page", "paging", "tell_pager", "watch_incident"
GROUP = "S"


def tell_pages(s: Services, uow: UnitOfWork, incident: Incident, pages: Iterable[Page]) -> None:
    """Start telling those who were called what became of it, and the channel."""
    changed = tuple(pages)
    for page in changed:
        ref = f"{incident.id}:{page.number}"
        if writes_to(page):
            channel = f"@{page.slack}"
            uow.start(posting(s.ids, key=f"page:{ref}", channel=channel, kind=PAGE, ref=ref))
        if s.pager.serves(page.alias) and page.way is Way.PAGERDUTY:
            args = (incident.id, page.number, page.told.value)
            call_id = f"pager:{ref}:{page.told.value}"
            uow.start(FlowCall(TELL_PAGER, args, call_id, "incidents", f"pager:{ref}"))
    show_paging(s, uow, incident, [page.firing for page in changed])


def writes_to(page: Page) -> bool:
    """Whether the page is a direct message, alone or beside PagerDuty's call."""
    person = bool(page.slack) and not page.slack.startswith(GROUP)
    return person and page.way in {Way.MESSAGE, Way.PAGERDUTY}


def show_paging(s: Services, uow: UnitOfWork, incident: Incident, firings: Iterable[str]) -> None:
    """Start bringing up to date what the channel sees of these calls."""
    if incident.channel_id is None:
        return
    for firing in dict.fromkeys(firings):
        ref = f"{incident.id}|{firing}"
        key, channel = f"{PAGING}:{ref}", incident.channel_id
        uow.start(posting(s.ids, key=key, channel=channel, kind=PAGING, ref=ref))


def watch_soon(s: Services, uow: UnitOfWork, incident: Incident) -> None:
    """Start looking at the incident's clock now, not at the next minute, channel or not."""
    call_id = f"{WATCH}:{s.ids.sortable()}:{incident.id}"
    partition = f"clock:{incident.id}"
    uow.start(FlowCall(WATCH, (incident.id,), call_id, "incidents", partition))
