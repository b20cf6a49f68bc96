"""Who stands behind an alias at an instant: a policy's entry, a rotation, or PagerDuty."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from enum import StrEnum
from typing import Protocol

from fireline.domain.errors import EffectError, NotFoundError
from fireline.domain.oncall.plan import OnCallPlan, PagerPlace
from fireline.domain.policy.policy import Policy
from fireline.usecases.oncall_ports import OnCalls, Pager

GROUP = "S"
MOST_NAMED = 12


class Switchboard(Protocol):
    """What says who is on call; `Services` are one."""

    @property
    def policy(self) -> Policy:
        """Whose `people` are called by their Slack ids."""
        ...

    @property
    def oncall(self) -> OnCalls:
        """Rotations."""
        ...

    @property
    def pager(self) -> Pager:
        """What pages people beside Slack."""
        ...


class Path(StrEnum):
    """How somebody is found, and so how they are called."""

    ROTATION = "rotation"
    PEOPLE = "people"
    PAGERDUTY = "pagerduty"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Standing:
    """Who an alias stands for; `slack` is empty where only the pager knows them.

    `name` is as the file or the pager has it; `until` and `then` tell of the next hand-over.
    """

    alias: str
    path: Path
    name: str = ""
    slack: str = ""
    until: datetime | None = None
    then: str = ""
    stands_in: bool = False
    trouble: str = ""

    @property
    def group(self) -> bool:
        """Whether it is a user group, which can be mentioned and not written to."""
        return self.slack.startswith(GROUP)

    @property
    def reached(self) -> bool:
        """Whether anybody is behind it."""
        return self.path is not Path.NOBODY


def alias_of(name: str) -> str:
    """The alias as policies write it: with its @, unless it is a Slack id."""
    bare = name.strip()
    return bare if bare.startswith("@") or _is_id(bare) else f"@{bare}"


def _is_id(name: str) -> bool:
    return len(name) > len("U00") and name[0] in "UWS" and name.isalnum() and name.isupper()


def behind(s: Switchboard, name: str, at: datetime, *, ask: bool = False) -> Standing:
    """Who stands behind this alias or Slack id; with `ask` also by name where PagerDuty knows."""
    alias = alias_of(name)
    plan, pager = s.oncall.current(), s.pager
    if _is_id(alias):
        return Standing(alias, Path.PEOPLE, alias, alias)
    shift = plan.at(alias, at)
    if shift is not None:
        change = plan.next_change(alias, at)
        until, then = change or (None, None)
        return Standing(
            alias,
            Path.ROTATION,
            shift.person.name,
            shift.person.slack,
            until,
            then.name if then is not None else "",
            shift.stands_in,
        )
    slack = s.policy.alerts.people.get(alias)
    if slack is not None:
        return Standing(alias, Path.PEOPLE, slack, slack)
    if pager.serves(alias):
        return _at_pager(pager, alias, plan.places.get(alias), ask=ask)
    return Standing(alias, Path.NOBODY)


def _at_pager(pager: Pager, alias: str, place: PagerPlace | None, *, ask: bool) -> Standing:
    """What PagerDuty says; that it pages somebody is known without asking."""
    if not ask or place is None or not pager.asks:
        return Standing(alias, Path.PAGERDUTY, "PagerDuty")
    try:
        people = pager.on_call(place)
    except EffectError as error:
        return Standing(alias, Path.PAGERDUTY, "PagerDuty", trouble=str(error))
    if not people:
        return Standing(alias, Path.NOBODY, trouble="PagerDuty says that nobody is on call")
    return Standing(alias, Path.PAGERDUTY, people[0].name, until=people[0].until)


def mentioned(s: Switchboard, names: Iterable[str], at: datetime) -> tuple[str, ...]:
    """Slack ids of those who stood behind these aliases then; else the aliases as written."""
    return tuple(behind(s, name, at).slack or name for name in names)


def aliases(s: Switchboard) -> tuple[str, ...]:
    """Every alias that anybody can call, and those that policies call."""
    alerts = (n for steps in s.policy.alerts.escalation.values() for e in steps for n in e.notify)
    rules = s.policy.incidents.escalation
    steps = (n for steps in rules.values() for e in steps for n in e.notify)
    own: Mapping[str, object] = s.policy.alerts.people
    plan: OnCallPlan = s.oncall.current()
    return tuple(dict.fromkeys((*plan.aliases, *own, *alerts, *steps)))


def everybody(s: Switchboard, at: datetime, *, ask: bool = True) -> list[Standing]:
    """Who stands behind each alias; those that call nobody last."""
    found = [behind(s, alias, at, ask=ask) for alias in aliases(s)]
    return sorted(found, key=lambda one: not one.reached)


def somebody(s: Switchboard, name: str, at: datetime) -> Standing:
    """Who stands behind it.

    Raises:
        NotFoundError: nobody; names the nearest alias and those there are.
    """
    found = behind(s, name, at)
    if found.reached:
        return found
    known = [one.alias for one in everybody(s, at, ask=False) if one.reached]
    near = get_close_matches(found.alias, known, n=1, cutoff=0.6)
    meant = f" Did you mean {near[0]}?" if near else ""
    there = f" There are {', '.join(known[:MOST_NAMED])}." if known and not near else ""
    help_ = " Rotations and people are set up as docs/oncall.md says." if not known else ""
    message = f"Nobody stands behind {found.alias}.{meant}{there}{help_}"
    raise NotFoundError(message)
