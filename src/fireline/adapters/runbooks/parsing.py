"""Reads one Markdown runbook, with or without front matter, and never refuses it."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import PurePosixPath

import yaml

from fireline.domain.runbook.runbook import Backfill, Runbook, Step, VerifyStep
from fireline.domain.slo.wording import parse_range

try:
    from yaml import CSafeLoader as SafeLoader
except ImportError:
    from yaml import SafeLoader  # type: ignore[assignment]

_FENCE = re.compile(r"^\s{0,3}(```+|~~~+)")
_HEADING = re.compile(r"^\s{0,3}(#{1,6})\s+(.*?)\s*#*\s*$")
_UNDERLINE = re.compile(r"^\s{0,3}(=+|-{2,})\s*$")
_ITEM = re.compile(r"^\s{0,3}(?:\d+[.)]|[-*+]\s+\[[ xX]\])\s+(.+)$")
_ALERT_LINE = re.compile(r"\balert(?:\s*name)?\s*[:=]\s*[`*\"]*([A-Za-z][\w-]{3,})", re.IGNORECASE)
_CODE_NAME = re.compile(r"`([A-Z][a-z0-9]+(?:[A-Z]+[a-z0-9]*)+)`")
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
_SHORTCODE = re.compile(r"\{\{.*?\}\}|<[^>\n]{1,200}>")
_PLAIN = re.compile(r"[`*_]{1,3}")
_NAMELESS = {"readme", "index", "_index"}
_MAX_STEPS = 40
_KINDS = {"check", "action", "decision"}


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and the text under it."""

    heading: str
    text: str


@dataclass(frozen=True, slots=True)
class ParsedRunbook:
    """A runbook with what the index needs beside it."""

    runbook: Runbook
    stem: str
    sections: tuple[Section, ...]
    body_alerts: tuple[str, ...]
    body_names: tuple[str, ...]
    incident_types: tuple[str, ...]
    problem: str = ""


