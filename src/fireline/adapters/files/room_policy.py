"""The policy's chapters on an incident's roles and its channel."""

from collections.abc import Mapping
from datetime import timedelta

from yaml.nodes import MappingNode

from fireline.adapters.files.policy_fields import span
from fireline.adapters.files.problems import Findings
from fireline.adapters.files.yaml_fields import Fields, Text
from fireline.domain.policy.room_rules import DEFAULT_ROLES, ChannelRules, RoleRule, Slug

KEYS = ("roles", "channels")
ROLE_KEYS = ("title", "required_from", "guide")
CHANNEL_KEYS = ("slug", "follow_title", "archive_after")
LEVELS = {"sev1": 1, "sev2": 2, "sev3": 3, "sev4": 4}
NEVER = "never"
LONGEST_TITLE, LONGEST_LINE, MOST_LINES = 60, 300, 8


def role_rules(fields: Fields, findings: Findings) -> Mapping[str, RoleRule]:
    """The roles; what is not said of one stays as shipped."""
    node: MappingNode | None = fields.mapping("roles")
    if node is None:
        return DEFAULT_ROLES
    given = Fields(node, findings, "roles", tuple(DEFAULT_ROLES))
    found = dict(DEFAULT_ROLES)
    for name, shipped in DEFAULT_ROLES.items():
        inner = given.mapping(name)
        if inner is not None:
            found[name] = _role(shipped, Fields(inner, findings, name, ROLE_KEYS), findings)
    return found


def _role(shipped: RoleRule, item: Fields, findings: Findings) -> RoleRule:
    title = item.optional("title")
    needed = item.optional("required_from")
    guide = _guide(item, findings) if "guide" in item else shipped.guide
    return RoleRule(
        _short(title, LONGEST_TITLE, findings) if title is not None else shipped.title,
        shipped.required_from if needed is None else _level(needed, findings),
        guide,
    )


def _guide(item: Fields, findings: Findings) -> tuple[str, ...]:
    lines = item.texts("guide")
    if len(lines) > MOST_LINES:
        message = f"a guide has at most {MOST_LINES} lines; who reads more at 3 a.m.?"
        findings.error(lines[MOST_LINES].line, "guide", message)
    return tuple(_short(line, LONGEST_LINE, findings) for line in lines[:MOST_LINES])


def _short(text: Text, limit: int, findings: Findings) -> str:
    if len(text.value) > limit:
        findings.error(text.line, "length", f"this holds {limit} characters; write it shorter.")
    return text.value[:limit]


def _level(text: Text, findings: Findings) -> int | None:
    if text.value == NEVER:
        return None
    level = LEVELS.get(text.value.lower())
    if level is None:
        message = f"`{text.value}` is no severity; write sev1 to sev4, or never."
        findings.error(text.line, "severity", message)
    return level


def channel_rules(fields: Fields, findings: Findings) -> ChannelRules:
    """How channels are named and put away."""
    node: MappingNode | None = fields.mapping("channels")
    shipped = ChannelRules()
    if node is None:
        return shipped
    given = Fields(node, findings, "channels", CHANNEL_KEYS)
    slug = _choice(given.optional("slug"), tuple(Slug), findings)
    follow = _choice(given.optional("follow_title"), ("true", "false"), findings)
    after = given.optional("archive_after")
    if after is not None and after.value == NEVER:
        archive = None
    else:
        seconds = span(after, findings)
        archive = shipped.archive_after if seconds is None else timedelta(seconds=seconds)
    return ChannelRules(
        Slug(slug) if slug is not None else shipped.slug,
        follow == "true" if follow is not None else shipped.follow_title,
        archive,
    )


def _choice(text: Text | None, known: tuple[str, ...], findings: Findings) -> str | None:
    if text is None:
        return None
    if text.value in known:
        return text.value
    findings.error(text.line, "choice", f"`{text.value}` must be one of {', '.join(known)}.")
    return None
