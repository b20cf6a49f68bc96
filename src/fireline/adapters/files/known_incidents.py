"""Incidents that people wrote down themselves, for holding alerts against them."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from yaml.nodes import MappingNode, Node, SequenceNode

from fireline.adapters.files.problems import Findings, Level
from fireline.adapters.files.yaml_fields import Fields, Text, compose, line_of
from fireline.domain.backtest.scoring import KnownIncident
from fireline.domain.errors import InvalidDefinitionError

KEYS = ("ref", "id", "title", "start", "end", "slo", "slos", "service")
MOST = 5000
RFC_3339 = re.compile(
    r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?([Zz]|[+-]\d\d:\d\d)", re.ASCII
)


def load_incidents(path: Path) -> tuple[KnownIncident, ...]:
    """The incidents of a YAML or JSON file: a list, or a list under `incidents`.

    Raises:
        InvalidDefinitionError: the first thing that is wrong in it, with its line.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise InvalidDefinitionError(str(path), 1, f"it cannot be read: {why}.") from error
    findings = Findings(str(path))
    found = [
        incident
        for number, node in enumerate(_entries(text, findings), 1)
        if (incident := _incident(node, number, findings)) is not None
    ]
    for problem in findings.problems:
        if problem.level is Level.ERROR:
            raise InvalidDefinitionError(problem.file, problem.line, problem.message)
    return tuple(found)


def _entries(text: str, findings: Findings) -> Iterator[MappingNode]:
    for document in compose(text, findings):
        listed = _list_of(document, findings)
        if listed is None:
            continue
        if len(listed) > MOST:
            findings.error(line_of(document), "size", f"more than {MOST} incidents; split the file")
            return
        for node in listed:
            if isinstance(node, MappingNode):
                yield node
            else:
                findings.error(line_of(node), "type", f"an incident has {', '.join(KEYS)}.")


def _list_of(document: Node, findings: Findings) -> list[Node] | None:
    if isinstance(document, MappingNode):
        fields = Fields(document, findings, "file", ("incidents",))
        document = fields.node("incidents") or document
    if isinstance(document, SequenceNode):
        return list(document.value)
    findings.error(
        line_of(document), "type", "write a list of incidents, each with `start`, `end`, `slo`."
    )
    return None


def _incident(node: MappingNode, number: int, findings: Findings) -> KnownIncident | None:
    fields = Fields(node, findings, "incident", KEYS)
    ref = fields.optional("ref") or fields.optional("id")
    start = _instant(fields.text("start", example="2026-11-23T02:05:00Z"), findings)
    ended = fields.optional("end")
    end = _instant(ended, findings)
    slos = tuple(text.value for key in ("slo", "slos") for text in fields.texts(key))
    service = fields.optional("service")
    title = fields.optional("title")
    if not slos and service is None:
        findings.error(fields.line, "missing", "say what it concerns: `slo`, `slos` or `service`.")
    if start is not None and end is not None and ended is not None and end < start:
        findings.error(ended.line, "time", "`end` is before `start`.")
    if start is None:
        return None
    return KnownIncident(
        ref=ref.value if ref else f"#{number}",
        start=start,
        end=end,
        title=title.value if title else "",
        slos=slos,
        service=service.value if service else None,
    )


def _instant(text: Text | None, findings: Findings) -> datetime | None:
    if text is None:
        return None
    try:
        if RFC_3339.fullmatch(text.value):
            return datetime.fromisoformat(text.value.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        pass  # said below, as for what does not look like a time at all
    findings.error(
        text.line,
        "time",
        f"`{text.value}` is no RFC 3339 time with a zone; write for instance 2026-11-23T02:05:00Z.",
    )
    return None
