"""The gate in front of changes: may this service be changed now, and why not."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from difflib import get_close_matches
from typing import Protocol

from fireline.domain.errors import NotFoundError
from fireline.domain.policy.gate import gate_slo, judge
from fireline.domain.policy.policy import Policy
from fireline.domain.policy.verdict import GateException, GateSlo, GateVerdict, Granted
from fireline.domain.policy.waivers import as_exception
from fireline.domain.slo.definition import Slo
from fireline.usecases.ports import Catalogue, Definitions, Exceptions, Store

ENDED_SHOWN = timedelta(days=7)


class Gatekeeper(Protocol):
    """What the gate needs; `Services` has it all."""

    @property
    def store(self) -> Store:
        """Where the evaluations are."""
        ...

    @property
    def definitions(self) -> Definitions:
        """Which SLOs there are."""
        ...

    @property
    def policy(self) -> Policy:
        """What states of budgets mean."""
        ...

    @property
    def exceptions(self) -> Exceptions:
        """What was let through all the same."""
        ...


def gate(s: Gatekeeper, service: str, now: datetime) -> GateVerdict:
    """Whether the service may be changed, by the newest evaluation of each of its SLOs.

    Raises:
        NotFoundError: no SLO is of this service; the text names the nearest ones.
    """
    catalogue = s.definitions.current()
    name = service_named(catalogue, service)
    return next(iter(_verdicts(s, catalogue, [name], now)))


def gates(s: Gatekeeper, now: datetime) -> list[GateVerdict]:
    """The verdict on every service, by name."""
    catalogue = s.definitions.current()
    services = {slo.service.casefold(): slo.service for slo in catalogue.slos.values()}
    return list(_verdicts(s, catalogue, sorted(services.values()), now))


def _verdicts(
    s: Gatekeeper, catalogue: Catalogue, services: Sequence[str], now: datetime
) -> Iterator[GateVerdict]:
    with s.store() as uow:
        statuses = {status.slo: status for status in uow.statuses.all()}
        asked = uow.waivers.exceptions(now - ENDED_SHOWN)
    granted = s.exceptions.current()
    agreed = tuple(as_exception(waiver) for waiver in asked)
    granted = Granted((*granted.exceptions, *agreed), granted.problems)
    of: dict[str, list[Slo]] = {}
    for slo in catalogue.slos.values():
        of.setdefault(slo.service.casefold(), []).append(slo)
    for name in services:
        slos = [gate_slo(slo, statuses.get(slo.name), s.policy, now) for slo in of[name.casefold()]]
        yield judge(name, slos, granted, s.policy, now, catalogue.problems)


def service_named(catalogue: Catalogue, wanted: str) -> str:
    """The service as its SLOs write it.

    Raises:
        NotFoundError: no SLO is of this service; the text names the nearest ones.
    """
    services = {slo.service.casefold(): slo.service for slo in catalogue.slos.values()}
    written = wanted.strip().casefold()
    if written in services:
        return services[written]
    broken = ""
    if catalogue.problems:
        count = len(catalogue.problems)
        broken = f" Definitions have {count} problems, the first: {catalogue.problems[0]}"
    if not services:
        raise NotFoundError(f"No SLO of a service {wanted!r}: there are no SLOs at all.{broken}")
    near = get_close_matches(written, services, n=3, cutoff=0.4)
    near += [n for n in sorted(services) if written and written in n and n not in near]
    if near:
        meant = " or ".join(services[n] for n in near[:3])
        raise NotFoundError(f"No SLO is of a service {wanted!r}. Did you mean {meant}?{broken}")
    known = ", ".join(sorted(services.values())[:10])
    raise NotFoundError(f"No SLO is of a service {wanted!r}. There are: {known}.{broken}")


def verdict_json(verdict: GateVerdict, *, approved: bool = False) -> dict[str, object]:
    """The verdict as plain JSON values: RFC 3339 times, null instead of NaN."""
    return {
        "service": verdict.service,
        "at": _time(verdict.at),
        "decision": verdict.decision.value,
        "pass": verdict.passes(approved=approved),
        "reasons": list(verdict.reasons),
        "slos": [_slo(slo, verdict.at) for slo in verdict.slos],
        "exceptions": [_exception(given) for given in verdict.exceptions],
    }


def _slo(slo: GateSlo, now: datetime) -> dict[str, object]:
    age = None if slo.figures_at is None else round((now - slo.figures_at).total_seconds())
    return {
        "name": slo.name,
        "tier": slo.tier,
        "budget_state": slo.budget_state.value,
        "consequence": slo.consequence.value if slo.consequence is not None else None,
        "remaining": round(slo.remaining, 6) if slo.remaining is not None else None,
        "raw_remaining": round(slo.raw_remaining, 6) if slo.raw_remaining is not None else None,
        "figures_at": _time(slo.figures_at) if slo.figures_at is not None else None,
        "age_seconds": age,
        "sentence": slo.sentence,
    }


def _exception(given: GateException) -> dict[str, object]:
    granted = given.granted
    return {
        "active": given.active,
        "until": _time(granted.until),
        "approver": granted.approver,
        "reason": granted.reason,
        "source": str(granted.source),
    }


def _time(value: datetime) -> str:
    return value.isoformat().replace("+00:00", "Z")
