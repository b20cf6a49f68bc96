"""The team's rules for roles and channels of incidents."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class RoleRule:
    """One role: its name, the mildest severity that needs it filled, and what its holder does."""

    title: str
    required_from: int | None = None
    guide: tuple[str, ...] = ()

    def required_at(self, severity: int) -> bool:
        """Whether an incident of this severity needs somebody in the role."""
        return self.required_from is not None and severity <= self.required_from


class Slug(StrEnum):
    """What a channel is named after, beside its number."""

    TITLE = "title"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class ChannelRules:
    """How channels are named and when they are put away.

    `follow_title` renames the channel with its incident; None for `archive_after` is never.
    """

    slug: Slug = Slug.TITLE
    follow_title: bool = False
    archive_after: timedelta | None = timedelta(days=7)


DEFAULT_ROLES: Mapping[str, RoleRule] = {
    "commander": RoleRule(
        "Incident commander",
        2,
        (
            "You decide and say so; others do. Hands off the keyboard.",
            "Give operations and communications to somebody else at SEV1.",
            "Approve dangerous steps, and record each decision with its reason.",
            "Call it restored only when the burn is below 1x; then ask: is data damaged?",
        ),
    ),
    "operations": RoleRule(
        "Operations",
        1,
        (
            "You are the only one who changes production. Say it here before you do it.",
            "Follow the runbook and note what each step showed.",
            "Stop the harm first (halt the bad publish, roll back), find the cause later.",
        ),
    ),
    "communications": RoleRule(
        "Communications",
        1,
        (
            "Write an update when it is due: what is true, what is done, what is missing.",
            "Tell consumers what not to use before they find out, and when it is safe again.",
            "Keep questions away from commander and operations.",
        ),
    ),
    "scribe": RoleRule(
        "Scribe",
        None,
        (
            "Flag what matters with :pushpin:, decisions with :scales:, guesses with :bulb:.",
            "Note what was said elsewhere, with the time at which it happened.",
            "Before the review, accept the timeline or correct it.",
        ),
    ),
    "data_owner": RoleRule(
        "Data owner",
        2,
        (
            "Name the data that is wrong, late or missing, and the bad window in event time.",
            "Plan the repair in units, upstream first, and say whether it may be run twice.",
            "Verify: green pipelines alone prove nothing. Then call the data safe.",
        ),
    ),
}
