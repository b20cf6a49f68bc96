"""The search itself: resolve, clean, expand, rank, and say nothing rather than noise."""

from collections.abc import Mapping, Sequence

from rapidfuzz import fuzz, process

from fireline.adapters.runbooks.expansion import MAX_TERMS, Aliases, Group, Spelling, expand
from fireline.adapters.runbooks.index import SectionIndex
from fireline.adapters.runbooks.names import NameTable
from fireline.adapters.runbooks.parsing import ParsedRunbook
from fireline.domain.runbook import ranking
from fireline.domain.runbook.runbook import Runbook, RunbookHit
from fireline.domain.runbook.words import query_terms, terms

_COVERAGE_WEIGHT, _SECTION_WEIGHT, _FUZZ_WEIGHT = 1.0, 1.0, 0.3
_BEST_FUSED = (_COVERAGE_WEIGHT + _SECTION_WEIGHT + _FUZZ_WEIGHT) / (ranking.FUSION_K + 1)
_FUZZ_TOP = 50
_NEAR_BONUS = 2.0
_JUDGED = 3
# Under these shares of the question's weight found anywhere, the best runbook is no answer. Alert
# text is full of names that no runbook knows, so less of it has to be found.
_ENOUGH_SHORT = 0.3
_ENOUGH_LONG = 0.2


class RunbookRanking:
    """A fixed set of runbooks, searchable; not safe for threads by itself."""

    def __init__(
        self,
        runbooks: Sequence[ParsedRunbook],
        aliases: Aliases,
        linked: Mapping[str, Sequence[str]] | None = None,
        mapped: Mapping[str, str] | None = None,
    ) -> None:
        """Take the runbooks; `linked` is text and `mapped` are names that point to them."""
        self.runbooks: dict[str, Runbook] = {one.runbook.id: one.runbook for one in runbooks}
        self._tiers = {one.runbook.id: one.runbook.tier for one in runbooks}
        self._names = NameTable(runbooks, mapped)
        self._index = SectionIndex(runbooks, linked or {})
        self._aliases = aliases
        self._spelling = Spelling(self._index.vocabulary)
        self._ids = list(self._index.titles)
        self._titles = [self._index.titles[one] for one in self._ids]

    def close(self) -> None:
        """Free the index."""
        self._index.close()

    def search(self, query: str, limit: int) -> list[RunbookHit]:
        """The runbooks that fit, best first; empty when none is a good match."""
        exact, why = self._names.resolve(query.strip())
        if exact:
            return [self.hit(one, "", 1.0, why) for one in exact[:limit]]
        words = query_terms(query)
        if not words or not self._ids:
            return []
        known = [word for word in words if self._index.knows(word)]
        groups = expand(words, query, self._aliases, self._spelling, known)
        near = self._names.near(query.strip())
        ranked = self._rank(groups, near[0] if near else None)
        if near is None and not self._is_answer(groups, ranked):
            return []
        return self._hits(ranked, groups, near, limit)

    def hit(self, runbook_id: str, section: str, score: float, why: str) -> RunbookHit:
        """One runbook as a result."""
        runbook = self.runbooks[runbook_id]
        first = runbook.steps[0].title if runbook.steps else ""
        return RunbookHit(
            runbook.id, runbook.title, runbook.path, section, round(score, 4), why, first
        )

    def _rank(self, groups: Sequence[Group], near: str | None) -> list[tuple[str, str, float]]:
        searched = list(dict.fromkeys(word for group in groups for word in group.words))
        by_section = self._index.sections(searched)
        covered = self._covered(groups, self._index.documents(searched))
        fuzzy = process.extract(
            " ".join(searched), self._titles, scorer=fuzz.token_set_ratio, limit=_FUZZ_TOP
        )
        orders: list[tuple[float, Sequence[str]]] = [
            (_COVERAGE_WEIGHT, covered),
            (_SECTION_WEIGHT, list(by_section)),
            (_FUZZ_WEIGHT, self._fuzzy_order(fuzzy)),
        ]
        if near is not None:
            orders.append((_NEAR_BONUS, [near]))
        scores = ranking.fuse(orders)
        if by_section or near:
            scores = {
                one: score
                for one, score in scores.items()
                if one in by_section or one in covered or one == near
            }
        best = _BEST_FUSED + (_NEAR_BONUS / (ranking.FUSION_K + 1) if near else 0.0)
        return [
            (one, by_section.get(one, ""), min(0.99, scores[one] / best))
            for one in ranking.best_first(scores, self._tiers)
        ]

    def _fuzzy_order(self, found: Sequence[tuple[str, float, int]]) -> list[str]:
        placed = [(-score, self._ids[at]) for _title, score, at in found if score > 0]
        return [one for _score, one in sorted(placed)]

    def _covered(self, groups: Sequence[Group], candidates: Sequence[str]) -> list[str]:
        wanted = [ranking.prefixes(group.words) for group in groups]
        weights = self._weights(groups)
        scored: dict[str, float] = {}
        for place, one in enumerate(candidates):
            zones = self._index.zones[one]
            worths = [zones.worth(prefix) for prefix in wanted]
            scored[one] = ranking.coverage(weights, worths) + ranking.place_bonus(place)
        return ranking.best_first(scored, self._tiers)

    def _weights(self, groups: Sequence[Group]) -> list[float]:
        total = len(self._ids)
        return [ranking.rarity(total, self._index.containing(group.words)) for group in groups]

    def _is_answer(self, groups: Sequence[Group], ranked: Sequence[tuple[str, str, float]]) -> bool:
        """Whether one of the best has enough of the question's weight in it."""
        weights = self._weights(groups)
        best = 0.0
        for one, _section, _score in ranked[:_JUDGED]:
            zones = self._index.zones[one]
            said = [zones.worth(ranking.prefixes([group.word])) for group in groups]
            meant = [zones.worth(ranking.prefixes(group.words)) for group in groups]
            best = max(best, ranking.matched(weights, said, meant))
        enough = _ENOUGH_SHORT if len(groups) <= MAX_TERMS else _ENOUGH_LONG
        return best > enough

    def _hits(
        self,
        ranked: Sequence[tuple[str, str, float]],
        groups: Sequence[Group],
        near: tuple[str, str] | None,
        limit: int,
    ) -> list[RunbookHit]:
        hits = []
        for one, section, score in ranked[:limit]:
            reasons = [f"spelling: →{near[1]}"] if near and near[0] == one else []
            reasons += self._reasons(one, section, groups)
            hits.append(self.hit(one, section, score, "; ".join(reasons) or "text"))
        return hits

    def _reasons(self, one: str, section: str, groups: Sequence[Group]) -> list[str]:
        title = ranking.prefixes(self._index.titles[one].split())
        heading = ranking.prefixes(terms(section))
        in_title = [w for g in groups for w in g.words if ranking.prefixes([w]) & title]
        in_section = any(ranking.prefixes(group.words) & heading for group in groups)
        reasons = []
        if in_title:
            reasons.append(f"title: {', '.join(dict.fromkeys(in_title))}")
        if in_section:
            reasons.append(f"section: {section}")
        everywhere = self._index.zones[one]
        for note in (note for group in groups for note in group.notes):
            meant = note.rpartition("→")[2]
            if everywhere.worth(ranking.prefixes([meant])):
                reasons.append(note)
        return reasons
