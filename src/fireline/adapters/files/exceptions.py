"""Exceptions to the budget policy, from the file that git keeps."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from yaml.nodes import MappingNode, Node, SequenceNode

from fireline.adapters.files.instants import instant
from fireline.adapters.files.problems import Findings, Level, Problem
from fireline.adapters.files.yaml_fields import Fields, compose, line_of
from fireline.domain.policy.consequences import BudgetException
from fireline.domain.policy.verdict import Granted
from fireline.domain.slo.definition import SourceRef

API = "fireline/v1"
ENTRY_KEYS = ("service", "until", "reason", "approver")
HEAD_KEYS = ("apiVersion", "kind")


class ExceptionsFile:
    """Implements `Exceptions`; an entry that is wrong never opens the gate, the others hold.

    Args:
        path: the file; a team without one makes no exceptions.
    """

    def __init__(self, path: Path | str) -> None:
        self._path = Path(path)

    def current(self) -> Granted:
        """The exceptions as the file is now."""
        try:
            text = self._path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return Granted()
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
            return Granted((), (f"{self._path}:1: the file cannot be read: {reason}.",))
        found, problems = read_exceptions(str(self._path), text)
        errors = tuple(p.short for p in problems if p.level is Level.ERROR)
        return Granted(tuple(found), errors)


def read_exceptions(path: str, text: str) -> tuple[list[BudgetException], list[Problem]]:
    """The good exceptions in the text, and everything that is wrong with the rest."""
    findings = Findings(path)
    found = []
    for document in compose(text, findings):
        for node, what, keys in _entries(document, findings):
            exception = _exception(node, what, keys, findings)
            if exception is not None:
                found.append(exception)
    return found, findings.problems


Entry = tuple[MappingNode, str, Sequence[str]]


def _entries(document: Node, findings: Findings) -> Iterator[Entry]:
    """A document is one exception, or a list of them."""
    given = (
        {str(k.value): v for k, v in document.value} if isinstance(document, MappingNode) else {}
    )
    kind = str(given["kind"].value) if "kind" in given else ""
    api = str(given["apiVersion"].value) if "apiVersion" in given else ""
    line = line_of(document)
    if not isinstance(document, MappingNode) or kind not in ("Exception", "Exceptions"):
        findings.error(line, "kind", "this is no `kind: Exceptions` with a list of them.")
    elif api != API:
        said = f"`apiVersion` is `{api}`" if api else "`apiVersion` is missing"
        findings.error(line, "apiVersion", f"{said}; write `apiVersion: {API}`.")
    elif kind == "Exception":
        yield document, kind, (*HEAD_KEYS, *ENTRY_KEYS)
    else:
        yield from _listed(document, findings)


def _listed(document: MappingNode, findings: Findings) -> Iterator[Entry]:
    fields = Fields(document, findings, "Exceptions", (*HEAD_KEYS, "exceptions"))
    listed = fields.node("exceptions")
    if not isinstance(listed, SequenceNode):
        line = fields.key_lines.get("exceptions", fields.line)
        findings.error(line, "type", "`exceptions` must be a list, `[]` when there are none.")
        return
    for node in listed.value:
        if isinstance(node, MappingNode):
            yield node, "exception", ENTRY_KEYS
        else:
            findings.error(line_of(node), "type", f"an exception has {', '.join(ENTRY_KEYS)}.")


def _exception(
    node: MappingNode, what: str, keys: Sequence[str], findings: Findings
) -> BudgetException | None:
    """None where anything is wrong: a word too many may have been meant as a limit."""
    before = findings.errors
    fields = Fields(node, findings, what, keys)
    service = fields.text("service", example="orders")
    until = instant(fields.text("until", example="2026-12-01T18:00:00Z"), findings)
    reason = fields.text("reason", example="the fix itself")
    approver = fields.text("approver", example="head-of-data-platform")
    if findings.errors > before or not (service and until and reason and approver):
        return None
    source = SourceRef(findings.file, fields.line)
    return BudgetException(service.value, until, reason.value, approver.value, source)
