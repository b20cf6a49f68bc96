"""App Home of one person: what needs them, and how the budgets stand."""

from fireline.usecases.chase_actions import lines
from fireline.usecases.incident_views import incident_line, involves
from fireline.usecases.ports import Services
from fireline.usecases.slo_views import slo_list
from fireline.usecases.views import Home


def home(s: Services, user: str) -> Home:
    """What waits for me, my incidents, the others, my action items, budgets worst first."""
    with s.store() as uow:
        incidents = sorted(uow.incidents.open(), key=lambda i: (i.severity, i.id))
        mine = [item for item in uow.actions.open() if item.owner == user]
        actions = lines(s, uow, mine, user)
        approvals = tuple(uow.waivers.waiting(user))
    budgets = slo_list(s)
    return Home(
        user=user,
        incidents=tuple(incident_line(s, i, user) for i in incidents if involves(i, user)),
        other_incidents=tuple(
            incident_line(s, i, user) for i in incidents if not involves(i, user)
        ),
        actions=actions,
        budgets=budgets.lines,
        problems=budgets.problems,
        now=s.clock.now(),
        approvals=approvals,
    )