def parse(path: str, text: str) -> ParsedRunbook:
    """Read the text of the file at `path` (relative, `/` separators)."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    meta, body, problem = _front_matter(text)
    sections = tuple(_sections(body))
    stem = _stem(path)
    first_heading = next((one.heading for one in sections if one.heading), "")
    runbook = Runbook(
        id=_text(meta.get("id")) or path.rsplit(".", 1)[0],
        title=_text(meta.get("title")) or plain(first_heading) or stem,
        path=path,
        owner=_text(meta.get("owner")) or None,
        tier=_integer(meta.get("tier")),
        slos=_texts(meta.get("slos")),
        alerts=_texts(meta.get("alerts")),
        services=_texts(meta.get("services")),
        symptoms=_texts(meta.get("symptoms")),
        last_reviewed=_date(meta.get("last_reviewed")),
        review_interval_days=_integer(meta.get("review_interval_days")),
        steps=tuple(_steps(meta.get("steps"))) or tuple(_listed_steps(body)),
        verify=tuple(_verify(meta.get("verify"))),
        backfill=_backfill(meta.get("backfill")),
        body=body.strip(),
    )
    return ParsedRunbook(
        runbook=runbook,
        stem=stem,
        sections=sections,
        body_alerts=tuple(dict.fromkeys(_ALERT_LINE.findall(body))),
        body_names=tuple(dict.fromkeys(_CODE_NAME.findall(body))),
        incident_types=_texts(meta.get("data_incident_types")),
        problem=problem,
    )


def plain(markdown: str) -> str:
    """Markdown without link targets, shortcodes and emphasis."""
    return _PLAIN.sub("", _SHORTCODE.sub(" ", _LINK.sub(r"\1", markdown))).strip()


def _front_matter(text: str) -> tuple[Mapping[str, object], str, str]:
    for mark in ("---", "+++"):
        if text.startswith(f"{mark}\n"):
            head, found, body = text[len(mark) + 1 :].partition(f"\n{mark}")
            if not found:
                return {}, text, "the front matter is not closed"
            meta, problem = _load(head, mark)
            return meta, body.partition("\n")[2], problem
    return {}, text, ""


def _load(head: str, mark: str) -> tuple[Mapping[str, object], str]:
    try:
        # The C loader is the same safe loader, eight times as fast.
        loaded = tomllib.loads(head) if mark == "+++" else yaml.load(head, SafeLoader)
    except (yaml.YAMLError, tomllib.TOMLDecodeError, ValueError) as error:
        return {}, f"the front matter cannot be read: {' '.join(str(error).split())}"
    return (loaded, "") if isinstance(loaded, dict) else ({}, "")


def _sections(body: str) -> Iterator[Section]:
    heading, lines, fence = "", list[str](), ""
    for line in body.split("\n"):
        mark = _FENCE.match(line)
        if mark and (not fence or mark[1].startswith(fence)):
            fence = "" if fence else mark[1]
        found = None if fence or mark else _heading(line, lines)
        if found is None:
            lines.append(line)
            continue
        if heading or any(lines):
            yield Section(heading, "\n".join(lines).strip())
        heading, lines = found, []
    yield Section(heading, "\n".join(lines).strip())


def _heading(line: str, before: list[str]) -> str | None:
    hashes = _HEADING.match(line)
    if hashes:
        return plain(hashes[2])
    underlined = _UNDERLINE.match(line) and before and before[-1].strip()
    alone = len(before) == 1 or (len(before) > 1 and not before[-2].strip())
    if underlined and alone and not before[-1].lstrip().startswith(("|", "-", "*", ">")):
        return plain(before.pop())
    return None


def _stem(path: str) -> str:
    pure = PurePosixPath(path)
    if pure.stem.lower() in _NAMELESS and pure.parent.name:
        return pure.parent.name
    return pure.stem


def _steps(value: object) -> Iterator[Step]:
    for place, raw in enumerate(value if isinstance(value, list) else [], start=1):
        if not isinstance(raw, dict):
            continue
        kind = _text(raw.get("kind"))
        yield Step(
            id=_text(raw.get("id")) or f"s{place}",
            kind=kind if kind in _KINDS else "check",
            title=_text(raw.get("title")),
            text=_step_text(raw),
            expect=_text(raw.get("expect")),
            dangerous=raw.get("dangerous") is True,
            approver=_text(raw.get("approver")),
            undo=_text(raw.get("undo")) or _text(raw.get("rollback")),
        )


def _step_text(raw: Mapping[object, object]) -> str:
    options = raw.get("options")
    if isinstance(options, dict):
        return "; ".join(f"{answer}: {target}" for answer, target in options.items())
    texts = (_text(raw.get(name)) for name in ("command", "promql", "sql", "url"))
    return next((text for text in texts if text), "")


def _verify(value: object) -> Iterator[VerifyStep]:
    """The checks that ask something; what is no check is passed over."""
    for raw in (value if isinstance(value, list) else [])[:_MAX_STEPS]:
        if isinstance(raw, dict) and (raw.get("promql") or raw.get("sql")):
            yield VerifyStep(
                promql=_text(raw.get("promql")),
                sql=_text(raw.get("sql")),
                good=_text(raw.get("good")),
                seconds=parse_range(_text(raw.get("for"))) or 0,
                absent_bad=_text(raw.get("absent")) != "ignore",
            )


def _backfill(value: object) -> Backfill | None:
    if not isinstance(value, dict):
        return None
    said = value.get("idempotent")
    return Backfill(
        required_when=_texts(value.get("required_when")),
        unit=_text(value.get("unit")),
        idempotent=("yes" if said else "no") if isinstance(said, bool) else _text(said),
        downstream=_text(value.get("downstream")),
    )


def _listed_steps(body: str) -> Iterator[Step]:
    found, fenced = 0, False
    for line in body.split("\n"):
        if _FENCE.match(line):
            fenced = not fenced
        item = None if fenced else _ITEM.match(line)
        if item and found < _MAX_STEPS:
            found += 1
            yield Step(id=f"s{found}", kind="check", title=plain(item[1]))


def _text(value: object) -> str:
    return "" if value is None or isinstance(value, (dict, list)) else str(value).strip()


def _texts(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    if not isinstance(value, list):
        return ()
    return tuple(text for text in (_text(one) for one in value) if text)


def _integer(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _date(value: object) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else None
