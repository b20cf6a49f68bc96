"""Pages and rounds of calls, rebuilt from the record."""

from fireline.domain.incident.exposure import public_view
from fireline.domain.incident.incident import Incident, Role
from fireline.domain.incident.page import Page
from fireline.domain.incident.paging import AGAIN, CLIMB
from fireline.usecases.on_call_alias import on_call_alias
from fireline.usecases.page_views import PageMessage, PagingLine, PagingMessage
from fireline.usecases.ports import Services, UnitOfWork


def page_message(s: Services, uow: UnitOfWork, ref: str) -> PageMessage | None:
    """Projection of one page; `ref` is incident id and number."""
    incident_id, _, number = ref.partition(":")
    incident = uow.incidents.get(int(incident_id))
    found = incident.details.pages if incident is not None else ()
    page = next((p for p in found if p.number == int(number)), None)
    if incident is None or page is None:
        return None
    seen = public_view(incident)
    leads = Role.OPERATIONS not in incident.roles and page.alias == on_call_alias(s, incident)
    return PageMessage(
        incident_id=seen.id,
        number=page.number,
        ref=seen.ref,
        severity=seen.severity.label,
        alias=page.alias,
        by=page.by,
        at=page.at,
        title="" if incident.restricted else seen.title,
        text="" if incident.restricted else page.text,
        channel_id=seen.channel_id,
        commander=seen.roles.get(Role.COMMANDER),
        restricted=incident.restricted,
        drill=incident.drill,
        acknowledged_by=page.acknowledged_by,
        acknowledged_at=page.acknowledged_at,
        over=not incident.open,
        operations=leads and bool(page.slack),
    )


def paging_message(_s: Services, uow: UnitOfWork, ref: str) -> PagingMessage | None:
    """Projection of one round of calls; `ref` is incident id and what fired."""
    incident_id, _, firing = ref.partition("|")
    incident = uow.incidents.get(int(incident_id))
    pages = [p for p in incident.details.pages if p.firing == firing] if incident else []
    if incident is None or not pages:
        return None
    first = pages[0]
    return PagingMessage(
        thread=f"card:{incident.id}",
        incident_id=incident.id,
        ref=incident.ref,
        text=first.text,
        by=first.by,
        at=first.at,
        lines=tuple(_line(page) for page in pages),
        open_page=_open(incident, pages),
        climbing=firing.startswith((AGAIN, CLIMB)),
    )


def _open(incident: Incident, pages: list[Page]) -> int | None:
    """The page that the button answers, while somebody is to."""
    if not incident.open:
        return None
    return next((p.number for p in pages if p.acknowledged_at is None), None)


def _line(page: Page) -> PagingLine:
    return PagingLine(
        alias=page.alias,
        name=page.name,
        slack=page.slack,
        way=page.way,
        acknowledged_by=page.acknowledged_by,
        acknowledged_at=page.acknowledged_at,
        trouble=page.trouble,
    )
