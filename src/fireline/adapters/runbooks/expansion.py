"""What else a short question may mean: other spellings and other words for the same thing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path

import yaml
from rapidfuzz import process
from rapidfuzz.distance import OSA

from fireline.domain.runbook.words import terms

MAX_TERMS = 8
"""Longer questions are alert text: correcting them does harm."""

_SIMILAR = 0.74
_CANDIDATES = 2
_SHORTEST = 4


@dataclass(frozen=True, slots=True)
class Group:
    """One word of the question and what stands beside it."""

    word: str
    others: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def words(self) -> tuple[str, ...]:
        """The word and its companions."""
        return (self.word, *self.others)


@dataclass(frozen=True, slots=True)
class Aliases:
    """Other words for the same thing, looked up from the question's side only."""

    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    phrases: Mapping[tuple[str, ...], tuple[str, ...]] = field(default_factory=dict)

    def of(self, word: str) -> tuple[str, ...]:
        """Companions of one word."""
        return self.words.get(word) or self.words.get(word.removesuffix("s")) or ()

    def of_phrases(self, text: str) -> Iterable[tuple[tuple[str, ...], tuple[str, ...]]]:
        """Phrases that stand in the text, with their companions."""
        spoken = terms(text, joined=False)
        for phrase, others in self.phrases.items():
            size = len(phrase)
            if any(tuple(spoken[at : at + size]) == phrase for at in range(len(spoken) - size + 1)):
                yield phrase, others


def load_aliases(extra: Path | None = None) -> Aliases:
    """The shipped aliases, extended by a team's own file of the same form if it exists."""
    shipped = files("fireline.adapters.runbooks").joinpath("aliases.yaml").read_text("utf-8")
    texts = [shipped]
    if extra is not None and extra.is_file():
        texts.append(extra.read_text("utf-8", errors="replace"))
    words: dict[str, tuple[str, ...]] = {}
    phrases: dict[tuple[str, ...], tuple[str, ...]] = {}
    for text in texts:
        loaded = yaml.safe_load(text)
        for key, value in (loaded if isinstance(loaded, dict) else {}).items():
            others = tuple(dict.fromkeys(word for one in value or () for word in terms(str(one))))
            parts = tuple(terms(str(key), joined=False))
            if len(parts) == 1:
                words[parts[0]] = tuple(dict.fromkeys((*words.get(parts[0], ()), *others)))
            elif parts:
                phrases[parts] = others
    return Aliases(words, phrases)


class Spelling:
    """Corrects words that the corpus does not know."""

    def __init__(self, vocabulary: Iterable[str]) -> None:
        """Take the corpus's words, the most frequent first: it wins among equals."""
        self._by_length: dict[int, list[str]] = {}
        for word in vocabulary:
            if len(word) >= _SHORTEST and word.isalpha():
                self._by_length.setdefault(len(word), []).append(word)

    def near(self, word: str) -> tuple[str, ...]:
        """At most two words of the corpus that were probably meant."""
        if len(word) < _SHORTEST or not word.isalpha():
            return ()
        room = int(len(word) * (1 / _SIMILAR - 1)) + 1
        lengths = range(len(word) - room, len(word) + room + 1)
        choices = [one for length in lengths for one in self._by_length.get(length, ())]
        found = process.extract(
            word,
            choices,
            scorer=OSA.normalized_similarity,
            score_cutoff=_SIMILAR,
            limit=_CANDIDATES,
        )
        return tuple(choice for choice, _score, _place in found)


def expand(
    words: Sequence[str], text: str, aliases: Aliases, spelling: Spelling, known: Iterable[str]
) -> list[Group]:
    """The question's words as groups; `known` are those that the corpus has."""
    if len(words) > MAX_TERMS:
        return [Group(word) for word in words]
    has = set(known)
    groups = [_group(word, aliases, spelling, known=word in has) for word in words]
    for phrase, others in aliases.of_phrases(text):
        carrier = next((at for at, one in enumerate(groups) if one.word in phrase), None)
        note = f"alias: {' '.join(phrase)}→{others[0]}"
        if carrier is None:
            groups.append(Group(others[0], others[1:], (note,)))
        else:
            old = groups[carrier]
            groups[carrier] = Group(old.word, (*old.others, *others), (*old.notes, note))
    return groups


def _group(word: str, aliases: Aliases, spelling: Spelling, *, known: bool) -> Group:
    others = aliases.of(word)
    notes = (f"alias: {word}→{others[0]}",) if others else ()
    if known or others:
        return Group(word, others, notes)
    meant = spelling.near(word)
    more = tuple(dict.fromkeys(alias for one in meant for alias in aliases.of(one)))
    return Group(word, (*meant, *more), tuple(f"spelling: {word}→{one}" for one in meant))
