"""Whether somebody stands behind every alias that a policy calls."""

from collections.abc import Iterator
from difflib import get_close_matches

from fireline.adapters.files.alert_policy import SLACK_ID
from fireline.adapters.files.problems import Level, Problem
from fireline.domain.oncall.plan import OnCallPlan
from fireline.domain.policy.policy import Policy


def nobody_behind(path: str, text: str, policy: Policy, plan: OnCallPlan) -> Iterator[Problem]:
    """The aliases of a policy file that call nobody.

    A team that names nobody at all has not begun with it, and is not told.
    """
    known = {*policy.alerts.people, *plan.aliases}
    if not known:
        return
    lines = text.splitlines()
    for name in called(policy):
        if name in known or SLACK_ID.match(name):
            continue
        bare = name.removeprefix("@")
        line = next((n for n, words in enumerate(lines, 1) if _names(words, bare)), None)
        if line is None:  # the shipped steps hold, which this file does not change
            continue
        near = get_close_matches(name, known, n=1)
        meant = (
            f"did you mean `{near[0]}`?" if near else "it has no Slack id, rotation or schedule."
        )
        yield Problem(path, line, Level.WARNING, "nobody", f"`{name}` calls nobody; {meant}")


def called(policy: Policy) -> tuple[str, ...]:
    """Every alias that the policy calls, in the order of its steps."""
    alerts = (
        name for steps in policy.alerts.escalation.values() for s in steps for name in s.notify
    )
    rules = policy.incidents
    steps = (name for steps in rules.escalation.values() for s in steps for name in s.notify)
    invited = (name for names in rules.invite.values() for name in names)
    return tuple(dict.fromkeys((*alerts, *steps, *invited, *rules.drill_page)))


def _names(words: str, alias: str) -> bool:
    """Whether a line names the alias, and not one that only begins or ends like it."""
    at = words.find(alias)
    while at >= 0:
        before, after = words[at - 1 : at], words[at + len(alias) : at + len(alias) + 1]
        if not (before.isalnum() or before in {"-", "_"} or after.isalnum() or after in {"-", "_"}):
            return not words.lstrip().startswith("#")
        at = words.find(alias, at + 1)
    return False
