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
_LARGE = 200
_COMMON = 0.3
_ENOUGH_WORDS = 3

# Contentless: the tables hold only the index, what a row stands for is kept in lists beside them.
_SCHEMA = """
CREATE VIRTUAL TABLE sections USING fts5(
  title, heading, body, linked, content = '', tokenize = 'porter unicode61');
CREATE VIRTUAL TABLE documents USING fts5(
  title, heading, body, linked, content = '', tokenize = 'porter unicode61');
"""
_ADD_SECTION = "INSERT INTO sections (rowid, title, heading, body, linked) VALUES (?, ?, ?, ?, ?)"
_ADD_DOCUMENT = "INSERT INTO documents (rowid, title, heading, body, linked) VALUES (?, ?, ?, ?, ?)"
_BEST_SECTIONS = """
SELECT rowid, rank FROM sections
WHERE sections MATCH ? AND rank MATCH 'bm25(10.0, 4.0, 1.0, 4.0)' ORDER BY rank LIMIT ?
"""
_BEST_DOCUMENTS = """
SELECT rowid, rank FROM documents
WHERE documents MATCH ? AND rank MATCH 'bm25(10.0, 4.0, 1.0, 4.0)' ORDER BY rank LIMIT ?
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
        self._sections: list[tuple[str, str]] = []
        self._documents: list[str] = []
        self.zones: dict[str, Zones] = {}
        self.titles: dict[str, str] = {}
        frequency: Counter[str] = Counter()
        for one in sorted(runbooks, key=lambda each: each.runbook.id):
            frequency.update(self._add(one, linked.get(one.runbook.id, ())))
        self.vocabulary = [
            word for word, _n in sorted(frequency.items(), key=lambda item: (-item[1], item[0]))
        ]
        self._words = frozenset(frequency)
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
        if word in self._words:
            return True
        row = self._db.execute(
            "SELECT 1 FROM documents WHERE documents MATCH ? LIMIT 1", (_any_of([word]),)
        ).fetchone()
        return row is not None

    def sections(self, words: Sequence[str]) -> dict[str, str]:
        """Runbook ids, best first, each with the heading of its best section."""
        best: dict[str, str] = {}
        for row in self._ranked(_BEST_SECTIONS, words, _ROWS):
            best.setdefault(*self._sections[row])
        return best

    def documents(self, words: Sequence[str]) -> list[str]:
        """The ids of the fifty best whole documents."""
        return [self._documents[row] for row in self._ranked(_BEST_DOCUMENTS, words, _TOP)]

    def _ranked(self, query: str, words: Sequence[str], limit: int) -> list[int]:
        rows = self._db.execute(query, (_any_of(self._telling(words)), limit)).fetchall()
        # Rows were added in the order of ids, so ties fall by id.
        return [row for row, _rank in sorted(rows, key=lambda one: (round(one[1], 9), one[0]))]

    def _telling(self, words: Sequence[str]) -> Sequence[str]:
        """Without words that most of a large folder has: they cost time and decide nothing."""
        documents = len(self.zones)
        if documents < _LARGE:
            return words
        rare = [word for word in words if self.containing([word]) <= _COMMON * documents]
        return rare if len(rare) >= _ENOUGH_WORDS else words

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
            _ADD_DOCUMENT,
            (
                len(self._documents),
                *map(" ".join, (title, headings + folders, body, links)),
            ),
        )
        self._documents.append(runbook.id)
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
        for name, body in kept or [("", " ".join(w for _h, words in sections for w in words))]:
            shown = "" if name == one.runbook.title else name
            heading = f"{' '.join(terms(shown))} {folders}"
            row = (len(self._sections), title, heading, body, links)
            self._db.execute(_ADD_SECTION, row)
            self._sections.append((one.runbook.id, shown))


def _any_of(words: Sequence[str]) -> str:
    # A query is data: every word is quoted, so nothing in it is FTS5 syntax.
    return " OR ".join('"' + word.replace('"', '""') + '"' for word in words)
