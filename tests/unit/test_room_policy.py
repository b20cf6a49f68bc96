"""The policy's chapters on roles and channels: read whole, refused with place and remedy."""

from datetime import timedelta

import pytest

from fireline.adapters.files.policy import read_policy
from fireline.domain.policy.incident_rules import IncidentRules
from fireline.domain.policy.room_rules import DEFAULT_ROLES, ChannelRules, Slug

HEAD = "apiVersion: fireline/v1\nkind: Policy\nversion: 1\n"


def rules(text: str) -> tuple[IncidentRules, list[str]]:
    policy, problems = read_policy("policy.yaml", HEAD + text)
    return policy.incidents, [f"{p.line}: {p.message}" for p in problems]


def test_a_team_names_its_roles_says_what_they_do_and_from_when_they_are_needed() -> None:
    found, problems = rules(
        """\
roles:
  commander: {title: Incident lead, required_from: sev3}
  scribe: {required_from: sev1, guide: [Write it down.]}
  operations: {required_from: never}
"""
    )
    assert problems == []
    lead = found.roles["commander"]
    assert (lead.title, lead.required_from) == ("Incident lead", 3)
    assert lead.guide == DEFAULT_ROLES["commander"].guide
    assert found.roles["scribe"].guide == ("Write it down.",)
    assert not found.roles["operations"].required_at(1)
    assert found.roles["data_owner"] == DEFAULT_ROLES["data_owner"]


def test_channels_follow_the_policy() -> None:
    found, problems = rules("channels: {slug: number, follow_title: true, archive_after: 2d}\n")
    assert problems == []
    assert found.channels == ChannelRules(Slug.NUMBER, True, timedelta(days=2))  # noqa: FBT003
    never, _ = rules("channels: {archive_after: never}\n")
    assert never.channels.archive_after is None


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("roles: {boss: {title: x}}\n", "boss"),
        ("roles: {scribe: {required_from: worst}}\n", "4: `worst` is no severity"),
        (f"roles: {{scribe: {{title: {'x' * 61}}}}}\n", "this holds 60 characters"),
        (f"roles: {{scribe: {{guide: [{', '.join('abcdefghi')}]}}}}\n", "at most 8 lines"),
        ("channels: {slug: words}\n", "4: `words` must be one of title, number"),
        ("channels: {archive_after: soon}\n", "`soon` is no length of time"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(text: str, problem: str) -> None:
    assert any(problem in found for found in rules(text)[1])
