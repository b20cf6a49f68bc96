"""SLOs as people ask for them: the list, worst first, and one of them whole."""

from collections.abc import Mapping
from difflib import get_close_matches
from math import inf

from fireline.domain.errors import NotFoundError
from fireline.domain.slo.definition import Family, Slo
from fireline.domain.slo.exclusions import Exclusion
from fireline.domain.slo.status import BudgetState, BurnSeverity, DataState, SloStatus
from fireline.usecases.budget_charts import chart_for
from fireline.usecases.maintenance import exclusions_for
from fireline.usecases.ports import Mute, Services, UnitOfWork
from fireline.usecases.views import Particulars, SloDetail, SloLine, SloList

NOT_YET = "not evaluated yet"
PLAIN = frozenset({Family.EVENTS, Family.SLICES, Family.SHARES})
_DATA_RANK = {DataState.QUERY_ERROR: 3, DataState.STALE: 4, DataState.NO_DATA: 5}
_BUDGET_RANK = {BudgetState.EXHAUSTED: 2, BudgetState.AT_RISK: 6, BudgetState.CAUTION: 7}


def slo_line(slo: Slo, status: SloStatus | None, mute: Mute | None = None) -> SloLine:
    """One SLO in a list; one that was never evaluated says so."""
    return SloLine(
        name=slo.name,
        title=slo.title,
        tier=slo.tier,
        data_state=status.data_state if status else DataState.NO_DATA,
        budget_state=status.budget_state if status else BudgetState.UNKNOWN,
        remaining=status.remaining if status else None,
        budget=status.budget if status else None,
        unit=slo.unit,
        window_seconds=slo.window_seconds,
        sentence=status.sentence if status else NOT_YET,
        burns=status.burns if status else (),
        burning=status.burning if status else (),
        exhaustion_hours=status.exhaustion_hours if status else None,
        runbook=slo.runbook,
        particulars=_particulars(slo, status) if status else None,
        raw_remaining=status.raw_remaining if status else None,
        muted_until=mute.until if mute else None,
        muted_because=mute.reason if mute else "",
    )


def _particulars(slo: Slo, status: SloStatus) -> Particulars | None:
    """What its kind adds; None for the many that add nothing."""
    if slo.calendar is None and slo.family in PLAIN and not slo.zero_tolerance:
        return None
    return Particulars(
        calendar=slo.calendar.unit.value if slo.calendar else None,
        period_end=status.period[1] if status.period else None,
        projected_remaining=status.projected_remaining,
        attainment=status.attainment,
        misses_left=status.misses_left,
        next_deadline=status.next_deadline,
        landed=status.landed,
        at_risk=status.at_risk,
        zero_tolerance=slo.zero_tolerance,
    )


def badness(line: SloLine) -> tuple[int, float, int, str]:
    """A sort key, worst first: pages, tickets, spent budgets, unknown ones, then the rest."""
    ranks = [8, _DATA_RANK.get(line.data_state, 8), _BUDGET_RANK.get(line.budget_state, 8)]
    ranks += [0 if b is BurnSeverity.PAGE else 1 for b in line.burning]
    left = line.remaining if line.remaining is not None else inf
    if line.remaining is None and line.budget_state is BudgetState.EXHAUSTED:
        left = -inf
    return min(ranks), left, line.tier, line.name


def slo_list(s: Services) -> SloList:
    """All SLOs, worst first, with what is wrong in the definition files."""
    catalogue = s.definitions.current()
    with s.store() as uow:
        statuses = {status.slo: status for status in uow.statuses.all()}
        mutes = uow.mutes.active(s.clock.now())
    lines = [
        slo_line(slo, statuses.get(name), mutes.get(name)) for name, slo in catalogue.slos.items()
    ]
    known = [statuses[name].at for name in catalogue.slos if name in statuses]
    return SloList(
        lines=tuple(sorted(lines, key=badness)),
        problems=catalogue.problems,
        evaluated_at=max(known, default=None),
    )


def slo_detail(s: Services, name: str) -> SloDetail:
    """One SLO with its figures, pairs, runbook and chart.

    Raises:
        NotFoundError: no SLO has this name; the text names the nearest ones.
    """
    slo = find_slo(s, name)
    with s.store() as uow:
        status = uow.statuses.get(slo.name)
        mute = uow.mutes.active(s.clock.now()).get(slo.name)
        episodes = tuple(e.id for e in uow.episodes.open() if e.slo == slo.name)
        chart = chart_for(s, uow, slo)
        taken = _taken_out(s, uow, slo)
    drawn = chart if chart.times.size and status and status.remaining is not None else None
    return SloDetail(
        line=slo_line(slo, status, mute),
        objective=objective_words(slo),
        service=slo.service,
        owner=slo.owner,
        description=slo.description,
        good=status.good if status else None,
        total=status.total if status else None,
        coverage=status.coverage if status else 0.0,
        evaluated_at=status.at if status else None,
        pairs=status.pairs if status else (),
        runbook=s.runbooks.for_slo(slo),
        open_episodes=episodes,
        chart=drawn,
        source=f"{slo.source.file}:{slo.source.line}",
        error=status.error if status else None,
        maintenance=taken,
    )


def _taken_out(s: Services, uow: UnitOfWork, slo: Slo) -> tuple[Exclusion, ...]:
    """The maintenance that has begun and touches the budget window."""
    now = int(s.clock.now().timestamp())
    start, _ = slo.span(now)
    found = exclusions_for(s, uow, slo, now)
    return tuple(e for e in found if e.start < now and e.end > start)


def find_slo(s: Services, name: str) -> Slo:
    """The SLO of this name.

    Raises:
        NotFoundError: no SLO has this name; the text names the nearest ones.
    """
    return slo_named(s.definitions.current().slos, name)


def slo_named(slos: Mapping[str, Slo], name: str) -> Slo:
    """The SLO of this name among these.

    Raises:
        NotFoundError: no SLO has this name; the text names the nearest ones.
    """
    wanted = name.strip().strip("`").lower()
    if wanted in slos:
        return slos[wanted]
    near = get_close_matches(wanted, slos, n=3, cutoff=0.4)
    near += [n for n in slos if wanted and wanted in n and n not in near][: 3 - len(near)]
    if near:
        raise NotFoundError(f"No SLO is called {name!r}. Did you mean {' or '.join(near)}?")
    raise NotFoundError(f"No SLO is called {name!r}. `/slo` lists all {len(slos)}.")


def objective_words(slo: Slo) -> str:
    """The objective as people say it, such as `99.9 %`."""
    return f"{slo.objective.normalize():f} %"
