"""How runbooks are ordered: coverage of the question, and the fusion of several orders."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

TITLE, OPENING, HEADING, ELSEWHERE = 1.0, 0.7, 0.5, 0.3
"""What a word is worth by the place where the runbook has it."""

FUSION_K = 10
_PREFIX = 5
_PLURAL = 4
_INDIRECT = 0.5


@dataclass(frozen=True, slots=True)
class Zones:
    """Where a runbook's words stand, as sets of prefixes."""

    title: frozenset[str]
    opening: frozenset[str]
    headings: frozenset[str]
    elsewhere: frozenset[str]

    def worth(self, group: Iterable[str]) -> float:
        """What the best place of any of these prefixes is worth, 0 when there is none."""
        wanted = set(group)
        for words, worth in (
            (self.title, TITLE),
            (self.opening, OPENING),
            (self.headings, HEADING),
            (self.elsewhere, ELSEWHERE),
        ):
            if not wanted.isdisjoint(words):
                return worth
        return 0.0


def prefixes(words: Iterable[str]) -> frozenset[str]:
    """The first five letters of each word, which forgives endings, and no plural's `s`."""
    return frozenset(
        (word[:-1] if word.endswith("s") and len(word) >= _PLURAL else word)[:_PREFIX]
        for word in words
    )


def rarity(documents: int, containing: int) -> float:
    """How much a word tells: `ln(1 + N / (1 + df))`."""
    return math.log(1 + documents / (1 + containing))


def coverage(weights: Sequence[float], worths: Sequence[float]) -> float:
    """The share of the question's weight that a runbook covers, from 0 to 1."""
    total = sum(weights)
    if not total:
        return 0.0
    return sum(weight * worth for weight, worth in zip(weights, worths, strict=True)) / total


def matched(weights: Sequence[float], said: Sequence[float], meant: Sequence[float]) -> float:
    """The share of the question's weight that a runbook has anywhere at all.

    A word found only through an alias or another spelling (`meant`, not `said`) counts half.
    """
    found = [
        1.0 if word else _INDIRECT if companion else 0.0
        for word, companion in zip(said, meant, strict=True)
    ]
    return coverage(weights, found)


def place_bonus(place: int) -> float:
    """What an earlier order adds to a coverage score; the first place is 0."""
    return 0.5 / (1 + 0.25 * place)


def fuse(orders: Iterable[tuple[float, Sequence[str]]]) -> dict[str, float]:
    """Reciprocal rank fusion of `(weight, ids best first)`: the score of every id."""
    scores: dict[str, float] = {}
    for weight, ids in orders:
        for rank, one in enumerate(ids, start=1):
            scores[one] = scores.get(one, 0.0) + weight / (FUSION_K + rank)
    return scores


def best_first(scores: Mapping[str, float], tiers: Mapping[str, int | None]) -> list[str]:
    """Ids by score; ties by tier, then id, so that no order depends on how files were read."""
    return sorted(scores, key=lambda one: (-round(scores[one], 9), _tier(tiers.get(one)), one))


def _tier(tier: int | None) -> int:
    return 9 if tier is None else tier
