"""Finds a runbook by name: alert, file, title, SLO, address. A hit is final."""

import fnmatch
import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from rapidfuzz import process
from rapidfuzz.distance import OSA

from fireline.adapters.runbooks.parsing import ParsedRunbook
from fireline.domain.runbook.words import normalise, split_camel

_NEAR = 0.8
_MARGIN = 0.02
_LONG = 8
_ADDRESS = re.compile(r"[\w.:~%-]*/[\w./:~%#?=&-]+|[\w-]+\.md\b")


class NameTable:
    """Names of all runbooks, normalised, in order of trust."""

    def __init__(
        self, runbooks: Sequence[ParsedRunbook], mapped: Mapping[str, str] | None = None
    ) -> None:
        """Take the runbooks and a map of more names (alerts, SLOs) to paths or ids."""
        ordered = sorted(runbooks, key=lambda one: (_tier(one), one.runbook.id))
        self._levels: list[tuple[str, dict[str, list[str]]]] = []
        for why, names in (
            ("alert name", lambda one: (*one.runbook.alerts, *_mapped_to(one, mapped or {}))),
            ("file name", lambda one: (one.stem, one.runbook.id)),
            ("title", lambda one: (one.runbook.title,)),
            ("alert name", lambda one: one.body_alerts),
            ("SLO", lambda one: one.runbook.slos),
            ("service and incident type", _situations),
        ):
            self._levels.append((why, _table(ordered, names)))
        self._levels.append(("alert name in text", _only(_table(ordered, _body_names))))
        self._globs = [
            (pattern, one.runbook.id)
            for one in ordered
            for pattern in one.runbook.alerts
            if any(sign in pattern for sign in "*?[")
        ]
        self._paths = {
            part.lower(): one.runbook.id for one in reversed(ordered) for part in _path_names(one)
        }
        self._near = {
            key: ids[0] for _why, table in reversed(self._levels[:4]) for key, ids in table.items()
        }

    def resolve(self, query: str) -> tuple[tuple[str, ...], str]:
        """Ids of the runbooks with this very name, and what kind of name it is."""
        for address in _ADDRESS.findall(query):
            found = self._by_address(address)
            if found:
                return (found,), "runbook address"
        key = normalise(query)
        candidates = [key, *(normalise(word) for word in _joined_names(query) if word != query)]
        for candidate in candidates:
            for why, table in self._levels:
                if candidate and candidate in table:
                    return tuple(table[candidate]), why
        matched = [one for pattern, one in self._globs if fnmatch.fnmatchcase(query, pattern)]
        return tuple(dict.fromkeys(matched)), "alert name"

    def near(self, query: str) -> tuple[str, str] | None:
        """The one runbook whose name differs by a typing error, and that name."""
        key = normalise(query)
        if len(key) < _LONG or len(query.split()) > 1:
            return None
        found = process.extract(
            key,
            list(self._near),
            scorer=OSA.normalized_similarity,
            score_cutoff=_NEAR,
            limit=4,
        )
        if not found:
            return None
        name, score, _place = found[0]
        winner = self._near[name]
        rivals = [other for other, near, _at in found[1:] if near > score - _MARGIN]
        if any(self._near[other] != winner for other in rivals):
            return None
        return winner, name

    def _by_address(self, address: str) -> str | None:
        path = re.split(r"[?#]", address, maxsplit=1)[0].rstrip("/").lower().removesuffix(".md")
        parts = [part for part in path.split("/") if part]
        for start in range(len(parts)):
            found = self._paths.get("/".join(parts[start:]))
            if found:
                return found
        return None


def _table(
    runbooks: Iterable[ParsedRunbook], names: Callable[[ParsedRunbook], tuple[str, ...]]
) -> dict[str, list[str]]:
    table: dict[str, list[str]] = {}
    for one in runbooks:
        for name in names(one):
            key = normalise(name)
            if key and one.runbook.id not in table.setdefault(key, []):
                table[key].append(one.runbook.id)
    return table


def _only(table: dict[str, list[str]]) -> dict[str, list[str]]:
    return {key: ids for key, ids in table.items() if len(ids) == 1}


def _body_names(one: ParsedRunbook) -> tuple[str, ...]:
    return one.body_names


def _situations(one: ParsedRunbook) -> tuple[str, ...]:
    return tuple(
        f"{service} {kind}" for service in one.runbook.services for kind in one.incident_types
    )


def _mapped_to(one: ParsedRunbook, mapped: Mapping[str, str]) -> tuple[str, ...]:
    targets = (one.runbook.id, one.runbook.path)
    return tuple(name for name, target in mapped.items() if target in targets)


def _path_names(one: ParsedRunbook) -> tuple[str, ...]:
    path = one.runbook.path.rsplit(".", 1)[0]
    return (one.stem, one.runbook.id, path.rsplit("/", 1)[-1], path)


def _joined_names(query: str) -> list[str]:
    """Words such as `KafkaConsumerLag` inside a longer text; they can only be names."""
    words = re.findall(r"[A-Za-z0-9]+", query)
    return [word for word in words if len(word) >= _LONG and len(split_camel(word)) > 1]


def _tier(one: ParsedRunbook) -> int:
    return 9 if one.runbook.tier is None else one.runbook.tier
