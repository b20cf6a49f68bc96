"""The verb that lays a role down."""

from collections.abc import Mapping

from fireline.adapters.slack.acts import CHOICE, Act, Field, Options, Values
from fireline.adapters.slack.blocks import Rendered, answers
from fireline.adapters.slack.desk import Asked, Desk
from fireline.adapters.slack.grammar import Typed
from fireline.adapters.slack.grammar import role as role_named
from fireline.domain.incident.incident import Incident, Role
from fireline.domain.incident.roles import held_by
from fireline.usecases.incident_roles import release_role

ROLES: Options = tuple((role.value, role.label) for role in Role)


def _typed(desk: Desk, asked: Asked, typed: Typed) -> Values:
    """The role that is named, else the only one that whoever asks has."""
    if typed.text:
        return {"role": role_named(typed.text).value}
    mine = held_by(desk.incident_here(asked.channel), asked.user.id)
    return {"role": mine[0].value} if len(mine) == 1 else {}


def _release(desk: Desk, asked: Asked, incident: Incident, values: Values) -> Rendered:
    role = role_named(values["role"])
    after = release_role(desk.s, incident.id, role, asked.user)
    rule = desk.s.policy.incidents.roles.get(role.value)
    needed = rule is not None and rule.required_at(int(after.severity))
    rest = f" A {after.severity.label} needs one: somebody is asked." if needed else ""
    return answers.told(f"{after.ref}: you are no longer {role.label.lower()}.{rest}")


ACTS = (
    Act(
        "release",
        "Leave role in",
        "Leave it",
        (Field("role", "Which role?", CHOICE, options=ROLES),),
        _typed,
        _release,
        "To give it to somebody, use `/incident role` or `/incident handover`.",
    ),
)
HELP: Mapping[str, str] = {
    "release ROLE": "lays a role of yours down; one that is needed is asked for until it is taken",
}
