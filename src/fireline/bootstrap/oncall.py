"""Who is on call and how they are called, as the settings say."""

from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version

from fireline.adapters.files.oncall import OnCallFiles
from fireline.adapters.files.policy import load_policy
from fireline.adapters.paging.pagerduty import Access, PagerDuty
from fireline.bootstrap.system import SystemClock
from fireline.domain.errors import InvalidInputError
from fireline.domain.policy.policy import Policy
from fireline.settings import Settings, load
from fireline.usecases.oncall_ports import NO_PAGER, OnCalls, Pager
from fireline.usecases.who_is_on_call import Standing, everybody


@dataclass(frozen=True, slots=True)
class Switchboard:
    """What says who is on call, without Slack or a database."""

    policy: Policy
    oncall: OnCalls
    pager: Pager


def on_calls_of(settings: Settings) -> OnCallFiles:
    """The rotations in git."""
    return OnCallFiles(settings.oncall)


def pager_of(settings: Settings) -> PagerDuty | None:
    """PagerDuty, where a key for it is set."""
    keys = {name: key.get_secret_value() for name, key in settings.pagerduty_routing_keys.items()}
    if not keys:
        return None
    token = settings.pagerduty_api_token
    access = Access(
        {name if name.startswith("@") else f"@{name}": key for name, key in keys.items()},
        token.get_secret_value() if token is not None else "",
        str(settings.pagerduty_events_url),
        str(settings.pagerduty_api_url),
    )
    return PagerDuty(access, version("fireline"))


def standing_at(at: datetime | None) -> list[Standing]:
    """Who stands behind each alias at that instant, now when none is given.

    PagerDuty is asked for now only: it is not what it will say then.

    Raises:
        InvalidInputError: a setting is wrong.
        InvalidDefinitionError: the policy is wrong.
    """
    settings = load()
    path = settings.policy
    policy = load_policy(path) if path is not None and path.exists() else Policy()
    with closing(pager_of(settings) or NO_PAGER) as pager:
        board = Switchboard(policy, on_calls_of(settings), pager)
        return everybody(board, at or SystemClock().now(), ask=at is None)


def as_json(found: list[Standing]) -> list[dict[str, object]]:
    """The same as plain JSON values."""
    return [
        {
            "alias": one.alias,
            "path": one.path.value,
            "name": one.name or None,
            "slack": one.slack or None,
            "until": one.until.isoformat().replace("+00:00", "Z") if one.until else None,
            "then": one.then or None,
            "stands_in": one.stands_in,
        }
        for one in found
    ]


def on_call_found(settings: Settings) -> str:
    """For the doctor: that somebody stands behind every alias, and that the pager answers.

    Raises:
        InvalidInputError: an alias calls nobody, or a file is wrong.
        EffectError: PagerDuty cannot be reached or refuses.
    """
    calls = on_calls_of(settings)
    problems = calls.current().problems
    if problems:
        raise InvalidInputError("; ".join(problems))
    path = settings.policy
    policy = load_policy(path) if path is not None and path.exists() else Policy()
    with closing(pager_of(settings) or NO_PAGER) as pager:
        said = f"; PagerDuty {pager.check()}" if pager.configured else ""
        found = everybody(Switchboard(policy, calls, pager), SystemClock().now())
    nobody = [one.alias for one in found if not one.reached]
    if len(nobody) == len(found):
        return f"nobody is set up to be called; see docs/oncall.md{said}"
    if nobody:
        message = (
            f"nobody stands behind {', '.join(nobody)}: give each a rotation, a Slack id under"
            f" `people` of the policy, or a routing key (docs/oncall.md){said}"
        )
        raise InvalidInputError(message)
    return f"somebody stands behind each of {len(found)} aliases{said}"
