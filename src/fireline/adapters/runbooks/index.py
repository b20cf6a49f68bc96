"""The full-text index of a runbook folder: SQLite FTS5 in memory, whatever the main store is."""

import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from fireline.adapters.runbooks.parsing import ParsedRunbook, plain
from fireline.domain.runbook.ranking import Zones, prefixes
from fireline.domain.runbook.words import terms

_OPENING = 800
_SHORTEST_SECTION = 20
_ROWS = 400
_TOP = 50

_SCHEMA = """
CREATE VIRTUAL TABLE sections USING fts5(
  title, heading, body, linked, id UNINDEXED, shown UNINDEXED, tokenize = 'porter unicode61');
CREATE VIRTUAL TABLE documents USING fts5(
  title, heading, body, linked, id UNINDEXED, tokenize = 'porter unicode61');
"""
_BEST_SECTIONS = """
SELECT id, shown FROM sections WHERE sections MATCH ?
ORDER BY bm25(sections, 10.0, 4.0, 1.0, 4.0), id LIMIT ?
"""
_BEST_DOCUMENTS = """
SELECT id FROM documents WHERE documents MATCH ?
ORDER BY bm25(documents, 10.0, 4.0, 1.0, 4.0), id LIMIT ?
"""


class SectionIndex:
    """Ranks sections and documents by BM25 and knows where each document has its words."""

    def __init__(
        self, runbooks: Sequence[ParsedRunbook], linked: Mapping[str, Sequence[str]]
    ) -> None:
        """Take the runbooks and, per id, more text that points to it, such as alert summaries."""
        # One connection for all threads: the library holds a lock around every use.
        self._db = sqlite3.connect(":memory:", check_same_thread=False)
        self._db.executescript(_SCHEMA)
        self.zones: dict[str, Zones] = {}
        self.titles: dict[str, str] = {}
        self._documents_with: Counter[str] = Counter()
        frequency: Counter[str] = Counter()
        for one in sorted(runbooks, key=lambda each: each.runbook.id):
            frequency.update(self._add(one, linked.get(one.runbook.id, ())))
        self.vocabulary = [
            word for word, _n in sorted(frequency.items(), key=lambda item: (-item[1], item[0]))
        ]
        self._by_prefix: dict[str, set[str]] = {}
        for runbook_id, zones in self.zones.items():
            for words in (zones.title, zones.opening, zones.headings, zones.elsewhere):
                for prefix in words:
                    self._by_prefix.setdefault(prefix, set()).add(runbook_id)

    def close(self) -> None:
        """Free the memory."""
        self._db.close()

    def containing(self, group: Iterable[str]) -> int:
        """How many documents have a word of this group (compared by prefix)."""
        found: set[str] = set()
        for prefix in prefixes(group):
            found |= self._by_prefix.get(prefix, set())
        return len(found)

    def knows(self, word: str) -> bool:
        """Whether any document has the word, in any inflection."""
        row = self._db.execute(
            "SELECT 1 FROM documents WHERE documents MATCH ? LIMIT 1", (_any_of([word]),)
        ).fetchone()
        return row is not None

    def sections(self, words: Sequence[str]) -> dict[str, str]:
        """Runbook ids, best first, each with the heading of its best section."""
        rows = self._db.execute(_BEST_SECTIONS, (_any_of(words), _ROWS))
        best: dict[str, str] = {}
        for runbook_id, heading in rows:
            best.setdefault(runbook_id, heading)
        return best

    def documents(self, words: Sequence[str]) -> list[str]:
        """The ids of the fifty best whole documents."""
        rows = self._db.execute(_BEST_DOCUMENTS, (_any_of(words), _TOP))
        return [row[0] for row in rows]

    def _add(self, one: ParsedRunbook, linked: Sequence[str]) -> list[str]:
        runbook = one.runbook
        title = terms(f"{runbook.title} {one.stem}")
        folders = terms(runbook.path.rpartition("/")[0].replace("/", " "))
        known_as = (*runbook.alerts, *runbook.slos, *runbook.services, *runbook.symptoms, *linked)
        links = terms(" ".join(known_as))
        sections = [(part.heading, terms(plain(part.text))) for part in one.sections]
        headings = [word for heading, _body in sections for word in terms(heading)]
        body = [word for _heading, words in sections for word in words]
        self._insert(one, (title, folders, links), sections)
        self._db.execute(
            "INSERT INTO documents VALUES (?, ?, ?, ?, ?)",
            (*map(" ".join, (title, headings + folders, body, links)), runbook.id),
        )
        self.titles[runbook.id] = " ".join(terms(f"{runbook.title} {one.stem}", joined=False))
        opening = terms(plain(runbook.body[:_OPENING])) + links
        self.zones[runbook.id] = Zones(
            prefixes(title), prefixes(opening), prefixes(headings + folders), prefixes(body)
        )
        return list({*title, *headings, *body, *links})

    def _insert(
        self,
        one: ParsedRunbook,
        shared: tuple[list[str], list[str], list[str]],
        sections: Sequence[tuple[str, list[str]]],
    ) -> None:
        title, folders, links = map(" ".join, shared)
        kept = [
            (heading, " ".join(words))
            for heading, words in sections
            if len(" ".join(words)) >= _SHORTEST_SECTION
        ]
        for heading, body in kept or [("", " ".join(w for _h, words in sections for w in words))]:
            shown = "" if heading == one.runbook.title else heading
            self._db.execute(
                "INSERT INTO sections VALUES (?, ?, ?, ?, ?, ?)",
                (
                    title,
                    f"{' '.join(terms(shown))} {folders}",
                    body,
                    links,
                    one.runbook.id,
                    shown,
                ),
            )


def _any_of(words: Sequence[str]) -> str:
    # A query is data: every word is quoted, so nothing in it is FTS5 syntax.
    return " OR ".join('"' + word.replace('"', '""') + '"' for word in words)
