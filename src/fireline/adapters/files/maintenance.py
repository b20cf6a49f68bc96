"""`kind: Maintenance`: time that does not spend budget, from the files that git keeps."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import Lock

from yaml.nodes import MappingNode, ScalarNode

from fireline.adapters.files.instants import instant, known_zone, moment, start_of_rule
from fireline.adapters.files.problems import Findings, Level, Problem
from fireline.adapters.files.slos import Signature, definition_files, read_texts, signature_of
from fireline.adapters.files.yaml_fields import Fields, Text, compose, kind_of
from fireline.domain.slo.exclusions import ExclusionEffect
from fireline.domain.slo.maintenance import Maintenance, MaintenancePlan, Once, Scope
from fireline.domain.slo.recurrence import Recurring, recurring
from fireline.domain.slo.wording import parse_range, window_words

IS_MAINTENANCE = re.compile(r"^kind:\s*[\"']?Maintenance\b", re.MULTILINE)
API = "fireline/v1"
KIND = "Maintenance"
ONCE_KEYS, RULE_KEYS = ("from", "to"), ("rrule", "start", "duration")
KEYS = (
    "apiVersion",
    "kind",
    "name",
    "reason",
    "approver",
    "created_at",
    "effect",
    "scope",
    *ONCE_KEYS,
    "timezone",
    *RULE_KEYS,
)
SCOPE_KEYS = ("slos", "services", "labels")
NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
LONGEST = 31 * 86400
LONGEST_TEXT = 500
FIRST_YEAR = 2000


@dataclass(frozen=True, slots=True)
class ReadMaintenance:
    """A good entry with the lines of the names in its scope, for lint."""

    entry: Maintenance
    lines: Mapping[str, int]
    line: int


class MaintenanceFiles:
    """Implements `Maintenances` over files and folders, re-read when they change.

    An entry that is wrong takes nothing out of any budget; the others hold.

    Args:
        paths: files, or folders that are searched for YAML files.
    """

    def __init__(self, paths: Sequence[Path | str]) -> None:
        self._paths = [Path(p) for p in paths]
        self._signature: Signature | None = None
        self._plan = MaintenancePlan()
        self._lock = Lock()

    def current(self) -> MaintenancePlan:
        """What is planned as the files are now."""
        with self._lock:
            files = definition_files(path for path in self._paths if path.exists())
            signature = signature_of(files)
            if signature != self._signature:
                texts, _unread = read_texts(files)
                found, problems = read_all(texts)
                errors = tuple(p.short for p in problems if p.level is Level.ERROR)
                self._plan = MaintenancePlan(tuple(read.entry for read in found), errors)
                self._signature = signature
            return self._plan


def read_all(texts: Mapping[str, str]) -> tuple[list[ReadMaintenance], list[Problem]]:
    """The good entries of all files, whose names are unique, and what is wrong with the rest."""
    found: list[ReadMaintenance] = []
    problems: list[Problem] = []
    seen: dict[str, str] = {}
    for path, text in texts.items():
        if not IS_MAINTENANCE.search(text):
            continue
        findings = Findings(path)
        for read in read_maintenance(text, findings):
            name = read.entry.name
            if name in seen:
                message = f"the name `{name}` is already used at {seen[name]}; keep one."
                findings.error(read.line, "duplicate", message)
                continue
            seen[name] = read.entry.source
            found.append(read)
        problems += findings.problems
    return found, problems


def read_maintenance(text: str, findings: Findings) -> list[ReadMaintenance]:
    """The good entries of one file; documents of other kinds are left alone."""
    found = []
    for document in compose(text, findings):
        if isinstance(document, MappingNode) and kind_of(document) == KIND:
            read = _entry(document, findings)
            found += [read] if read is not None else []
    return found


def _entry(node: MappingNode, findings: Findings) -> ReadMaintenance | None:
    """None where anything is wrong: half of what was meant could hide an outage."""
    before = findings.errors
    fields = Fields(node, findings, KIND, KEYS)
    api = fields.text("apiVersion", example=API)
    if api is not None and api.value != API:
        findings.error(api.line, "apiVersion", f"`apiVersion` must be `{API}`.")
    name = _name(fields, findings)
    reason = _short(fields.text("reason", example="warehouse upgrade"), findings)
    approver = _short(fields.text("approver", example="head-of-data-platform"), findings)
    when = _when(fields, findings)
    scope = _scope(fields, findings)
    effect = _effect(fields.optional("effect"), findings)
    created = instant(fields.optional("created_at"), findings)
    if created is None and "from" in fields:
        message = "without `created_at` nobody can tell whether it was added after the fact."
        findings.warning(fields.line, "no-created-at", message)
    if findings.errors > before or not (name and reason and approver and when and scope):
        return None
    where = f"{findings.file}:{fields.line}"
    chosen, lines = scope
    entry = Maintenance(name, chosen, when, reason, approver, where, effect, created)
    return ReadMaintenance(entry, lines, fields.line)


def _name(fields: Fields, findings: Findings) -> str | None:
    text = fields.text("name", example="warehouse-upgrade")
    if text is None or NAME.fullmatch(text.value):
        return text.value if text else None
    message = f"`{text.value}` must be small letters, digits and dashes, at most 63."
    findings.error(text.line, "name", message)
    return None


def _short(text: Text | None, findings: Findings) -> str | None:
    if text is None or len(text.value) <= LONGEST_TEXT:
        return text.value if text else None
    findings.error(text.line, "length", f"this is longer than {LONGEST_TEXT} characters.")
    return None


def _effect(text: Text | None, findings: Findings) -> ExclusionEffect:
    if text is None:
        return ExclusionEffect.EXCLUDE
    if text.value in set(ExclusionEffect):
        return ExclusionEffect(text.value)
    known = " or ".join(ExclusionEffect)
    findings.error(text.line, "effect", f"`effect` is `{text.value}`; write {known}.")
    return ExclusionEffect.EXCLUDE


def _when(fields: Fields, findings: Findings) -> Once | Recurring | None:
    """Once `from` .. `to`, or again and again by `rrule`, `start` and `duration`."""
    zone_text = fields.optional("timezone")
    zone = known_zone(zone_text, findings)
    if zone_text is not None and zone is None:
        return None
    once = [key for key in ONCE_KEYS if key in fields]
    ruled = [key for key in RULE_KEYS if key in fields]
    if once and ruled:
        line = fields.key_lines[ruled[0]]
        message = f"`{once[0]}` and `{ruled[0]}` exclude each other: it happens once or by a rule."
        findings.error(line, "when", message)
        return None
    if ruled:
        return _by_rule(fields, zone, findings)
    start = moment(fields.text("from", example="2026-12-01T18:00:00Z"), zone, findings)
    end = moment(fields.text("to", example="2026-12-01T20:00:00Z"), zone, findings)
    return _once(fields, start, end, findings) if start and end else None


def _once(fields: Fields, start: datetime, end: datetime, findings: Findings) -> Once | None:
    length = (end - start).total_seconds()
    if 0 < length <= LONGEST:
        return Once(int(start.timestamp()), int(end.timestamp()))
    wrong = "lies before `from`" if length <= 0 else "is more than 31 days after `from`"
    findings.error(fields.key_lines["to"], "when", f"`to` {wrong}; correct one of them.")
    return None


def _by_rule(fields: Fields, zone: str | None, findings: Findings) -> Recurring | None:
    rule = fields.text("rrule", example="FREQ=WEEKLY;BYDAY=SU")
    start = start_of_rule(fields.text("start", example="2026-12-01T02:00"), zone, findings)
    length = fields.text("duration", example="2h")
    seconds = parse_range(length.value) if length else None
    if length is not None and (seconds is None or seconds > LONGEST):
        most = window_words(LONGEST)
        message = f"`{length.value}` is no length such as 90m or 2h, at most {most}."
        findings.error(length.line, "duration", message)
    if start is not None and start[0].year < FIRST_YEAR:
        message = f"a rule starts in {FIRST_YEAR} at the earliest."
        findings.error(fields.key_lines["start"], "time", message)
        return None
    if rule is None or start is None or seconds is None:
        return None
    try:
        return recurring(rule.value, start[0], start[1], seconds)
    except ValueError as error:
        findings.error(rule.line, "rrule", f"{error}.")
        return None


def _scope(fields: Fields, findings: Findings) -> tuple[Scope, Mapping[str, int]] | None:
    """Which SLOs; `all` must be said, so that a slip does not take everything out."""
    node = fields.node("scope")
    if isinstance(node, ScalarNode) and str(node.value).strip() == "all":
        return Scope(), {}
    if not isinstance(node, MappingNode) or not node.value:
        line = fields.key_lines.get("scope", fields.line)
        message = "`scope` must be `all`, or name `slos`, `services` or `labels`."
        findings.error(line, "scope", message)
        return None
    inner = Fields(node, findings, "scope", SCOPE_KEYS)
    slos, services = inner.texts("slos"), inner.texts("services")
    labels = inner.pairs("labels")
    empty = [key for key in SCOPE_KEYS if key in inner and not (slos or services or labels)]
    if empty:
        findings.error(inner.line, "scope", f"`{empty[0]}` is empty; name some, or write `all`.")
        return None
    lines = {text.value: text.line for text in (*slos, *services)}
    scope = Scope(
        tuple(text.value for text in slos),
        tuple(text.value for text in services),
        tuple(sorted((key, text.value) for key, text in labels.items())),
    )
    return scope, lines
