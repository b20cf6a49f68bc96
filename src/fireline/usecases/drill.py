"""Practising with the same code: a scenario is declared, told on time, and measured."""

from fireline.domain.errors import NotFoundError
from fireline.domain.incident.details import DrillRun
from fireline.domain.incident.drill_measures import measures
from fireline.domain.incident.drills import Scenario
from fireline.domain.incident.incident import Severity
from fireline.domain.incident.timers import INJECT
from fireline.domain.people import Actor
from fireline.usecases.declaration import Declare, Declared
from fireline.usecases.declare_incident import declare
from fireline.usecases.impact_views import DrillCard, DrillInject
from fireline.usecases.ports import Services, UnitOfWork

CARD, TOLD = "drill", "drill_inject"


def start_drill(s: Services, name: str, actor: Actor) -> Declared:
    """Declare the scenario as a drill.

    Raises:
        NotFoundError: there is no scenario of that name; the text says which there are.
    """
    scenario = scenario_named(s, name)
    return declare(
        s,
        Declare(
            text=scenario.title,
            actor=actor,
            severity=Severity(scenario.severity) if scenario.severity else None,
            slo=scenario.slo,
            service=scenario.service,
            datasets=scenario.datasets,
            symptoms=scenario.symptoms,
            drill=True,
            run=run_of(scenario),
        ),
    )


def scenario_named(s: Services, name: str) -> Scenario:
    """The scenario.

    Raises:
        NotFoundError: there is none; the text says which there are.
    """
    known = s.drills.all()
    found = known.get(name.strip().lower())
    if found is None:
        names = ", ".join(sorted(known)) or "none; they stand in policies/drills"
        raise NotFoundError(f"There is no drill named {name}. Known: {names}.")
    return found


def run_of(scenario: Scenario) -> DrillRun:
    """The scenario as it is kept with the drill."""
    return DrillRun(
        scenario.name,
        scenario.about,
        scenario.rto,
        scenario.rpo,
        scenario.injects,
        scenario.questions,
    )


def drill_card(s: Services, uow: UnitOfWork, ref: str) -> DrillCard | None:
    """Projection of what is practised and how it went; `ref` is the incident's id."""
    incident = uow.incidents.get(int(ref))
    if incident is None or not incident.drill:
        return None
    run = incident.details.drill_run
    target = s.policy.mttr_target(incident.tier)
    return DrillCard(
        ref=incident.ref,
        title=incident.title,
        about=run.about if run else "",
        questions=run.questions if run and not incident.open else (),
        measures=measures(incident, target),
        over=not incident.open,
    )


def drill_inject(_s: Services, uow: UnitOfWork, ref: str) -> DrillInject | None:
    """Projection of one thing that is told; `ref` is incident id and the timer's key."""
    incident_id, _, key = ref.partition("|")
    incident = uow.incidents.get(int(incident_id))
    if incident is None:
        return None
    fired = next((f for f in incident.details.fired if f.key == key), None)
    if fired is None:
        return None
    return DrillInject(incident.ref, int(key.removeprefix(INJECT)), fired.text)
