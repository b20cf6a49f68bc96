"""Who owns what is affected, and who that is in Slack."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from fireline.domain.lineage.blast import LAST_TIER, Blast
from fireline.domain.lineage.graph import Node


@dataclass(frozen=True, slots=True)
class Owner:
    """One owner: by the name that lineage or a contract gives, with the Slack id if it is known.

    `slack_id` is a person's (U...) or a user group's (S...). `tier` is that of the most important
    thing they own here; `owns_root` when it is the broken data itself.
    """

    name: str
    slack_id: str | None
    nodes: tuple[str, ...]
    tier: int
    owns_root: bool = False


def owners_of(blast: Blast, people: Mapping[str, str]) -> tuple[Owner, ...]:
    """The owners of the broken data and of everything downstream, those of the root first.

    Args:
        blast: what is affected.
        people: Slack ids by alias, name or mail address, as the policy has them under `people`.
    """
    ids = {_plain(name): found for name, found in people.items()}
    owned: dict[str, list[Node]] = {}
    roots = {node.key for node in blast.root_nodes}
    for node in (*blast.root_nodes, *(one.node for one in blast.affected)):
        if node.owner:
            owned.setdefault(node.owner, []).append(node)
    found = [_owner(name, nodes, roots, ids) for name, nodes in owned.items()]
    return tuple(sorted(found, key=lambda owner: (not owner.owns_root, owner.tier)))


def _owner(name: str, nodes: list[Node], roots: Iterable[str], ids: Mapping[str, str]) -> Owner:
    emails = (node.email for node in nodes if node.email)
    slack_id = next((ids[_plain(n)] for n in (name, *emails) if _plain(n) in ids), None)
    tier = min(LAST_TIER if node.tier is None else node.tier for node in nodes)
    own = any(node.key in roots for node in nodes)
    return Owner(name, slack_id, tuple(n.name for n in nodes), tier, own)


def _plain(name: str) -> str:
    return name.strip().removeprefix("@").casefold()
