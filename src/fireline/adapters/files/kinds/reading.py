"""What every kind of SLI reads: expressions with their variables filled in, and slices."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from fireline.adapters.files.expressions import WINDOW, Finding, check_ratio, check_value
from fireline.adapters.files.problems import Findings
from fireline.adapters.files.variables import substitute
from fireline.adapters.files.yaml_fields import Fields, Text
from fireline.domain.slo.wording import parse_range

BUCKET = 300
DAY = 86400
ALIGNED = "it must divide 5m or be a multiple of it, such as 1m, 5m or 1h."
Check = Callable[[str], Iterator[Finding]]


@dataclass(frozen=True, slots=True)
class Reading:
    """One SLI being read.

    Args:
        fields: the fields of its kind.
        variables: what stands for `$name` in expressions.
        findings: where problems go.
    """

    fields: Fields
    variables: Mapping[str, str]
    findings: Findings

    def counted(self, key: str, example: str = "errors_total") -> str | None:
        """An expression that counts events over `$window`."""
        return self.expression(key, check_ratio, f"sum(increase({example}[$window]))")

    def instant(self, key: str, example: str) -> str | None:
        """An expression that is read at one instant."""
        return self.expression(key, check_value, example)

    def share(self, key: str) -> str | None:
        """An expression that is a ratio itself, over `$window` if it says so."""
        return self.expression(key, _check_share, "job:errors:ratio_rate5m")

    def expression(self, key: str, check: Check, example: str = "") -> str | None:
        """The expression with variables filled in, if it can be used."""
        text = self.fields.text(key, example=example)
        expr = substitute(text, self.variables, self.findings) if text is not None else None
        if text is None or expr is None:
            return None
        before = self.findings.errors
        for found in check(expr):
            say = self.findings.error if found.fatal else self.findings.warning
            say(text.line, found.code, f"`{key}`: {found.message}")
        return expr if self.findings.errors == before else None

    def slice(self, default: int) -> int | None:
        """The length of a slice in seconds."""
        text = self.fields.optional("slice")
        return default if text is None else self._aligned(text)

    def _aligned(self, text: Text) -> int | None:
        size = parse_range(text.value)
        if size is None or not (BUCKET % size == 0 or size % BUCKET == 0) or size > DAY:
            message = f"`slice` is `{text.value}`; {ALIGNED}"
            self.findings.error(text.line, "slice-alignment", message)
            return None
        return size

    def missing(self, message: str) -> None:
        """Say that something without which there is no SLI is not there."""
        self.findings.error(self.fields.line, "missing", message)


def _check_share(expr: str) -> Iterator[Finding]:
    """Findings on a ratio: it must be no filter, and be over the slice if over any window."""
    if WINDOW in expr:
        yield from check_ratio(expr)
    yield from (f for f in check_value(expr.replace(WINDOW, "5m")) if f.fatal)
