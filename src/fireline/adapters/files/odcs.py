"""Data contracts by the Open Data Contract Standard 3: what is promised, by whom, to whom."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from yaml.nodes import MappingNode, Node, ScalarNode

from fireline.adapters.files.imports.branches import Branch
from fireline.adapters.files.problems import Findings, Problem
from fireline.adapters.files.yaml_fields import Text, compose, line_of
from fireline.domain.lineage.contract import DUE, SPANS, Contract
from fireline.domain.lineage.graph import canonical

KIND = "DataContract"
IS_CONTRACT = re.compile(rf"^kind:\s*['\"]?{KIND}\b", re.MULTILINE)
MAJOR = "v3."
DUE_FORM = re.compile(
    r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(?:\s*(?P<zone>Z|UTC|[+-]\d{1,2}:?\d{2}))?"
)
FIELDS = {
    DUE: "due",
    "availability": "availability",
    "errorRate": "error_rate",
    **{name: re.sub(r"([A-Z])", r"_\1", name).lower() for name in SPANS},
}
# Terms of the standard that say nothing Fireline could watch.
PASSED = frozenset({"generalAvailability", "endOfSupport", "endOfLife", "retention", "throughput"})
UNITS = {
    "s": 1,
    "sec": 1,
    "second": 1,
    "m": 60,
    "min": 60,
    "minute": 60,
    "h": 3600,
    "hr": 3600,
    "hour": 3600,
    "d": 86400,
    "day": 86400,
    "w": 604800,
    "week": 604800,
    "y": 31536000,
    "yr": 31536000,
    "year": 31536000,
}
OWNER_ROLES = ("owner", "data owner", "data product owner", "product owner")
# Where in a server's description the parts of a dataset's name stand, first the most usual.
DATABASES = ("database", "catalog", "project")
SCHEMAS = ("schema", "dataset")
DAY_MINUTES = 1440
LAST_HOUR = 23
LAST_MINUTE = 59


def read_contracts(path: str, text: str) -> tuple[list[Contract], list[Problem]]:
    """The contracts of a file, one for each dataset, and everything that is wrong in it."""
    findings = Findings(path)
    found: list[Contract] = []
    for document in compose(text, findings):
        if isinstance(document, MappingNode) and is_contract(document):
            found += contracts_in(Branch(document, findings))
        else:
            findings.error(line_of(document), "kind", f"this is no `kind: {KIND}`.")
    return found, findings.problems


def is_contract(document: Node) -> bool:
    """Whether the document is a contract of this standard."""
    return isinstance(document, MappingNode) and any(
        key.value == "kind" and isinstance(value, ScalarNode) and value.value == KIND
        for key, value in document.value
    )


def contracts_in(document: Branch) -> Iterator[Contract]:
    """The contracts of one document, one for each dataset."""
    version = document.needed("apiVersion")
    if version is not None and not version.value.startswith(MAJOR):
        message = f"`apiVersion` is `{version.value}`; contracts of {MAJOR}x are read."
        document.error(version.line, "apiVersion", message)
        return
    given = document.needed("id")
    if given is None:
        return
    owner, email = _owner(document)
    head = Contract(
        id=given.value,
        name=document.value("name") or given.value,
        file=document.findings.file,
        line=document.line,
        owner=owner,
        owner_email=email,
        channel=_channel(document),
    )
    terms = list(_terms(document))
    for names, keys in _datasets(document):
        ours = [promised for only, promised in terms if not only or only & names]
        yield replace(head, datasets=keys, **dict(ours))  # type: ignore[arg-type]  # its own fields


def _datasets(document: Branch) -> Iterator[tuple[set[str], tuple[str, ...]]]:
    """The names each dataset has within the contract, and its keys: one for each server."""
    servers = document.branches("servers")
    tables = document.branches("schema")
    if not tables:
        message = "`schema` names no dataset, so nothing can be looked up by this contract."
        document.warning(document.line_at("schema"), "no-dataset", message)
    for table in tables:
        name, physical = table.value("name"), table.value("physicalName")
        written = canonical(physical or name)
        if not written:
            table.error(table.line, "missing", f"`{table.path}` has neither a name nor a table.")
            continue
        keys = dict.fromkeys(_key(server, written) for server in servers) or {written: None}
        yield {canonical(n) for n in (name, physical) if n}, tuple(keys)


def _key(server: Branch, table: str) -> str:
    """`db.schema.table` as far as the server says what stands in front of the table."""
    front = [_first(server, DATABASES), _first(server, SCHEMAS)]
    lacking = max(0, len(front) - table.count("."))
    parts = [part for part in front[:lacking] if part]
    return canonical(".".join([*parts, table]))


def _first(server: Branch, keys: tuple[str, ...]) -> str:
    return next((said for key in keys if (said := server.value(key))), "")


def _owner(document: Branch) -> tuple[str, str]:
    """Who answers for it, and the mail address: the team by its name, else its owner."""
    if document.holds_mapping("team"):
        team = document.branch("team")
        members = team.branches("members") if team is not None else []
        name = team.value("name") if team is not None else ""
    else:
        members, name = document.branches("team"), ""
    leads = [m for m in members if m.value("role").lower() in OWNER_ROLES]
    username = leads[0].value("username") if leads else ""
    return name or username, username if "@" in username else ""


def _channel(document: Branch) -> str:
    """The Slack channel in which consumers are told."""
    slack = [s for s in document.branches("support") if s.value("tool").lower() == "slack"]
    told = [s for s in slack if s.value("scope") in {"notifications", "announcements"}]
    channel = next((s.value("channel") for s in (*told, *slack) if s.value("channel")), "")
    return f"#{channel.removeprefix('#')}" if channel else ""


Promised = tuple[str, object]


def _terms(document: Branch) -> Iterator[tuple[set[str], Promised]]:
    """The datasets each promise is for (none: all), and what is promised: field and value."""
    for one in document.branches("slaProperties"):
        name, value, unit = one.needed("property"), one.needed("value"), one.text("unit")
        if name is None or value is None or name.value in PASSED:
            continue
        if name.value not in FIELDS:
            message = f"`{name.value}` is no promise that is read here; it is passed over."
            one.warning(name.line, "unknown-term", message)
            continue
        promised = _promised(name.value, value, unit, document.findings)
        if promised is not None:
            elements = {canonical(e).partition(".")[0] for e in one.value("element").split(",")}
            yield elements - {""}, (FIELDS[name.value], promised)


def _promised(name: str, value: Text, unit: Text | None, findings: Findings) -> object | None:
    if name in SPANS:
        return _length(name, value, unit, findings)
    if name == DUE:
        return _due(value, findings) or None
    return value.value


def _length(name: str, value: Text, unit: Text | None, findings: Findings) -> timedelta | None:
    said = unit.value.lower() if unit is not None else ""
    seconds = UNITS.get(said) or UNITS.get(said.removesuffix("s"))
    try:
        number = float(value.value)
    except ValueError:
        number = 0.0
    if seconds is None or not 0 < number * seconds <= UNITS["year"] * 10:
        given = f"{value.value} {said}".strip()
        message = f"`{name}` is `{given}`; write a number with a unit such as `4` and `h`."
        findings.error(value.line, "length", message)
        return None
    return timedelta(seconds=number * seconds)


def _due(value: Text, findings: Findings) -> str:
    """The time of day in UTC."""
    match = DUE_FORM.fullmatch(value.value)
    if match is None or int(match["hour"]) > LAST_HOUR or int(match["minute"]) > LAST_MINUTE:
        message = f"`{DUE}` is `{value.value}`; write a time with its offset, such as 07:00+01:00."
        findings.error(value.line, "time", message)
        return ""
    if match["zone"] is None:
        findings.warning(value.line, "zone", f"`{DUE}` says no offset; it is read as UTC.")
    minutes = (
        int(match["hour"]) * 60 + int(match["minute"]) - _offset(match["zone"])
    ) % DAY_MINUTES
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _offset(zone: str | None) -> int:
    """Minutes ahead of UTC."""
    if zone is None or zone in {"Z", "UTC"}:
        return 0
    digits = zone[1:].replace(":", "").zfill(4)
    minutes = int(digits[:2]) * 60 + int(digits[2:])
    return -minutes if zone[0] == "-" else minutes
